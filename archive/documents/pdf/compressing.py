"""Compression, with the same settings everywhere: the same bytes on every run."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final, NamedTuple

_LEVEL: Final = 4
"""Half the time of the usual level, for files a tenth larger."""
_HEADER: Final = b"\x78\x5e"
_NOTHING_MORE: Final = b"\x03\x00"
_BASE: Final = 65521


def deflated(octets: bytes) -> bytes:
    """The octets as a zlib stream, which PDF calls FlateDecode."""
    return zlib.compress(octets, _LEVEL)


class Piece(NamedTuple):
    """A part of a zlib stream, compressed on its own: bytes, and the length and Adler-32 of what they hold."""

    content: bytes
    length: int
    checksum: int


def piece(octets: bytes) -> Piece:
    """Compress a part of a stream; other processes may compress its other parts."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    content = compressor.compress(octets) + compressor.flush(zlib.Z_FULL_FLUSH)
    return Piece(content, len(octets), zlib.adler32(octets))


def stored(octets: bytes) -> Piece:
    """A short part of a stream, at most 65,535 bytes, as it is (RFC 1951, 3.2.4)."""
    length = len(octets)
    head = b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little")
    return Piece(head + octets, length, zlib.adler32(octets))


def joined(pieces: Iterable[Piece]) -> tuple[bytes, int]:
    """The zlib stream of the parts in order, and the length of what it holds (RFC 1950; Adler-32 of a sum, 9)."""
    contents = [_HEADER]
    low, high, length = 1, 0, 0
    for each in pieces:
        contents.append(each.content)
        own_low, own_high = each.checksum & 0xFFFF, each.checksum >> 16
        high = (high + own_high + each.length * (low - 1)) % _BASE
        low = (low + own_low - 1) % _BASE
        length += each.length
    return b"".join([*contents, _NOTHING_MORE, (high << 16 | low).to_bytes(4, "big")]), length
