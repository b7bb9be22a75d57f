"""Events before they are written: what a caller asks for, and all that can be made of it without the database.

The first event of a brand-new subject depends on nothing that is stored: it has n = 0 and no event before it. It can be
made ahead of its transaction, in another process if need be.
"""

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson

from archive.ledger.canonical import format_time
from archive.ledger.commitment import KEY_BYTES, Value, commit
from archive.ledger.encoding import base64url
from archive.ledger.errors import FieldError
from archive.ledger.kinds import check_event

SUBJECT_BYTES = 16
RANDOM_BYTES = KEY_BYTES + 8
"""Random bytes that one event takes: its key, and the tail of its id."""


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


class PreparedEvent(NamedTuple):
    """An event that is ready to be stored. `fields` are its canonical bytes (LJ1), `key` belongs to it alone."""

    event: AppendedEvent
    subject: bytes
    compartment: str
    schema: str
    at: datetime
    fields: bytes
    key: bytes


def prepare_first(drafts: Sequence[EventDraft]) -> list[PreparedEvent]:
    """Make the first event of each draft's subject, in the order of `drafts`; touches no database.

    Every subject must be 16 bytes freshly drawn for this draft: `services.append_first` refuses one that exists. Raises
    FieldError when a draft is not a proper event of its kind.
    """
    random = os.urandom(len(drafts) * RANDOM_BYTES)
    made = []
    for place, draft in enumerate(drafts):
        check_draft(draft)
        made.append(make_event(draft, 0, None, place, random[place * RANDOM_BYTES : (place + 1) * RANDOM_BYTES]))
    return made


def check_draft(draft: EventDraft) -> None:
    """Raise FieldError unless this draft is a proper event of its kind; its values are looked at when it is made."""
    if type(draft.subject) is not bytes or len(draft.subject) != SUBJECT_BYTES:
        raise FieldError(f"A subject is {SUBJECT_BYTES} random bytes.", code="ledger.field.subject")
    if not draft.compartment:
        raise FieldError("An event belongs to a compartment.", code="ledger.field.compartment")
    check_event(draft.kind, draft.schema, draft.fields)


def make_event(draft: EventDraft, n: int, head: bytes | None, place: int, random: bytes) -> PreparedEvent:
    """Make the `n`-th event of a subject whose last leaf hash is `head`, from RANDOM_BYTES fresh random bytes."""
    key = random[:KEY_BYTES]
    fields: dict[str, Value] = {
        **draft.fields,
        "/event/kind": draft.kind,
        "/event/n": n,
        "/event/prev": None if head is None else base64url(head),
        "/event/subject": base64url(draft.subject),
        "/event/time": format_time(draft.at),
    }
    entry, leaf = commit(draft.schema, fields, key)
    # commit() has held every name and value to LJ1, so these bytes are canonical
    octets = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    event = AppendedEvent(_event_id(draft.at, place, random[KEY_BYTES:]), n, entry, leaf)
    return PreparedEvent(event, draft.subject, draft.compartment, draft.schema, draft.at, octets, key)


def _event_id(at: datetime, place: int, random: bytes) -> uuid.UUID:
    """Return a UUID of version 7: events of one time lie side by side in every index. It never leaves the archive."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    tail = int.from_bytes(random, "big") & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | (place & 0xFFF) << 64 | 2 << 62 | tail)
