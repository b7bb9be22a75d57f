"""The kinds of events (version 1), the schema family of each, and the fields without which none is written.

An unknown kind still verifies, because a proof needs no kind; it is shown as unknown. A room above the archive names
its own kinds in the setting `LEDGER_KINDS`, which lists sequences of `EventKind` by dotted path.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archive.extension import ExtensionPoint
from archive.ledger.errors import FieldError

EVENT_FIELDS = ("/event/kind", "/event/n", "/event/prev", "/event/subject", "/event/time")
"""The fields of every event. The ledger writes them, never the caller."""


class EventKind(NamedTuple):
    """A kind of event.

    `schema` is the family of its schema ids (`record` of `record/1`, `record/2`, …), `required` the fields besides
    EVENT_FIELDS that its event must have. `private` kinds tell of holds, matters, requests, reviews and investigations:
    they are disclosed only inside a matter that needs them.
    """

    name: str
    schema: str
    required: frozenset[str] = frozenset()
    private: bool = False


_FIRST = (
    EventKind("capture", "record", frozenset({"/account", "/network", "/type", "/kind"})),
    EventKind("capture.media", "capture.media"),
    EventKind("run.exchange", "run.exchange"),
    EventKind("run.closed", "run.closed"),
    EventKind("import.closed", "import.closed"),
    EventKind("edit.observed", "record"),
    EventKind("removal.observed", "removal.observed"),
    EventKind("removal.ours", "removal.ours"),
    EventKind("moderation.decision", "moderation.decision"),
    EventKind("approval", "approval", private=True),
    EventKind("hold.placed", "hold", private=True),
    EventKind("hold.released", "hold", private=True),
    EventKind("classification", "classification"),
    EventKind("review.decision", "review.decision", private=True),
    EventKind("redaction", "redaction", private=True),
    EventKind(
        "production.sealed",
        "production.sealed",
        frozenset({"/production/ref", "/production/records", "/manifest/sha256"}),
        private=True,
    ),
    EventKind("release", "release", private=True),
    EventKind("search.run", "search.run", private=True),
    EventKind("disposition.filed", "disposition"),
    EventKind("disposition.approved", "disposition"),
    EventKind("disposition.executed", "disposition", frozenset({"/disposition/certificate"})),
    EventKind("disposition.finalised", "disposition"),
    EventKind("audit.batch", "audit.batch", private=True),
    EventKind("system.changed", "system.changed"),
    EventKind("key.rotation", "key.rotation"),
    EventKind("policy.version", "policy.version"),
    EventKind("beacon", "beacon"),
    EventKind("heartbeat", "heartbeat"),
    EventKind("succession", "succession"),
    EventKind("log.recovered", "log.recovered", frozenset({"/log/before", "/log/after", "/log/lost"})),
)
KINDS: Mapping[str, EventKind] = {kind.name: kind for kind in _FIRST}
"""The kinds that the archive itself knows. A padding leaf has none: it commits to nothing."""

more_kinds: ExtensionPoint[Sequence[EventKind]] = ExtensionPoint("LEDGER_KINDS")


def find_kind(name: str) -> EventKind | None:
    """Return the kind of this name, or None when neither the archive nor a listed room knows it."""
    if name in KINDS:
        return KINDS[name]
    return next((kind for kinds in more_kinds.all() for kind in kinds if kind.name == name), None)


def check_event(kind: str, schema: str, names: Mapping[str, object]) -> None:
    """Raise FieldError unless an event of this kind may be written with this schema and these fields."""
    known = find_kind(kind)
    if known is None:
        raise FieldError(f"Unknown kind of event {kind!r}.", code="ledger.field.kind")
    if schema.rpartition("/")[0] != known.schema:
        raise FieldError(f"An event {kind} has schema {known.schema}/n, not {schema!r}.", code="ledger.field.schema")
    missing = sorted(known.required - names.keys())
    if missing:
        raise FieldError(f"An event {kind} needs the field {missing[0]}.", code="ledger.field.required")
    own = [name for name in EVENT_FIELDS if name in names]
    if own:
        raise FieldError(f"{own[0]} is written by the ledger.", code="ledger.field.event")
