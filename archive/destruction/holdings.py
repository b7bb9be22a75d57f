"""What can be retained and destroyed: each kind of holding says how it is named, found and destroyed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from archive.access.actor import Actor
from archive.destruction.errors import UnknownHolding
from archive.extension import ExtensionPoint


class Holding(NamedTuple):
    """What is retained: a kind that `DESTRUCTION_HOLDINGS` knows, and an id inside it."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Description:
    """A holding as a list shows it: its ref and a title that quotes nobody."""

    ref: uuid.UUID
    title: str
    compartment: str


@dataclass(frozen=True, slots=True)
class Warrant:
    """Under which authority a holding goes. `finalises_on` is the day the last backup that holds it has aged out."""

    batch_ref: uuid.UUID
    certificate_ref: uuid.UUID
    certificate_number: str
    series_code: str
    approved_by: uuid.UUID
    today: date
    finalises_on: date


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What went: counts by table, and bytes. `again` when it had gone before and this call changed nothing."""

    event_id: uuid.UUID
    counts: Mapping[str, int]
    bytes: int
    again: bool = False


class HoldingKind(Protocol):
    """One kind of thing that is kept for a time: a record, a request file, a sealed production.

    MUST destroy inside the caller's transaction, which already holds the lock and has asked the guards.
    MUST write the event `disposition.executed` and a tombstone in that transaction, and be harmless when called twice.
    MUST NOT delete bytes outside the database: it dooms them, and the job `destruction.objects` deletes them.
    """

    kind: str

    def describe(self, ids: Sequence[int]) -> Mapping[int, Description]:
        """Return the descriptions of those of `ids` that exist, destroyed ones included."""

    def ids(self, refs: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """Return the ids of those of `refs` that exist."""

    def gone(self, ids: Sequence[int]) -> frozenset[int]:
        """Return those of `ids` that are destroyed."""

    def naming(self, name: str, limit: int) -> list[int]:
        """Return up to `limit` holdings that carry `name`: a handle, or the network's id of an author."""

    def destroy(self, holding_id: int, warrant: Warrant, *, actor: Actor, at: datetime) -> Destroyed:
        """Destroy one holding; raise `NotDestroyed` and change nothing when the database refuses."""


HOLDINGS: ExtensionPoint[HoldingKind] = ExtensionPoint("DESTRUCTION_HOLDINGS")


def holding_kind(kind: str) -> HoldingKind:
    """Return the implementation for `kind`; raise `UnknownHolding` when the settings list none."""
    for one in HOLDINGS.all():
        if one.kind == kind:
            return one
    raise UnknownHolding(kind)
