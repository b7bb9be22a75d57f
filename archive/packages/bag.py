"""A BagIt 1.0 bag (RFC 8493) written file by file: every byte is digested on its way to the disk, none is kept."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from archive.packages.errors import BadName, StagingError
from archive.packages.names import check_path

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BagFile:
    """A file of the bag as it was written; `path` is below the bag's top folder."""

    path: str
    size: int
    crc32: int
    sha256: bytes

    def manifest_line(self) -> bytes:
        """Return the file's line in a manifest."""
        return f"{self.sha256.hex()}  {self.path}\n".encode("ascii")

    def line(self) -> bytes:
        """Return the file's line in a listing, which is a manifest with sizes and checksums for the zip."""
        return f"{self.sha256.hex()} {self.crc32:08x} {self.size} {self.path}\n".encode("ascii")


def parse_line(line: bytes) -> BagFile:
    """Read a line of a listing; raise StagingError when it is cut."""
    parts = line.decode("ascii", "replace").split(" ")
    try:
        digest, crc, size, path = parts
        return BagFile(check_path(path.rstrip("\n")), int(size), int(crc, 16), bytes.fromhex(digest))
    except (ValueError, BadName) as error:
        raise StagingError("The listing of the staged files is damaged.") from error


class Tally:
    """Adds up a file's size, checksum and digest while its bytes pass."""

    def __init__(self) -> None:
        self._size, self._crc, self._digest = 0, 0, sha256()

    def add(self, chunk: bytes) -> None:
        """Count a chunk."""
        self._digest.update(chunk)
        self._crc, self._size = crc32(chunk, self._crc), self._size + len(chunk)

    def file(self, path: str) -> BagFile:
        """Return what passed, as the file `path`."""
        return BagFile(path, self._size, self._crc, self._digest.digest())


def file_write(top: Path, path: str, chunks: Iterable[bytes]) -> BagFile:
    """Create `path` below `top` from `chunks`; raise BadName when the bag has that file already."""
    target = top / check_path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    try:
        with target.open("xb") as stream:
            for chunk in chunks:
                stream.write(chunk)
                tally.add(chunk)
    except FileExistsError as error:
        raise BadName(f"{path} is in this bag already.") from error
    return tally.file(path)


def file_describe(top: Path, path: str) -> BagFile:
    """Return a file that is there already."""
    tally = Tally()
    for chunk in file_chunks(top / path):
        tally.add(chunk)
    return tally.file(path)


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes; memory stays flat."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def info_text(labels: Iterable[tuple[str, str]]) -> bytes:
    """Return bag-info.txt: one line a label, each label once, nothing folded (RFC 8493 section 2.2.2)."""
    lines = []
    for label, value in labels:
        if not value.isprintable() or not value.strip():
            raise BadName(f"{label} needs a text of one line for bag-info.txt.")
        lines.append(f"{label}: {value}\n")
    return "".join(lines).encode("utf-8")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
