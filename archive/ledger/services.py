"""Writing events: business rows and their events commit together or not at all (ledger.md 7.2, step 1).

Nothing here orders the log; the sequencer does, later and alone. Writers of different subjects never wait for each
other.
"""

import os
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson
from django.db import connection, transaction

from archive.bulk import copy_rows
from archive.ledger.canonical import format_time
from archive.ledger.commitment import KEY_BYTES, Value, commit
from archive.ledger.encoding import base64url
from archive.ledger.errors import FieldError
from archive.ledger.kinds import check_event
from archive.ledger.models import LOG

SUBJECT_BYTES = 16
CHECKPOINT_WANTED = "daybook_checkpoint_wanted"
"""The channel on which the sequencer is asked to sign now instead of at its next beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """An event to be written.

    `subject` is 16 random bytes, drawn once for a record (or another thing that events happen to) and used for each of
    its events; `fields` are its own fields by JSON Pointer, without `/event/…`, which the ledger writes; `compartment`
    is the code of the compartment that its content belongs to; `at` is when it happened, as this machine believes.
    """

    kind: str
    schema: str
    subject: bytes
    fields: Mapping[str, Value]
    compartment: str
    at: datetime


class AppendedEvent(NamedTuple):
    """An event as it was written: the receipt that its writer keeps.

    `n` counts the events of its subject from 0, `entry` is what the log will publish, `leaf` its RFC 6962 leaf hash.
    """

    event_id: uuid.UUID
    n: int
    entry: bytes
    leaf: bytes


class _Written(NamedTuple):
    event: AppendedEvent
    draft: EventDraft
    fields: bytes
    key: bytes


def append_events(drafts: Sequence[EventDraft]) -> list[AppendedEvent]:
    """Write events, their content and keys; return them in the order of `drafts`.

    Set-based, and must be called in the open transaction of the act that they record; raises RuntimeError otherwise.
    Raises FieldError, with nothing written, when a draft is not a proper event of its kind. Events of one
    subject chain in the order given; its head stays locked until the transaction ends.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Events belong into the transaction of their act.")
    if not drafts:
        return []
    for draft in drafts:
        _check(draft)
    writer = _Writer(drafts)
    with transaction.atomic():
        written = writer.begin_chains()
        rest = [i for i in range(len(drafts)) if i not in written]
        if rest:
            written |= writer.extend_chains(rest)
        ordered = [written[i] for i in range(len(drafts))]
        _store(ordered)
    return [each.event for each in ordered]


def want_checkpoint() -> None:
    """Ask the sequencer, when this transaction commits, to sign a checkpoint without waiting for its beat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHECKPOINT_WANTED])


def _check(draft: EventDraft) -> None:
    if type(draft.subject) is not bytes or len(draft.subject) != SUBJECT_BYTES:
        raise FieldError(f"A subject is {SUBJECT_BYTES} random bytes.", code="ledger.field.subject")
    if not draft.compartment:
        raise FieldError("An event belongs to a compartment.", code="ledger.field.compartment")
    check_event(draft.kind, draft.schema, draft.fields)


class _Writer:
    """The events of one call: keys and ids drawn at once, chains begun or extended."""

    def __init__(self, drafts: Sequence[EventDraft]) -> None:
        self.drafts = drafts
        self._times = {draft.at: format_time(draft.at) for draft in drafts}
        self._random = os.urandom(len(drafts) * (KEY_BYTES + 8))

    def begin_chains(self) -> dict[int, _Written]:
        """Write the heads of subjects that are new and have one event here: nearly all of a capture.

        One look, one insert, no row written twice. A subject that someone else created in between is left for
        `extend_chains`, and its event is made again with its place in the chain.
        """
        times = Counter(draft.subject for draft in self.drafts)
        single = {draft.subject: i for i, draft in enumerate(self.drafts) if times[draft.subject] == 1}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subject FROM ledger_subject WHERE log_id = %s AND subject = ANY(%s::bytea[])",
                [LOG, list(single)],
            )
            known = {bytes(subject) for (subject,) in cursor.fetchall()}
            made = {i: self._event(i, 0, None) for subject, i in sorted(single.items()) if subject not in known}
            if not made:
                return {}
            cursor.execute(
                "INSERT INTO ledger_subject (log_id, subject, n, head)"
                " SELECT %s, subject, 1, head FROM unnest(%s::bytea[], %s::bytea[]) AS new (subject, head)"
                " ON CONFLICT (log_id, subject) DO NOTHING RETURNING subject",
                [LOG, [self.drafts[i].subject for i in made], [each.event.leaf for each in made.values()]],
            )
            begun = {bytes(subject) for (subject,) in cursor.fetchall()}
        return {i: each for i, each in made.items() if each.draft.subject in begun}

    def extend_chains(self, places: Iterable[int]) -> dict[int, _Written]:
        """Lock the heads of the other subjects in one order, so that two writers cannot deadlock, and move them on."""
        places = list(places)
        subjects = sorted({self.drafts[i].subject for i in places})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_subject (log_id, subject, n)"
                " SELECT %s, subject, 0 FROM unnest(%s::bytea[]) AS new (subject)"
                " ON CONFLICT (log_id, subject) DO NOTHING",
                [LOG, subjects],
            )
            cursor.execute(
                "SELECT subject, n, head FROM ledger_subject WHERE log_id = %s AND subject = ANY(%s::bytea[])"
                " ORDER BY subject FOR UPDATE",
                [LOG, subjects],
            )
            heads = {bytes(subject): (n, head and bytes(head)) for subject, n, head in cursor.fetchall()}
            made = {}
            for i in places:
                subject = self.drafts[i].subject
                made[i] = self._event(i, *heads[subject])
                heads[subject] = (made[i].event.n + 1, made[i].event.leaf)
            cursor.execute(
                "UPDATE ledger_subject SET n = new.n, head = new.head"
                " FROM unnest(%s::bytea[], %s::int[], %s::bytea[]) AS new (subject, n, head)"
                " WHERE log_id = %s AND ledger_subject.subject = new.subject",
                [subjects, [heads[each][0] for each in subjects], [heads[each][1] for each in subjects], LOG],
            )
        return made

    def _event(self, i: int, n: int, head: bytes | None) -> _Written:
        draft = self.drafts[i]
        start = i * (KEY_BYTES + 8)
        key = self._random[start : start + KEY_BYTES]
        fields: dict[str, Value] = {
            **draft.fields,
            "/event/kind": draft.kind,
            "/event/n": n,
            "/event/prev": None if head is None else base64url(head),
            "/event/subject": base64url(draft.subject),
            "/event/time": self._times[draft.at],
        }
        entry, leaf = commit(draft.schema, fields, key)
        event_id = _event_id(draft.at, i, self._random[start + KEY_BYTES : start + KEY_BYTES + 8])
        # commit() has held every name and value to LJ1, so these bytes are canonical
        octets = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
        return _Written(AppendedEvent(event_id, n, entry, leaf), draft, octets, key)


def _event_id(at: datetime, place: int, random: bytes) -> uuid.UUID:
    """Return a UUID of version 7: events of one time lie side by side in every index. It never leaves the archive."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    tail = int.from_bytes(random, "big") & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | (place & 0xFFF) << 64 | 2 << 62 | tail)


def _store(written: Sequence[_Written]) -> None:
    copy_rows(
        "ledger_event",
        ["event_id", "log_id", "subject", "n", "leaf", "created_at"],
        ["uuid", "int2", "bytea", "int4", "bytea", "timestamptz"],
        [(e.event_id, LOG, draft.subject, e.n, e.entry, draft.at) for e, draft, _, _ in written],
    )
    copy_rows(
        "ledger_event_content",
        ["event_id", "compartment", "schema", "fields", "key"],
        ["uuid", "varchar", "varchar", "bytea", "bytea"],
        [(event.event_id, draft.compartment, draft.schema, fields, key) for event, draft, fields, key in written],
    )
    copy_rows(
        "ledger_pending",
        ["log_id", "event_id"],
        ["int2", "uuid"],
        [(LOG, each.event.event_id) for each in written],
    )
