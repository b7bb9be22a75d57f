"""The kinds of events that this app adds to the log (`LEDGER_KINDS`); all tell of requests, so none is shown."""

from archive.ledger.kinds import EventKind

KINDS = (
    EventKind("request.step", "request.step", frozenset({"/request/ref", "/request/step"}), private=True),
    EventKind("request.clock", "request.clock", frozenset({"/request/ref", "/clock/due"}), private=True),
    EventKind("request.letter", "request.letter", frozenset({"/letter/ref", "/letter/sha256"}), private=True),
    EventKind("collection.frozen", "collection", frozenset({"/collection/ref", "/collection/sha256"}), private=True),
    EventKind("collection.closed", "collection", frozenset({"/collection/ref"}), private=True),
)
