"""Text cut into the pieces that can be disclosed or withheld one by one.

A segment is a run of non-space characters with the white space after it; white space at the very beginning is a segment
of its own. A text with more than MAX_SEGMENTS words is cut into lines instead, and beyond that into blocks. Joined
together the segments are the text, exactly. Offsets count Unicode code points.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from archive.ledger.canonical import Json, pair_surrogates, text_of, view_text
from archive.ledger.errors import FieldError

MAX_SEGMENTS = 2_000
MAX_SEGMENT = 4_096
"""Code points of one segment: every one of them escaped still fits one disclosed field."""
MAX_TEXT = MAX_SEGMENTS * 3_000
"""Code points of one text; a longer one is refused, and quarantined by whoever received it."""

_WORD = re.compile(r"\S+\s*|^\s+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def split(text: str) -> list[str]:
    """Return the segments of `text`, at most MAX_SEGMENTS of at most MAX_SEGMENT code points; [] for the empty text.

    Raises FieldError when the text has more than MAX_TEXT code points.
    """
    if len(text) > MAX_TEXT:
        raise FieldError(f"A text of {len(text)} characters; the limit is {MAX_TEXT}.", code="ledger.field.text")
    if not text.isascii():
        text = pair_surrogates(text)
    pieces = _bounded(_WORD.findall(text))
    if len(pieces) > MAX_SEGMENTS:
        pieces = _bounded(_LINE.findall(text))
    if len(pieces) > MAX_SEGMENTS:
        pieces = _bounded([text])
    return pieces


def _bounded(pieces: list[str]) -> list[str]:
    if max(map(len, pieces), default=0) <= MAX_SEGMENT:
        return pieces
    short: list[str] = []
    for piece in pieces:
        start = 0
        while len(piece) - start > MAX_SEGMENT:
            end = _cut(piece, start + MAX_SEGMENT)
            short.append(piece[start:end])
            start = end
        short.append(piece[start:])
    return short


def _cut(piece: str, end: int) -> int:
    """Move a cut left, by at most 64 code points, so that it parts no character from its marks or joiners."""
    for place in range(end, end - 64, -1):
        after, before = piece[place], piece[place - 1]
        joined = unicodedata.category(after)[0] == "M" or "\u200d" in (after, before)
        pair = "\U0001f1e6" <= after <= "\U0001f1ff" or "\U0001f3fb" <= after <= "\U0001f3ff"
        if not joined and not pair:
            return place
    return end


def fields(name: str, text: str) -> dict[str, str | int | dict[str, Json]]:
    """Return the committed fields of a text: `name/0`, `name/1`, … and `name/#`, the number of segments."""
    pieces = split(text)
    values: Sequence[str | dict[str, Json]] = pieces
    if view_text(text) is not text:
        values = [view_text(piece) for piece in pieces]
    named: dict[str, str | int | dict[str, Json]] = dict(zip(_names(name), values, strict=False))
    named[f"{name}/#"] = len(pieces)
    return named


@lru_cache(maxsize=16)
def _names(name: str) -> tuple[str, ...]:
    """Return the names of as many segments as there can be; they repeat with every text."""
    return tuple(f"{name}/{i}" for i in range(MAX_SEGMENTS))


def join(name: str, values: Mapping[str, Json]) -> str | None:
    """Return the text committed under `name`, None when there is none; raise FieldError when a segment is missing."""
    count = values.get(f"{name}/#")
    if count is None:
        return None
    if type(count) is not int or not 0 <= count <= MAX_SEGMENTS:
        raise FieldError(f"{name}/# is not a number of segments.", code="ledger.field.segments")
    try:
        pieces = [values[segment] for segment in _names(name)[:count]]
    except KeyError as error:
        raise FieldError(f"{error.args[0]} is missing.", code="ledger.field.segments") from None
    return "".join([piece if type(piece) is str else text_of(piece) for piece in pieces])


def snap(pieces: Sequence[str], start: int, end: int) -> range:
    """Return the segments that the code points [start, end) touch: a redaction grows to whole segments, never shrinks.

    `0 <= start < end <= length of the text`, else FieldError: an empty or foreign span must not redact nothing unsaid.
    """
    bounds = [0, *accumulate(len(piece) for piece in pieces)]
    if not 0 <= start < end <= bounds[-1]:
        raise FieldError(f"[{start}, {end}) is no span of this text.", code="ledger.field.span")
    return range(bisect_right(bounds, start) - 1, bisect_right(bounds, end - 1))


def span(pieces: Sequence[str], chosen: range) -> tuple[int, int]:
    """Return the code-point offsets [start, end) of the chosen segments, which the reviewer is shown after a snap."""
    bounds = [0, *accumulate(len(piece) for piece in pieces)]
    if not 0 <= chosen.start < chosen.stop <= len(pieces) or chosen.step != 1:
        raise FieldError("Not a run of segments of this text.", code="ledger.field.span")
    return bounds[chosen.start], bounds[chosen.stop]
