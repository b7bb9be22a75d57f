"""Bytes go under a committed intent, and are swept when nothing came of them."""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from archive.storage.contract import EvidenceStore, Locked, Stored, StoreError
from archive.storage.models import ObjectIntent, StoredCopy, StoredObject
from archive.storage.reading import CHUNK, object_bytes, object_chunks
from archive.storage.selection import evidence_store, stores

__all__ = ["CHUNK", "intents_sweep", "object_bytes", "object_chunks", "object_put", "put_under_intent"]

log = logging.getLogger(__name__)

SWEEP_AFTER = timedelta(hours=24)  #: longer than any upload under way, and than any transaction that inserts its row
ASK_AGAIN = timedelta(days=1)  #: when a store says locked and does not say until when
BATCH = 500


def object_put(chunks: Iterable[bytes], *, compartment: str, at: datetime) -> StoredObject:
    """Write bytes under a new random key; return the row, unsaved: the caller's transaction inserts it.

    The intent is committed before the first byte is written, so this refuses to run inside a transaction
    (RuntimeError); tests that roll back are let through. Raises what the store and `chunks` raise; then the intent
    stays, and the sweeper deletes whatever the store kept. To try again, call again: the new try has its own key.
    The second copy, where a second store is in force, follows by itself and is not waited for.
    """
    store = evidence_store()
    stored = put_under_intent(store, chunks, at=at)
    return StoredObject(
        key=uuid.UUID(stored.key),
        store=store.name,
        size=stored.size,
        sha256=stored.sha256,
        crc32=stored.crc32,
        version_id=stored.version_id,
        lock_until=stored.lock_until,
        compartment=compartment,
        created_at=at,
    )


def put_under_intent(store: EvidenceStore, chunks: Iterable[bytes], *, at: datetime) -> Stored:
    """Write bytes to one store under a new random key whose intent is committed first; see `object_put`."""
    key = uuid.uuid4()
    with transaction.atomic(durable=True):
        ObjectIntent.objects.create(key=key, store=store.name, created_at=at)
    return store.put(str(key), chunks)


def intents_sweep(*, at: datetime) -> int:
    """Forget intents that came to a row, and delete the bytes of old ones that did not; return how many were swept.

    Bytes under a lock keep their intent until it ends, and so do those that their store does not answer for. A flag on
    bytes without a row holds nothing: it is taken off, and the bytes go in a later round.
    """
    ObjectIntent.objects.filter(Exists(StoredCopy.objects.filter(key=OuterRef("key")))).delete()
    known, first = stores(), evidence_store().name
    silent, swept = set[str](), 0
    for intent in ObjectIntent.objects.filter(created_at__lt=at - SWEEP_AFTER).order_by("created_at")[:BATCH]:
        store = known.get(intent.store or first)
        if store is None or store.name in silent or StoredCopy.objects.filter(key=intent.key).exists():
            continue
        try:
            swept += _sweep(intent, store, at)
        except StoreError as error:
            log.warning("Bytes without a row were not swept: %s", error)
            silent.add(store.name)
    return swept


def _sweep(intent: ObjectIntent, store: EvidenceStore, at: datetime) -> int:
    key = str(intent.key)
    try:
        store.delete(key)
    except Locked as locked:
        if locked.held:
            store.hold(key, intent.version_id, on=False)
        until = locked.until or (at if locked.held else at + ASK_AGAIN)
        ObjectIntent.objects.filter(pk=intent.pk).update(created_at=until - SWEEP_AFTER)
        return 0
    intent.delete()
    return 1
