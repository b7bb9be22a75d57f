"""The values of the capture transaction: what comes in, one item on its way, what came of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.capture.models import ObservationKind
from archive.capture.preparing import PreparedItem
from archive.connectors.contract import BadItem, Item
from archive.records.models import State
from archive.storage.models import StoredObject

UNIT = 500  #: items of one exchange at most; longer ones are committed in stretches
INLINE_QUARANTINE = 64 * 1024  #: bytes of a bad item kept in its row; larger ones go to the evidence store

Key = tuple[str, str]  #: namespace and id on the network


@dataclass(frozen=True, slots=True)
class KeptBad:
    """A bad item whose bytes are safe: in the row, or already in the evidence store."""

    bad: BadItem
    raw: bytes | None
    stored: StoredObject | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One exchange as capture keeps it: credentials are masked, `head` is the canonical request and headers."""

    purpose: str
    outcome: str
    status: int | None
    received_at: datetime
    head: bytes
    body: bytes
    items: Sequence[Item] = ()
    bad: Sequence[KeptBad] = ()
    remarks: Sequence[KeptBad] = ()  #: oddities of items that were taken; quarantined in copy, no holes
    about: Key | None = None  #: the record that the request named, if it named one
    historic: bool = False  #: items are earlier revisions; they do not become the current version
    first_row: int | None = None  #: line of the first item, for imported tables
    ref: uuid.UUID = field(default_factory=uuid.uuid4)  #: the exchange's own
    prepared: Sequence[PreparedItem] = ()  #: one for each item, or none: then the transaction prepares what is new


@dataclass(slots=True)
class Committed:
    """What one capture transaction did. Counts are of items; ids are internal."""

    exchange_id: int = 0
    exchange_ref: uuid.UUID = field(default_factory=uuid.uuid4)
    new: int = 0
    edited: list[int] = field(default_factory=list)
    unchanged: int = 0
    disposed: int = 0
    quarantined: int = 0
    repeated: int = 0  #: listed twice in one exchange
    moves: list[str] = field(default_factory=list)  #: hidden, shown, returned
    media_versions: list[uuid.UUID] = field(default_factory=list)
    edited_keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    record_id: int
    subject: bytes
    compartment: str
    digest: bytes
    state: str
    versions: int = 0


@dataclass(slots=True)
class Plan:
    """One item on its way into the tables."""

    item: Item
    key: Key
    digest: bytes
    known: Known | None
    record_id: int = 0
    record_ref: uuid.UUID = field(default_factory=uuid.uuid4)
    subject: bytes = b""
    version_id: int = 0
    version_ref: uuid.UUID = field(default_factory=uuid.uuid4)
    event_id: uuid.UUID | None = None
    author_id: int | None = None
    raw: bytes = b""
    prepared: PreparedItem | None = None

    @property
    def made(self) -> PreparedItem:
        """What was prepared of a new record; ValueError for one that is known or not prepared yet."""
        if self.prepared is None:
            raise ValueError("This item was not prepared as a new record.")
        return self.prepared


STATE_AFTER = {
    ObservationKind.HIDDEN: State.HIDDEN,
    ObservationKind.SHOWN: State.LIVE,
    ObservationKind.RETURNED: State.LIVE,
}


def kind_of(item: Item) -> str:
    """Return the kind of a new record. Only a revision has none, and a revision never makes a record."""
    if item.kind is None:
        raise ValueError("A revision cannot make a record.")
    return item.kind.value


def state_of(item: Item) -> str:
    """Return hidden or live, as the network's own flag says."""
    return State.HIDDEN if item.state.get("/hidden") else State.LIVE
