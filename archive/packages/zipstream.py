"""A zip written in one pass to anything that has `write`: the same files give the same bytes, and memory stays flat.

Files are stored, not deflated: the bytes of a deflated file depend on the version of zlib, and a bundle is rebuilt
years later. Sizes and checksums are known before a file is written, so there are no data descriptors, which some
readers refuse. The central directory waits in a temporary file: `zipfile.ZipFile` keeps half a kilobyte of memory for
every member, too much for a bundle with a million records. Format: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from struct import pack
from typing import Protocol

from archive.packages.bag import BagFile, Tally
from archive.packages.errors import StagingError

_VERSION, _VERSION_64 = 20, 45
_UNIX = 3 << 8
_TIME, _DATE = 0, 0x21  # midnight of 1 January 1980, the first day a zip knows
_MODE = 0o100644 << 16
_LIMIT_32, _LIMIT_16 = 0xFFFFFFFF, 0xFFFF


class Sink(Protocol):
    """Where a zip goes: a file, a socket, a response."""

    def write(self, octets: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip: what it must be, its name in the zip, and `open`, which yields its bytes."""

    name: str
    file: BagFile
    open: Callable[[], Iterable[bytes]]


def zip_write(members: Iterable[Member], sink: Sink, *, limit: int = _LIMIT_32) -> int:
    """Write a zip of `members`, in their order, and return its number of bytes.

    Raises StagingError when a member's bytes are not those it was announced with; what was written by then is no zip,
    because the directory at its end is missing. `limit` is the size from which the 64-bit fields are used.
    """
    offset, count = 0, 0
    with tempfile.TemporaryFile(prefix="daybook-zip-") as directory:
        for member in members:
            name = member.name.encode("ascii")
            wide = member.file.size >= limit
            sizes = (_LIMIT_32, _LIMIT_32) if wide else (member.file.size, member.file.size)
            extra = pack("<HHQQ", 1, 16, member.file.size, member.file.size) if wide else b""
            version = _VERSION_64 if wide else _VERSION
            fixed = pack("<HHHHLLLHH", 0, 0, _TIME, _DATE, member.file.crc32, *sizes, len(name), len(extra))
            head = b"PK\x03\x04" + pack("<H", version) + fixed + name + extra
            directory.write(_directory_entry(member, name, offset, limit))
            sink.write(head)
            for chunk in _checked(member):
                sink.write(chunk)
            offset, count = offset + len(head) + member.file.size, count + 1
        length = directory.tell()
        directory.seek(0)
        for chunk in iter(lambda: directory.read(1 << 20), b""):
            sink.write(chunk)
    end = _end(count, length, offset, limit)
    sink.write(end)
    return offset + length + len(end)


def _directory_entry(member: Member, name: bytes, offset: int, limit: int) -> bytes:
    size, place, wide = member.file.size, offset, b""
    if member.file.size >= limit:
        wide, size = pack("<QQ", member.file.size, member.file.size), _LIMIT_32
    if offset >= limit:
        wide, place = wide + pack("<Q", offset), _LIMIT_32
    extra = pack("<HH", 1, len(wide)) + wide if wide else b""
    version = _VERSION_64 if wide else _VERSION
    fixed = pack("<HHHHLLLHH", 0, 0, _TIME, _DATE, member.file.crc32, size, size, len(name), len(extra))
    rest = pack("<HHHLL", 0, 0, 0, _MODE, place)
    return b"PK\x01\x02" + pack("<HH", _UNIX | version, version) + fixed + rest + name + extra


def _end(count: int, length: int, offset: int, limit: int) -> bytes:
    wide = b""
    if count >= min(limit, _LIMIT_16) or length >= limit or offset >= limit:
        record = pack("<HHLLQQQQ", _UNIX | _VERSION_64, _VERSION_64, 0, 0, count, count, length, offset)
        wide = b"PK\x06\x06" + pack("<Q", len(record)) + record
        wide += b"PK\x06\x07" + pack("<LQL", 0, offset + length, 1)
        count, length, offset = _LIMIT_16, _LIMIT_32, _LIMIT_32
    return wide + b"PK\x05\x06" + pack("<HHHHLLH", 0, 0, count, count, length, offset, 0)


def _checked(member: Member) -> Iterator[bytes]:
    tally, left = Tally(), member.file.size
    for chunk in member.open():
        tally.add(chunk)
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if tally.file(member.file.path) != member.file:
        raise StagingError(f"{member.file.path} is no longer what was staged.")
