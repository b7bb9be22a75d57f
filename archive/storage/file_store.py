"""The evidence store on a file system: create-only, synced to the disk, read-only files."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from uuid import UUID

from django.core.files.storage import FileSystemStorage

from archive.storage.contract import AlreadyExists, Level, Locked, Missing, NoRoom, Standing, Stored, Unavailable
from archive.storage.metering import Meter

READ_ONLY = 0o444
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FileEvidenceStore(FileSystemStorage):
    """Files under `location`, two folders deep by the first bytes of their random key.

    A file appears under its name only when it is whole and synced, by a hard link that fails if the name is taken.
    Until then it is `.new-KEY` beside it, so that whoever deletes the key deletes what a crash left of it too. The flag
    of a hold is an empty file `.held-KEY` beside it: this class heeds it, and nothing else on the machine does.
    """

    level = Level.ADVISORY
    flags = True

    def __init__(self, location: str | Path, *, name: str = "file") -> None:
        super().__init__(location=str(location))
        self.name = name

    def path_of(self, key: str) -> Path:
        """Return where a key lies. Raises ValueError for anything but a UUID, so that no key can leave the folder."""
        text = str(UUID(key))
        return Path(self.path(f"{text[:2]}/{text[2:4]}/{text}"))

    def put(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Write new bytes; see the contract."""
        target, meter = self.path_of(key), Meter()
        fresh = _fresh(target)
        with _refusing("keep the bytes"):
            _make_folders(target.parent, Path(self.location))
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with _refusing("keep the bytes", taken=key):
                handle = os.open(fresh.name, _CREATE, READ_ONLY, dir_fd=folder)
            try:
                _fill(handle, meter.watch(chunks))
                with _refusing("keep the bytes", taken=key):
                    os.link(fresh.name, target.name, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                with _refusing("clear up"):
                    os.unlink(fresh.name, dir_fd=folder)
                    os.fsync(folder)  # while the folder is still open, or an error of the disk is lost
        finally:
            os.close(folder)
        return meter.stored(key)

    def open(self, key: str, version_id: str = "") -> Any:
        """Open bytes for reading; see the contract."""
        return self._reading(key)

    def _reading(self, key: str) -> BinaryIO:
        try:
            with _refusing("read", missing=key):
                return self.path_of(key).open("rb")
        except Missing:
            self._require_folder()
            raise

    def exists(self, key: str, version_id: str = "") -> bool:
        """Tell whether the bytes are there; see the contract. A store whose own folder is gone does not answer."""
        try:
            os.stat(self.path_of(key))
        except FileNotFoundError:
            self._require_folder()
            return False
        except OSError as error:
            _refuse("look for the bytes", error)
        return True

    def delete(self, key: str, version_id: str = "") -> None:
        """Remove the file and what a crash left of one, and sync the folder; see the contract."""
        target = self.path_of(key)
        if self._is_held(target):
            raise Locked(f"{key} is flagged: a hold keeps it.", held=True)
        with _refusing("delete the bytes"):
            for path in (target, _fresh(target)):
                path.unlink(missing_ok=True)
            if target.parent.exists():
                _sync(target.parent)
        if self.exists(key):
            raise Unavailable(f"The evidence store still shows {key} after deleting it.")

    def lock(self, key: str, version_id: str, until: datetime) -> datetime | None:
        """Return None: files have no lock."""
        self._require(key)
        return None

    def hold(self, key: str, version_id: str, *, on: bool) -> None:
        """Make or remove the flag, and sync the folder; see the contract. A flag can be taken off what is missing."""
        target = self.path_of(key)
        if on:
            self._require(key)
        with _refusing("flag the bytes"):
            if on:
                os.close(os.open(_flag(target), os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, READ_ONLY))
            else:
                _flag(target).unlink(missing_ok=True)
            if target.parent.exists():
                _sync(target.parent)

    def standing(self, key: str, version_id: str) -> Standing:
        """Say that there is no lock, and whether the flag is there; see the contract."""
        self._require(key)
        return Standing(None, Level.ADVISORY, self._is_held(self.path_of(key)))

    def _is_held(self, target: Path) -> bool:
        with _refusing("look for the flag"):
            return _flag(target).exists()

    def _require_folder(self) -> None:
        if not os.path.isdir(self.location):
            raise Unavailable("The folder of the evidence store is not there.") from None

    def _require(self, key: str) -> None:
        if not self.exists(key):
            raise Missing(f"{key} is not in the evidence store.")


def _fresh(target: Path) -> Path:
    return target.with_name(f".new-{target.name}")


def _flag(target: Path) -> Path:
    return target.with_name(f".held-{target.name}")


def _fill(handle: int, chunks: Iterator[bytes]) -> None:
    """Write the chunks and sync them. What `chunks` raises is not the store's and comes out as it is."""
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            with _refusing("keep the bytes"):
                file.write(chunk)
        with _refusing("keep the bytes"):
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _refusing(doing: str, *, taken: str = "", missing: str = "") -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        if taken:
            raise AlreadyExists(f"{taken} is taken.") from None
        _refuse(doing, error)
    except FileNotFoundError as error:
        if missing:
            raise Missing(f"{missing} is not in the evidence store.") from None
        _refuse(doing, error)
    except OSError as error:
        _refuse(doing, error)


def _refuse(doing: str, error: OSError) -> NoReturn:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise NoRoom(f"The evidence store could not {doing}: {error.strerror}. Nothing was taken.") from error
    raise Unavailable(f"The evidence store could not {doing}: {error.strerror}.") from error


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
