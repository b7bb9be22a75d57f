"""Bytes come back with their digest checked, from the first copy that has them whole."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import connection

from archive.storage.contract import Damaged, EvidenceStore, Missing, StoreError, Unavailable
from archive.storage.models import StoredCopy, StoredObject
from archive.storage.selection import evidence_store, stores

log = logging.getLogger(__name__)

CHUNK = 1024 * 1024
AT_ONCE = 8 * CHUNK  #: up to here an object with a second copy is held in memory until it is known to be whole


@dataclass(frozen=True, slots=True)
class Place:
    """Where one copy of an object lies."""

    store: EvidenceStore
    key: str
    version_id: str
    copy_id: int | None = None


def object_chunks(stored: StoredObject) -> Iterator[bytes]:
    """Yield the bytes of an object. Raises Missing, Unavailable, or Damaged after the last chunk.

    Who writes the chunks somewhere must not use what was written before the iterator has ended without an error. With
    two copies, a copy is read to its end and checked before its first chunk is given, so that the other one can stand
    in: a large object is then read twice.
    """
    places = _places(stored)
    for place in places[:-1]:
        try:
            held = _proved(stored, place)
        except (Missing, Damaged, Unavailable) as error:
            _suspect(place, error)
            continue
        yield from held if held is not None else place_chunks(stored, place)
        return
    yield from place_chunks(stored, places[-1])


def object_bytes(stored: StoredObject) -> bytes:
    """Return an object whole, checked. For small ones."""
    return b"".join(object_chunks(stored))


def place_chunks(stored: StoredObject, place: Place) -> Iterator[bytes]:
    """Yield the bytes of one copy. Raises Missing, Unavailable, or Damaged after the last chunk."""
    digest, size = hashlib.sha256(), 0
    with place.store.open(place.key, place.version_id) as file:
        while chunk := _read(file):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if digest.digest() != bytes(stored.sha256) or size != stored.size:
        raise Damaged(f"Object {stored.key} is not what was stored.")


def _places(stored: StoredObject) -> list[Place]:
    """Return where the copies lie, those of the first store first; one not yet inserted lies where it was put."""
    known = stores()
    rank = {name: n for n, name in enumerate(known)}
    copies = StoredCopy.objects.filter(object_id=stored.pk, store__in=known) if stored.pk else ()
    places = [
        Place(known[copy.store], str(copy.key), copy.version_id, copy.pk)
        for copy in sorted(copies, key=lambda copy: rank[copy.store])
    ]
    return places or [Place(evidence_store(), str(stored.key), stored.version_id)]


def _proved(stored: StoredObject, place: Place) -> list[bytes] | None:
    """Read a copy to its end; return its chunks, or none if they are too many to hold. Raises as reading does."""
    if stored.size <= AT_ONCE:
        return list(place_chunks(stored, place))
    for _ in place_chunks(stored, place):
        pass
    return None


def _suspect(place: Place, error: StoreError) -> None:
    """Have the next fixity round look at a copy that failed, unless the caller's transaction may be read-only."""
    log.warning("A copy in the store %s was passed over: %s", place.store.name, error)
    if place.copy_id and not isinstance(error, Unavailable) and not connection.in_atomic_block:
        StoredCopy.objects.filter(pk=place.copy_id).update(checked_at=None)


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read(CHUNK)
    except OSError as error:
        raise Unavailable(f"The evidence store could not be read: {error.strerror}.") from error
