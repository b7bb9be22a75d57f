"""All of a new record that can be made before its transaction: its event with the commitment, its words. Pure.

Nothing that is stored goes into it, so a long import prepares the next stretch in another process while this one is
written. When it turns out that the record is known, what was prepared is dropped and nothing was lost but time.
"""

import hashlib
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson

from archive.connectors.contract import Fields, Item
from archive.ledger import segments
from archive.ledger.canonical import Json
from archive.ledger.commitment import Value
from archive.ledger.drafting import SUBJECT_BYTES, EventDraft, PreparedEvent, prepare_first
from archive.ledger.encoding import base64url
from archive.records.vectors import IndexedWords, indexed_words

SCHEMA = "record/1"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where new records go: the account and compartment, and the exchange that shows them."""

    account_ref: uuid.UUID
    compartment: str
    exchange_ref: uuid.UUID


class PreparedItem(NamedTuple):
    """What a new record will need: the digest of its content, the first event of its subject, its words for search."""

    digest: bytes
    event: PreparedEvent
    words: IndexedWords


def items_prepare(
    items: Sequence[Item], own_bytes: Sequence[bytes], *, to: Destination, at: datetime
) -> list[PreparedItem]:
    """Prepare items as new records, in their order; each is committed to its own bytes of the exchange.

    Raises FieldError when a value cannot be committed: whoever reads items checks their fields first.
    """
    drafts = [
        EventDraft(
            kind="capture",
            schema=SCHEMA,
            subject=os.urandom(SUBJECT_BYTES),
            fields=version_fields(item, raw, to.account_ref, to.exchange_ref),
            compartment=to.compartment,
            at=at,
        )
        for item, raw in zip(items, own_bytes, strict=True)
    ]
    return [
        PreparedItem(content_digest(item.content), event, indexed_words(item_texts(item.fields())))
        for item, event in zip(items, prepare_first(drafts), strict=True)
    ]


def version_fields(
    item: Item, own_bytes: bytes, account_ref: uuid.UUID, exchange_ref: uuid.UUID
) -> Mapping[str, Value]:
    """Return the fields that a version commits to: the item's own, and those that capture adds."""
    return {
        **item.content,
        **item.context,
        "/account": str(account_ref),
        "/raw/slice/sha256": base64url(hashlib.sha256(own_bytes).digest()),
        "/raw/exchange": str(exchange_ref),
    }


def content_digest(content: Fields) -> bytes:
    """Return SHA-256 over the canonical `content` fields: equal digests mean nothing new was said."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


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
