"""Where a line may end: UAX 14 by ICU, which also knows the words of Thai, Lao, Khmer and Burmese."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

import icu

# The joints of addresses, file names and hash tags, at which people expect a long word to be parted.
_JOINT: Final = re.compile(r"[^/?&=\-_.]*[/?&=\-_.]+|[^/?&=\-_.]+")
_BEYOND_BMP: Final = re.compile("[\U00010000-\U0010ffff]")


@functools.cache
def _iterator() -> Any:
    return icu.BreakIterator.createLineInstance(icu.Locale.getRoot())


def break_positions(text: str) -> tuple[int, ...]:
    """Where the text may be broken, as offsets in characters, its end included. It holds no lone surrogate."""
    iterator = _iterator()
    iterator.setText(text)
    found = list(iterator)
    if _BEYOND_BMP.search(text) is None:
        return tuple(found)
    return tuple(_in_characters(text, found))


def _in_characters(text: str, positions: list[int]) -> list[int]:
    """ICU counts UTF-16 units; the characters before each position."""
    wide = [match.start() for match in _BEYOND_BMP.finditer(text)]
    found: list[int] = []
    passed = 0
    for position in positions:
        while passed < len(wide) and wide[passed] + passed < position:
            passed += 1
        found.append(position - passed)
    return found


def pieces_of_long_word(word: str) -> list[str]:
    """The word in pieces that each end at a joint."""
    return _JOINT.findall(word)
