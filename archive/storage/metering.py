"""Size and digests of bytes, taken while they pass."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from zlib import crc32

from archive.storage.contract import Stored


class Meter:
    """Counts what passes through `watch`."""

    def __init__(self) -> None:
        self._size, self._crc, self._digest = 0, 0, sha256()

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks, counted."""
        for chunk in chunks:
            self._digest.update(chunk)
            self._crc, self._size = crc32(chunk, self._crc), self._size + len(chunk)
            yield chunk

    def stored(self, key: str, *, version_id: str = "", lock_until: datetime | None = None) -> Stored:
        """Return what passed, as it was put under `key`."""
        return Stored(key, self._size, self._digest.digest(), self._crc, version_id, lock_until)
