"""Objects in two stores, claims to work on them, and stores whose next calls go wrong."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from archive.jobs.services import Claim, job_claim, job_enqueue
from archive.storage.contract import EvidenceStore, Standing, Stored, Unavailable
from archive.storage.copies import COPIES, copies_follow
from archive.storage.file_store import FileEvidenceStore
from archive.storage.models import StoredCopy, StoredObject
from archive.storage.selection import stores
from archive.storage.services import object_put

T = TypeVar("T")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def claim_of(kind: str, at: datetime = AT) -> Claim:
    """Return a claim on a job of this kind."""
    claim = job_claim(job_enqueue(kind=kind, at=at).pk, at=at)
    assert claim is not None
    return claim


def kept(octets: bytes = b"evidence", at: datetime = AT) -> StoredObject:
    """Return an object in the first store, with its row."""
    stored = object_put([octets], compartment="public", at=at)
    stored.save(force_insert=True)
    return stored


def follow(at: datetime = AT) -> dict[str, object]:
    """Do one round of copying."""
    claim = claim_of(COPIES, at)
    result = copies_follow(claim, now=lambda: at)
    claim.finish(at=at)
    return result


def copied(octets: bytes = b"evidence", at: datetime = AT) -> StoredObject:
    """Return an object in both stores."""
    stored = kept(octets, at)
    follow(at)
    return stored


def copy_in(stored: StoredObject, name: str) -> StoredCopy:
    """Return the copy of an object in one store."""
    return StoredCopy.objects.get(object=stored, store=name)


def path_in(stored: StoredObject, name: str) -> Path:
    """Return the file of a copy in a file store."""
    store = stores()[name]
    assert isinstance(store, FileEvidenceStore)
    return store.path_of(str(copy_in(stored, name).key))


def flip(path: Path, bit: int = 3) -> None:
    """Flip one bit of a file, as a disk does."""
    octets = bytearray(path.read_bytes())
    octets[bit // 8] ^= 1 << bit % 8
    path.chmod(0o644)
    path.write_bytes(bytes(octets))


class Flaky:
    """A real store whose next calls go wrong: `troubles` maps a step's name to `failed` or `failed but happened`."""

    def __init__(self, store: EvidenceStore, **troubles: str) -> None:
        self._store, self.troubles = store, troubles
        self.name, self.level, self.flags = store.name, store.level, store.flags

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        self._before("put")
        return self._after("put", self._store.put(key, chunks))

    def open(self, key: str, version_id: str = "") -> AbstractContextManager[BinaryIO]:
        self._before("open")
        return self._after("open", self._store.open(key, version_id))

    def exists(self, key: str, version_id: str = "") -> bool:
        self._before("exists")
        return self._after("exists", self._store.exists(key, version_id))

    def delete(self, key: str, version_id: str = "") -> None:
        self._before("delete")
        self._store.delete(key, version_id)
        self._after("delete", None)

    def lock(self, key: str, version_id: str, until: datetime) -> datetime | None:
        self._before("lock")
        return self._after("lock", self._store.lock(key, version_id, until))

    def hold(self, key: str, version_id: str, *, on: bool) -> None:
        self._before("hold")
        self._store.hold(key, version_id, on=on)
        self._after("hold", None)

    def standing(self, key: str, version_id: str) -> Standing:
        self._before("standing")
        return self._after("standing", self._store.standing(key, version_id))

    def _before(self, step: str) -> None:
        if self.troubles.get(step) == "failed":
            del self.troubles[step]
            raise Unavailable(f"{step}: no answer")

    def _after(self, step: str, answer: T) -> T:
        if self.troubles.pop(step, "") == "failed but happened":
            raise Unavailable(f"{step}: the answer was lost")
        return answer
