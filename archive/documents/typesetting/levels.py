"""The direction of text: embedding levels of UAX 9 by ICU, and the order in which they are drawn."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import icu

_Piece = TypeVar("_Piece")

# Any character that could give a level other than 0: right-to-left letters, Arabic numbers, explicit formatting.
_MAY_TURN: Final = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff"
    "\U0001e800-\U0001efff]"
)


@functools.cache
def _bidi() -> Any:
    return icu.Bidi()


def levels(text: str, *, automatic: bool) -> tuple[int, Sequence[int] | None]:
    """The level of the paragraph, and of each character, or None where all are 0.

    With `automatic` the first strong character sets the level of the paragraph (P2, P3), otherwise it is 0. Overrides
    and embeddings reach to the end of the paragraph, which the caller hands over alone. No lone surrogates.
    """
    if _MAY_TURN.search(text) is None:
        return 0, None
    bidi = _bidi()
    held = icu.UnicodeString(text)
    bidi.setPara(held, icu.Bidi.DEFAULT_LTR if automatic else 0)
    found: Sequence[int] = bidi.getLevels()
    if len(found) != len(text):
        units = iter(found)
        found = [_level_of(units, character) for character in text]
    base = int(bidi.getParaLevel())
    return base, found


def _level_of(units: Any, character: str) -> int:
    level = int(next(units))
    if character > "\uffff":
        next(units)
    return level


def visual_order(pieces: list[_Piece], piece_levels: list[int]) -> list[_Piece]:
    """The pieces of a line from left to right (UAX 9, L2)."""
    highest = max(piece_levels, default=0)
    if highest == 0:
        return pieces
    order = list(range(len(pieces)))
    lowest_odd = min((level for level in piece_levels if level % 2), default=highest + 1)
    for level in range(highest, lowest_odd - 1, -1):
        at = 0
        while at < len(order):
            if piece_levels[order[at]] < level:
                at += 1
                continue
            end = at
            while end < len(order) and piece_levels[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = end
    return [pieces[each] for each in order]
