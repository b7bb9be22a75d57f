"""What an evidence store promises: bytes go in once, come out as they went in, and leave only when told twice.

MUST
 1. `put` creates: a key that exists raises `AlreadyExists` and changes nothing, also when two put at once.
 2. When `put` returns, the bytes are durable, and size and digests are of the bytes that were read from `chunks`.
 3. When `put` raises, either nothing lies under the key or bytes that an intent names, which the sweeper finds.
 4. `open` gives exactly the bytes of the version that was put, or raises `Missing`.
 5. `delete` removes one version for good and returns only when a read of it fails; a version under lock raises `Locked`.
 6. `level` says what stops a deletion behind our back: `advisory` (file modes), `governance` or `compliance`.

SHOULD
 1. Stream: hold no more than a few megabytes of an object in memory.

MAY
 1. Return no version id and no lock where the store has none.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol


class Level(StrEnum):
    """What stops a deletion behind our back."""

    ADVISORY = "advisory"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class StoreError(Exception):
    """Base of what a store raises. `retryable` tells whether asking again can help."""

    retryable = False


class AlreadyExists(StoreError):
    """The key is taken; nothing was changed."""


class Missing(StoreError):
    """There are no such bytes."""


class Damaged(StoreError):
    """The bytes are not those that were put."""


class Locked(StoreError):
    """The version may not be deleted yet; `until` says when, if the store tells."""

    retryable = True

    def __init__(self, message: str, until: datetime | None = None) -> None:
        self.until = until
        super().__init__(message)


class Unavailable(StoreError):
    """The store did not answer, or has no room."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Stored:
    """What was put: size in bytes, SHA-256 (32 bytes), CRC-32, and the version and lock where the store has them."""

    key: str
    size: int
    sha256: bytes
    crc32: int
    version_id: str = ""
    lock_until: datetime | None = None


class EvidenceStore(Protocol):
    """A place for bytes. Keys are random UUIDs as text."""

    name: str
    level: Level

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Write new bytes. Raises AlreadyExists or Unavailable, and whatever `chunks` raises."""
        ...

    def open(self, key: str, version_id: str = "") -> AbstractContextManager[BinaryIO]:
        """Open bytes for reading. Raises Missing or Unavailable."""
        ...

    def exists(self, key: str, version_id: str = "") -> bool:
        """Tell whether the bytes are there. Raises Unavailable."""
        ...

    def delete(self, key: str, version_id: str = "") -> None:
        """Remove one version for good; gone already is fine. Raises Locked or Unavailable."""
        ...
