"""Evidence objects back from the second place into an empty store, each held to the digest that the database tells."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any
from uuid import UUID

from archive.storage.contract import AlreadyExists, StoreError
from archive.storage.models import StoredObject
from archive.storage.selection import evidence_store
from config.continuity.copying import attempts_found
from config.continuity.errors import ContinuityError
from config.continuity.place import PART, Place
from config.continuity.sealing import unseal

_CHUNK = 1 << 20
_EVERY = 1_000


@dataclass(slots=True)
class Restored:
    """What came back, what was there already, and the keys of what is lost."""

    restored: int = 0
    present: int = 0
    missing: list[str] = field(default_factory=list)


def objects_restore(place: Place, identity: Any, *, told: Callable[[str], object]) -> Restored:
    """Put back what the store lacks; killed, it goes on where it was. Raises what either store raises."""
    done = Restored()
    store = evidence_store()
    sheets = sorted({name.split("/")[1] for name in place.names("objects/")}, reverse=True)
    for first in range(256):
        found = _attempts(place, sheets, f"{first:02x}")
        low, high = UUID(int=first << 120), UUID(int=(first << 120) | ((1 << 120) - 1))
        rows = StoredObject.objects.filter(key__gte=low, key__lte=high, doomed_at=None, gone_at=None)
        for stored in rows.order_by("key").iterator(chunk_size=500):
            if store.exists(str(stored.key), stored.version_id if stored.store == store.name else ""):
                done.present += 1
            elif _put_back(place, identity, stored, found.get(str(stored.key), [])):
                done.restored += 1
                if done.restored % _EVERY == 0:
                    told(f"{done.restored} evidence objects came back")
            else:
                done.missing.append(str(stored.key))
    return done


def _attempts(place: Place, sheets: list[str], first: str) -> dict[str, list[list[str]]]:
    """Return every copy of the keys that begin so, of any sheet, the newest sheet first."""
    found: dict[str, list[list[str]]] = {}
    for sheet in sheets:
        for (key, _), parts in attempts_found(place.names(f"objects/{sheet}/{first}/")).items():
            found.setdefault(key, []).append(parts)
    return found


def _put_back(place: Place, identity: Any, stored: StoredObject, attempts: list[list[str]]) -> bool:
    for parts in attempts:
        with tempfile.SpooledTemporaryFile(max_size=PART) as opened:
            digest = sha256()

            def take(chunk: bytes, into: IO[bytes] = opened, running: Any = digest) -> None:
                into.write(chunk)
                running.update(chunk)

            try:
                unseal((place.read(part) for part in parts), identity, take)
            except (ContinuityError, StoreError):
                continue
            if digest.digest() != bytes(stored.sha256):
                continue
            opened.seek(0)
            _store(stored, opened)
            return True
    return False


def _store(stored: StoredObject, opened: IO[bytes]) -> None:
    store = evidence_store()
    try:
        put = store.put(str(stored.key), _chunks(opened))
    except AlreadyExists:
        return
    StoredObject.objects.filter(pk=stored.pk).update(
        store=store.name, version_id=put.version_id, lock_until=put.lock_until
    )


def _chunks(opened: IO[bytes]) -> Iterator[bytes]:
    while chunk := opened.read(_CHUNK):
        yield chunk
