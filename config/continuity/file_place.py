"""The second place as a folder: create-only by a hard link, synced to the disk, read-only files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.storage.contract import Missing, Unavailable
from config.continuity.place import check_name, same_or_taken

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FilePlace:
    """A folder that the person made: one that is not mounted must not be mistaken for an empty one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = folder.as_uri()

    def put(self, name: str, octets: bytes) -> None:
        """Write a file once; see the contract."""
        target = self.folder / check_name(name)
        self._require_folder()
        with _refusing("keep a file"):
            _make_folders(target.parent, self.folder)
            fresh = target.with_name(f".new-{os.getpid()}-{target.name}")
            fresh.unlink(missing_ok=True)
            try:
                with os.fdopen(os.open(fresh, _CREATE, 0o400), "wb") as file:
                    file.write(octets)
                    file.flush()
                    os.fsync(file.fileno())
                try:
                    os.link(fresh, target)
                except FileExistsError:
                    same_or_taken(name, target.read_bytes(), octets)
            finally:
                fresh.unlink(missing_ok=True)
            _sync(target.parent)

    def read(self, name: str) -> bytes:
        """Return a file; see the contract."""
        self._require_folder()
        with _refusing("read a file"):
            try:
                return (self.folder / check_name(name)).read_bytes()
            except FileNotFoundError:
                raise Missing(f"{name} is not at the second place.") from None

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names in order; see the contract."""
        self._require_folder()
        with _refusing("list its files"):
            top = self.folder / prefix.rpartition("/")[0]
            found = [
                str(Path(where, each).relative_to(self.folder))
                for where, _, files in os.walk(top)
                for each in files
                if not each.startswith(".new-")
            ]
        yield from sorted(name for name in found if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """Remove a file and sync its folder; folders that are empty then go too."""
        self._require_folder()
        target = self.folder / check_name(name)
        with _refusing("delete a file"):
            target.unlink(missing_ok=True)
            for left in target.parent.glob(f".new-*-{target.name}"):
                left.unlink(missing_ok=True)
            folder = target.parent
            while folder != self.folder and folder.is_dir():
                _sync(folder)
                try:
                    folder.rmdir()
                except OSError:
                    break
                folder = folder.parent

    def _require_folder(self) -> None:
        if not self.folder.is_dir():
            raise Unavailable(f"The folder {self.folder} for backups is not there. Is its disk mounted?")


@contextmanager
def _refusing(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"The second place could not {doing}: {error.strerror}.") from error


def _make_folders(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    while folder != root.parent and folder != folder.parent:
        _sync(folder)
        folder = folder.parent


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
