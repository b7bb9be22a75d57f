"""Cut text into the segments that a version commits to one by one.

A segment is the unit of redaction: a run of characters that are no space, with the white space that follows it. Joined,
the segments are the text, character for character.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .contract import Fields

SEGMENT_LIMIT = 2_000
"""Most segments of one text; beyond it lines are cut, and beyond that groups of lines."""

_WORD = re.compile(r"\S+\s*|^\s+")


def segments(text: str) -> list[str]:
    """Return the segments of `text`: at most `SEGMENT_LIMIT`, none empty, and `"".join(segments(text)) == text`."""
    words = _WORD.findall(text)
    if len(words) <= SEGMENT_LIMIT:
        return words
    lines = text.splitlines(keepends=True)
    if len(lines) <= SEGMENT_LIMIT:
        return lines
    size = -(-len(lines) // SEGMENT_LIMIT)
    return ["".join(lines[start : start + size]) for start in range(0, len(lines), size)]


def put_text(fields: Fields, name: str, text: str) -> None:
    """Put `text` under the pointer `name` as `name/0`, `name/1`, … and the count `name/#`."""
    cut = segments(text)
    fields.update(zip(_names(name), cut, strict=False))
    fields[f"{name}/#"] = len(cut)


@lru_cache(maxsize=16)
def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}/{index}" for index in range(SEGMENT_LIMIT))
