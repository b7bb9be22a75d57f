"""Looking inside compressed parts of a file, whatever the file is: zlib, gzip, zip members, PDF stream filters."""

import binascii
import re
import zlib
from base64 import a85decode
from collections.abc import Generator, Iterator
from mmap import mmap

STEP = 1 << 20  #: bytes of inflated data handed out at a time
LIMIT = 1 << 30  #: inflated bytes of one file; what is larger cannot be searched and is reported

_STARTS = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
_PDF_STREAM = re.compile(rb"stream\r?\n(.{0,67108864}?)\s*endstream", re.DOTALL)


class TooMuch(Exception):
    """The compressed parts of a file are larger than `LIMIT`."""


def inflated(hay: bytes | mmap, *, keep: int) -> Iterator[bytes]:
    """Yield everything that can be inflated out of `hay`, in pieces that overlap by `keep` bytes.

    Every place where a compressed stream may begin is tried; what a broken one gives before it breaks is yielded too.
    Raises TooMuch when there is more than LIMIT in all.
    """
    budget = [LIMIT]
    yield from _streams(hay, keep, budget)
    if hay[:5] == b"%PDF-":
        for match in _PDF_STREAM.finditer(hay):
            decoded = _pdf_text_filter(match.group(1))
            if decoded:
                yield decoded
                yield from _streams(decoded, keep, budget)


def _streams(hay: bytes | mmap, keep: int, budget: list[int]) -> Iterator[bytes]:
    place = 0
    while match := _STARTS.search(hay, place):
        start, window = _begin(hay, match)
        place = match.start() + 1
        if start is not None:
            place = yield from _inflate(hay, start, window, keep, budget, place)


def _begin(hay: bytes | mmap, match: re.Match[bytes]) -> tuple[int | None, int]:
    """Return where the deflated bytes begin and how they are wrapped; none for a zip member that is not deflated."""
    start = match.start()
    if match.group()[:1] == b"\x78":
        return start, zlib.MAX_WBITS
    if match.group()[:1] == b"\x1f":
        return start, zlib.MAX_WBITS | 16
    head = bytes(hay[start : start + 30])
    if len(head) < 30 or head[8:10] != b"\x08\x00":
        return None, 0
    return start + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), -zlib.MAX_WBITS


def _inflate(
    hay: bytes | mmap, start: int, window: int, keep: int, budget: list[int], after: int
) -> Generator[bytes, None, int]:
    """Yield the inflated pieces; return where to look on: behind a whole stream, else just behind its beginning."""
    stream, tail, waiting, place = zlib.decompressobj(window), b"", b"", start
    while not stream.eof:
        if not waiting:
            waiting = bytes(hay[place : place + STEP])
            place += len(waiting)
            if not waiting:
                return after
        try:
            piece = stream.decompress(waiting, STEP)
        except zlib.error:
            return after
        waiting = stream.unconsumed_tail
        budget[0] -= len(piece)
        if budget[0] < 0:
            raise TooMuch
        if piece:
            yield tail + piece
            tail = (tail + piece)[-keep:] if keep else b""
    return max(after, place - len(waiting) - len(stream.unused_data))


def _pdf_text_filter(body: bytes) -> bytes:
    """Undo ASCII85Decode or ASCIIHexDecode (ISO 32000-1, 7.4.2 and 7.4.3), empty when the stream is neither."""
    body = body.strip()
    try:
        if body.endswith(b"~>"):
            return a85decode(body.removeprefix(b"<~")[:-2])
        if body.endswith(b">"):
            return binascii.a2b_hex(re.sub(rb"\s", b"", body[:-1]))
    except ValueError:
        return b""
    return b""
