"""Bytes go under a committed intent, are read with their digest checked, and are swept when nothing came of them."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from archive.storage.contract import Damaged
from archive.storage.models import ObjectIntent, StoredObject
from archive.storage.selection import evidence_store

CHUNK = 1024 * 1024
SWEEP_AFTER = timedelta(hours=24)  #: longer than any upload under way


def object_put(chunks: Iterable[bytes], *, compartment: str, at: datetime) -> StoredObject:
    """Write bytes under a new random key; return the row, unsaved: the caller's transaction inserts it.

    The intent is committed before the first byte is written, so it must be called outside a transaction; tests that roll
    back may call it inside one. Raises what the store raises; then the intent stays, and the sweeper clears up.
    """
    key = uuid.uuid4()
    ObjectIntent.objects.create(key=key, created_at=at)
    stored = evidence_store().put(str(key), chunks)
    return StoredObject(
        key=key,
        store=evidence_store().name,
        size=stored.size,
        sha256=stored.sha256,
        crc32=stored.crc32,
        version_id=stored.version_id,
        lock_until=stored.lock_until,
        compartment=compartment,
        created_at=at,
    )


def object_chunks(stored: StoredObject) -> Iterator[bytes]:
    """Yield the bytes of an object. Raises Missing, or Damaged after the last chunk when the digest is not its own."""
    digest = hashlib.sha256()
    with evidence_store().open(str(stored.key), stored.version_id) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.digest() != bytes(stored.sha256):
        raise Damaged(f"Object {stored.key} is not what was stored.")


def object_bytes(stored: StoredObject) -> bytes:
    """Return an object whole, checked. For small ones."""
    return b"".join(object_chunks(stored))


def intents_sweep(*, at: datetime) -> int:
    """Forget intents that came to a row, and delete bytes of old ones that did not; return how many were deleted."""
    row = StoredObject.objects.filter(key=OuterRef("key"))
    ObjectIntent.objects.filter(Exists(row)).delete()
    store, swept = evidence_store(), 0
    for intent in ObjectIntent.objects.filter(created_at__lt=at - SWEEP_AFTER).order_by("pk")[:1_000]:
        if not StoredObject.objects.filter(key=intent.key).exists():
            store.delete(str(intent.key))
            swept += 1
        intent.delete()
    return swept
