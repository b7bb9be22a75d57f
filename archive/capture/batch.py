"""The values of the capture transaction: what comes in, one item on its way, what came of it."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from archive.capture.models import ObservationKind
from archive.connectors.contract import BadItem, Fields, Item
from archive.ledger import segments
from archive.ledger.canonical import Json
from archive.records.models import State
from archive.storage.models import StoredObject

SCHEMA = "record/1"
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


STATE_AFTER = {
    ObservationKind.HIDDEN: State.HIDDEN,
    ObservationKind.SHOWN: State.LIVE,
    ObservationKind.RETURNED: State.LIVE,
}


def content_digest(content: Fields) -> bytes:
    """Return SHA-256 over the canonical `content` fields: equal digests mean nothing new was said."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def kind_of(item: Item) -> str:
    """Return the kind of a new record. Only a revision has none, and a revision never makes a record."""
    if item.kind is None:
        raise ValueError("A revision cannot make a record.")
    return item.kind.value


def state_of(item: Item) -> str:
    """Return hidden or live, as the network's own flag says."""
    return State.HIDDEN if item.state.get("/hidden") else State.LIVE


def item_texts(fields: Mapping[str, Json]) -> list[str]:
    """Return what of an item can be searched: its text, warning, alt texts, and the author's name and handle."""
    texts = []
    for name in ("/content", "/summary"):
        text = segments.join(name, fields)
        if text:
            texts.append(text)
    n = 0
    while f"/attachment/{n}/type" in fields or f"/attachment/{n}/reference" in fields:
        alt = fields.get(f"/attachment/{n}/name")
        if isinstance(alt, str) and alt:
            texts.append(alt)
        n += 1
    handle, name_ = fields.get("/author/handle"), fields.get("/author/name")
    if isinstance(name_, str) and name_:
        texts.append(name_)
    if isinstance(handle, str) and handle:
        texts.append(f"@{handle}")
    return texts
