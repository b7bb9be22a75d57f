"""The evidence store on a file system: create-only, synced to the disk, read-only files."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.storage import FileSystemStorage

from archive.storage.contract import AlreadyExists, Level, Missing, Stored, Unavailable

READ_ONLY = 0o444


class FileEvidenceStore(FileSystemStorage):
    """Files under `location`, two folders deep by the first bytes of their random key.

    A file appears under its name only when it is whole and synced, by a hard link that fails if the name is taken.
    """

    name = "file"
    level = Level.ADVISORY

    def __init__(self, location: str | Path) -> None:
        super().__init__(location=str(location))

    def path_of(self, key: str) -> Path:
        """Return where a key lies. Raises ValueError for anything but a UUID, so that no key can leave the folder."""
        text = str(UUID(key))
        return Path(self.path(f"{text[:2]}/{text[2:4]}/{text}"))

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Write new bytes; see the contract."""
        target = self.path_of(key)
        digest, crc, size = hashlib.sha256(), 0, 0
        _make_folders(target.parent, Path(self.location))
        descriptor, fresh = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                    crc = zlib.crc32(chunk, crc)
                    size += len(chunk)
                file.flush()
                os.fchmod(file.fileno(), READ_ONLY)
                os.fsync(file.fileno())
            try:
                os.link(fresh, target)
            except FileExistsError:
                raise AlreadyExists(f"{key} is taken.") from None
            _sync(target.parent)
        except OSError as error:
            raise Unavailable(f"The evidence store could not keep the bytes: {error.strerror}.") from error
        finally:
            Path(fresh).unlink(missing_ok=True)
        return Stored(key, size, digest.digest(), crc)

    def open(self, key: str, version_id: str = "") -> Any:
        """Open bytes for reading; see the contract."""
        return self._reading(key)

    def _reading(self, key: str) -> BinaryIO:
        try:
            return self.path_of(key).open("rb")
        except FileNotFoundError:
            raise Missing(f"{key} is not in the evidence store.") from None
        except OSError as error:
            raise Unavailable(f"The evidence store could not be read: {error.strerror}.") from error

    def exists(self, key: str, version_id: str = "") -> bool:
        """Tell whether the bytes are there."""
        return self.path_of(key).exists()

    def delete(self, key: str, version_id: str = "") -> None:
        """Remove the file and sync its folder; see the contract."""
        target = self.path_of(key)
        try:
            target.unlink(missing_ok=True)
            if target.parent.exists():
                _sync(target.parent)
        except OSError as error:
            raise Unavailable(f"The evidence store could not delete the bytes: {error.strerror}.") from error


def _make_folders(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    while folder != root.parent and folder != folder.parent:
        _sync(folder)
        folder = folder.parent


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
