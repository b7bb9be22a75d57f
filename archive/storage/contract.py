"""What an evidence store promises: bytes go in once, come out as they went in, and leave only when told twice.

MUST
 1. `put` creates: a key that exists raises `AlreadyExists` and changes nothing, also when two put at once.
 2. When `put` returns, the bytes are durable, and size and digests are of the bytes that were read from `chunks`.
 3. When `put` raises, either nothing lies under the key, or bytes that `delete` of the key removes: an intent names the
    key, and the sweeper calls it. What `chunks` raises comes out as it is.
 4. `open` gives exactly the bytes of the version that was put, or raises `Missing`.
 5. `delete` removes one version for good, or without a version id everything under the key, unfinished uploads too. It
    returns only when a look shows that nothing is left; a version under lock raises `Locked`.
 6. `exists` says no, and `Missing` is raised, only when the store itself said no. No answer, no access, no bucket and
    no folder raise `Unavailable`.
 7. `lock` keeps a version from deletion until then. It never shortens a lock, and returns what the store shows after.
 8. `level` says what is asked of the store to stop a deletion behind our back: `advisory` (file modes), `governance` or
    `compliance`. What is really in force for a version is what `standing` says of it.
 9. `hold` puts a flag on a version, without an end, or takes it off, as often as asked; `delete` of a flagged one
    raises `Locked` with `held`. `flags` says whether the store has such a flag. The store itself enforces it only where
    the level is not advisory; elsewhere it binds nobody but this code.
10. `standing` says what the store itself shows of a version: lock, level and flag, never what we asked for.

SHOULD
 1. Stream: hold no more than a few megabytes of an object in memory.
 2. Bound each outside call in time, and repeat only those that are safe to repeat: a `put` never is.

MAY
 1. Return no version id and no lock where the store has none.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

from archive.jobs.not_now import NotNow


class Level(StrEnum):
    """What stops a deletion behind our back."""

    ADVISORY = "advisory"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class StoreError(Exception):
    """Base of what a store raises. `retryable` tells whether asking again can help."""

    code = "storage.error"
    retryable = False


class AlreadyExists(StoreError):
    """The key is taken; nothing was changed."""

    code = "storage.taken"


class Missing(StoreError):
    """There are no such bytes."""

    code = "storage.missing"


class Damaged(StoreError):
    """The bytes are not those that were put."""

    code = "storage.damaged"


class Locked(StoreError):
    """The version may not be deleted yet; `until` says when, if the store tells; `held` that a flag keeps it."""

    code = "storage.locked"
    retryable = True

    def __init__(self, message: str, until: datetime | None = None, *, held: bool = False) -> None:
        self.until, self.held = until, held
        super().__init__(message)


class Unavailable(StoreError):
    """The store did not answer."""

    code = "storage.unavailable"
    retryable = True


class NoRoom(Unavailable, NotNow):
    """There is no room for this now, and nothing was taken; work that meets it waits and is not counted as failed."""

    code = "storage.no_room"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was put: size in bytes, SHA-256 (32 bytes), CRC-32, and the version and lock where the store has them."""

    key: str
    size: int
    sha256: bytes
    crc32: int
    version_id: str = ""
    lock_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store itself shows of a version: until when it is locked, how strictly, and whether it is flagged."""

    lock_until: datetime | None
    level: Level
    held: bool


class EvidenceStore(Protocol):
    """A place for bytes. Keys are random UUIDs as text; anything else raises ValueError."""

    name: str
    level: Level
    flags: bool

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Write new bytes. Raises AlreadyExists or Unavailable, and whatever `chunks` raises."""
        ...

    def open(self, key: str, version_id: str = "") -> AbstractContextManager[BinaryIO]:
        """Open bytes for reading; reading them may raise Unavailable. Raises Missing or Unavailable."""
        ...

    def exists(self, key: str, version_id: str = "") -> bool:
        """Tell whether the bytes are there. Raises Unavailable."""
        ...

    def delete(self, key: str, version_id: str = "") -> None:
        """Remove one version for good, or all; gone already is fine. Raises Locked or Unavailable."""
        ...

    def lock(self, key: str, version_id: str, until: datetime) -> datetime | None:
        """Lock a version at least until then; return its lock, None without one. Raises Missing or Unavailable."""
        ...

    def hold(self, key: str, version_id: str, *, on: bool) -> None:
        """Put the flag on a version, or take it off; nothing without `flags`. Raises Missing or Unavailable."""
        ...

    def standing(self, key: str, version_id: str) -> Standing:
        """Return what the store shows of a version. Raises Missing or Unavailable."""
        ...
