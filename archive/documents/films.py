"""What a film or a sound says of itself without being decoded: how long it is, and the cover picture it carries.

Only tables at the top of the file are read, under limits; no frame is decoded. ISO/IEC 14496-12 (MP4, QuickTime),
RFC 8794 and RFC 9559 (WebM, Matroska), RIFF (WAV).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BOXES: Final = 2_000  #: boxes looked at in one file
_COVER: Final = 16 * 1024 * 1024
_LONGEST: Final = 366 * 86_400.0  #: seconds; a longer claim is no length

_SEGMENT: Final = 0x18538067
_INFO: Final = 0x1549A966
_SCALE: Final = 0x2AD7B1
_DURATION: Final = 0x4489


@dataclass(frozen=True, slots=True)
class Film:
    """What is known: `seconds` of length, `cover` the bytes of a JPEG or PNG that the file carries as its picture."""

    seconds: float | None = None
    cover: bytes | None = None


def film_of(content: bytes) -> Film:
    """Read the beginning of a file, which may be cut off. Never raises on what it holds; nothing known is an answer."""
    try:
        if content[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free"}:
            return _iso(content)
        if content[:4] == b"\x1aE\xdf\xa3":
            return Film(_plausible(_matroska(content)))
        if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
            return Film(_plausible(_wave(content)))
    except (struct.error, IndexError, ValueError, OverflowError, ZeroDivisionError):
        return Film()
    return Film()


def _plausible(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) and 0 < seconds <= _LONGEST else None


def _iso(content: bytes) -> Film:
    moov = _first(content, b"moov", 0, len(content))
    if moov is None:
        return Film()
    seconds = None
    mvhd = _first(content, b"mvhd", *moov)
    if mvhd is not None:
        start = mvhd[0]
        wide = content[start] == 1
        scale, length = struct.unpack_from(">IQ" if wide else ">II", content, start + (20 if wide else 12))
        seconds = length / scale
    return Film(_plausible(seconds), _cover(content, moov))


def _cover(content: bytes, moov: tuple[int, int]) -> bytes | None:
    """The picture under moov/udta/meta/ilst/covr/data; `meta` has four bytes of its own before its boxes."""
    place: tuple[int, int] | None = moov
    for name in (b"udta", b"meta", b"ilst", b"covr", b"data"):
        place = _first(content, name, *place) if place is not None else None
        if place is not None and name == b"meta":
            place = (place[0] + 4, place[1])
    if place is None:
        return None
    cover = content[place[0] + 8 : place[1]]
    return cover if 0 < len(cover) <= _COVER else None


def _first(content: bytes, name: bytes, start: int, stop: int) -> tuple[int, int] | None:
    return next(((inner, end) for kind, inner, end in _boxes(content, start, stop) if kind == name), None)


def _boxes(content: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the inside of each box begins and ends; a box that leads nowhere ends the walk."""
    for _ in range(_BOXES):
        if start + 8 > stop:
            return
        size, kind, head = *struct.unpack_from(">I4s", content, start), 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        elif size == 0:
            size = stop - start
        if size < head:
            return
        yield kind, start + head, min(start + size, stop)
        start += size


def _matroska(content: bytes) -> float | None:
    scale, length = 1_000_000, None
    segment = _element(content, _SEGMENT, 0, len(content))
    info = _element(content, _INFO, *segment) if segment else None
    if info is None:
        return None
    for name, start, stop in _elements(content, *info):
        if name == _SCALE:
            scale = int.from_bytes(content[start:stop])
        elif name == _DURATION:
            length = struct.unpack(">d" if stop - start == 8 else ">f", content[start:stop])[0]
    return None if length is None else length * scale / 1e9


def _element(content: bytes, name: int, start: int, stop: int) -> tuple[int, int] | None:
    return next(((inner, end) for each, inner, end in _elements(content, start, stop) if each == name), None)


def _elements(content: bytes, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    for _ in range(_BOXES):
        if start >= stop:
            return
        name, start = _number(content, start, keep=True)
        size, start = _number(content, start, keep=False)
        end = stop if size is None else min(start + size, stop)
        yield name or 0, start, end
        start = end


def _number(content: bytes, start: int, *, keep: bool) -> tuple[int | None, int]:
    """A number of variable width and where it ends; None for a size that is not known. `keep` leaves its marker in."""
    first = content[start]
    width = 9 - first.bit_length()
    if not 1 <= width <= 8 or start + width > len(content):
        raise ValueError("no number")
    value = int.from_bytes(content[start : start + width])
    if keep:
        return value, start + width
    value &= (1 << 7 * width) - 1
    return (None if value == (1 << 7 * width) - 1 else value), start + width


def _wave(content: bytes) -> float | None:
    start, rate = 12, 0
    for _ in range(_BOXES):
        name, size = struct.unpack_from("<4sI", content, start)
        if name == b"fmt ":
            rate = struct.unpack_from("<I", content, start + 16)[0]
        elif name == b"data":
            return float(size / rate)
        start += 8 + size + size % 2
    return None
