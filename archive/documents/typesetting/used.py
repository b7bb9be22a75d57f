"""Which glyphs of which fonts a document uses, and what text each stands for."""

from __future__ import annotations

import unicodedata
from typing import Final

COLOURED: Final = "E"
"""What the names of colour emoji fonts begin with."""
_RADICALS: Final = range(0x2E80, 0x2FE0)


def rank(text: str) -> tuple[bool, bool, str]:
    """What orders the texts of one glyph: unified characters first, else 日 would be found as the radical ⽇."""
    return (unicodedata.normalize("NFKC", text) != text, any(ord(each) in _RADICALS for each in text), text)


def _whole(text: str) -> tuple[int, str]:
    return (len(text), text)


class Used(dict[str, dict[int, str]]):
    """For each font resource the glyphs drawn, and the text that each glyph stands for.

    Glyphs come in from any worker in any order, and the result is the same: of two texts for one glyph the one that
    comes first in `rank` stays.
    """

    def add(self, font: str, glyph: int, text: str) -> None:
        """Count in one glyph."""
        glyphs = self.setdefault(font, {})
        known = glyphs.get(glyph)
        if known is None:
            glyphs[glyph] = text
        elif known != text:
            # Of ❤ and ❤️, which one picture stands for, the one that asks for a picture stays.
            glyphs[glyph] = max(known, text, key=_whole) if font[0] == COLOURED else min(known, text, key=rank)

    def merge(self, other: dict[str, dict[int, str]]) -> None:
        """Count in what another worker used."""
        for font, glyphs in other.items():
            known = self.setdefault(font, {})
            for glyph, text in glyphs.items():
                if known.get(glyph) != text:
                    self.add(font, glyph, text)
