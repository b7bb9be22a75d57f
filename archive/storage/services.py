"""Bytes go under a committed intent, are read with their digest checked, and are swept when nothing came of them."""

import hashlib
import logging
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import Exists, OuterRef

from archive.storage.contract import Damaged, Locked, StoreError, Unavailable
from archive.storage.models import ObjectIntent, StoredObject
from archive.storage.selection import evidence_store

log = logging.getLogger(__name__)

CHUNK = 1024 * 1024
SWEEP_AFTER = timedelta(hours=24)  #: longer than any upload under way, and than any transaction that inserts its row
ASK_AGAIN = timedelta(days=1)  #: when a store says locked and does not say until when
BATCH = 500

LOCK_FOR = timedelta(days=35)
LOCK_LEFT = timedelta(days=28)  #: a lock with less than this left is moved on


def object_put(chunks: Iterable[bytes], *, compartment: str, at: datetime) -> StoredObject:
    """Write bytes under a new random key; return the row, unsaved: the caller's transaction inserts it.

    The intent is committed before the first byte is written, so this refuses to run inside a transaction
    (RuntimeError); tests that roll back are let through. Raises what the store and `chunks` raise; then the intent
    stays, and the sweeper deletes whatever the store kept. To try again, call again: the new try has its own key.
    """
    key = uuid.uuid4()
    with transaction.atomic(durable=True):
        ObjectIntent.objects.create(key=key, created_at=at)
    store = evidence_store()
    stored = store.put(str(key), chunks)
    return StoredObject(
        key=key,
        store=store.name,
        size=stored.size,
        sha256=stored.sha256,
        crc32=stored.crc32,
        version_id=stored.version_id,
        lock_until=stored.lock_until,
        compartment=compartment,
        created_at=at,
    )


def object_chunks(stored: StoredObject) -> Iterator[bytes]:
    """Yield the bytes of an object. Raises Missing, Unavailable, or Damaged after the last chunk.

    Who writes the chunks somewhere must not use what was written before the iterator has ended without an error.
    """
    digest, size = hashlib.sha256(), 0
    with evidence_store().open(str(stored.key), stored.version_id) as file:
        while chunk := _read(file):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if digest.digest() != bytes(stored.sha256) or size != stored.size:
        raise Damaged(f"Object {stored.key} is not what was stored.")


def object_bytes(stored: StoredObject) -> bytes:
    """Return an object whole, checked. For small ones."""
    return b"".join(object_chunks(stored))


def intents_sweep(*, at: datetime) -> int:
    """Forget intents that came to a row, and delete the bytes of old ones that did not; return how many were swept.

    Bytes under a lock keep their intent until it ends, and so do those that the store does not answer for.
    """
    row = StoredObject.objects.filter(key=OuterRef("key"))
    ObjectIntent.objects.filter(Exists(row)).delete()
    store, swept = evidence_store(), 0
    for intent in ObjectIntent.objects.filter(created_at__lt=at - SWEEP_AFTER).order_by("created_at")[:BATCH]:
        if StoredObject.objects.filter(key=intent.key).exists():
            continue
        try:
            store.delete(str(intent.key))
        except Locked as locked:
            until = locked.until or at + ASK_AGAIN
            ObjectIntent.objects.filter(pk=intent.pk).update(created_at=until - SWEEP_AFTER)
        except StoreError as error:
            log.warning("Bytes without a row were not swept: %s", error)
            break
        else:
            intent.delete()
            swept += 1
    return swept


def locks_roll(*, at: datetime) -> int:
    """Move on the locks that run out, to 35 days from now; return how many. What is doomed keeps the lock it has.

    Raises what the store raises; what was moved by then stays moved.
    """
    store, moved = evidence_store(), 0
    while True:
        due = StoredObject.objects.filter(
            lock_until__lt=at + LOCK_LEFT, doomed_at=None, gone_at=None, store=store.name
        ).order_by("pk")[:BATCH]
        for stored in due:
            stored.lock_until = store.lock(str(stored.key), stored.version_id, at + LOCK_FOR)
            stored.save(update_fields=["lock_until"])
            moved += 1
        if not due:
            return moved


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read(CHUNK)
    except OSError as error:
        raise Unavailable(f"The evidence store could not be read: {error.strerror}.") from error
