"""Plain text in one direction, drawn character by character: what most posts, letters and tables consist of.

A character is *plain* when Noto Sans has a glyph of its own for it, it stands alone (no mark joins it), and it runs
from left to right. Such text needs no shaping: widths add up, and no pair is kerned, so that text set here and text
set by shaping (which switches kerning off for these scripts) come out alike.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Final

from archive.documents.typesetting.faces import LATIN, font, opened, scale

_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
_LETTERS: Final = (
    range(0xA0, 0x250),  # Latin-1 to Latin Extended-B
    range(0x250, 0x2B0),  # phonetic letters
    range(0x370, 0x530),  # Greek and Cyrillic
    range(0x1D00, 0x1DC0),
    range(0x1E00, 0x2000),
    range(0x2010, 0x2028),
    range(0x2030, 0x205F),
    range(0x2070, 0x2150),
    range(0x2150, 0x2190),
    range(0x2C60, 0x2C80),
    range(0xA640, 0xA6A0),
    range(0xA720, 0xA800),
)
_NOT_PLAIN_KINDS: Final = frozenset({"Mn", "Mc", "Me", "Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
_FROM_LEFT: Final = frozenset({"L", "EN", "ES", "ET", "CS", "WS", "ON"})


@functools.cache
def plain_characters() -> frozenset[str]:
    """The plain characters."""
    covered = opened(LATIN).unicodes
    found = {*_ASCII, "\u00a0"}
    for letters in _LETTERS:
        for code in letters:
            character = chr(code)
            if (
                code in covered
                and unicodedata.category(character) not in _NOT_PLAIN_KINDS
                and unicodedata.bidirectional(character) in _FROM_LEFT
            ):
                found.add(character)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Plain:
    """Tables of the plain characters at one weight."""

    glyphs: dict[int, str]
    """From code point to the glyph id as four hexadecimal digits, for `str.translate`."""
    ids: dict[str, int]
    """From character to glyph id."""
    advances: dict[str, float]
    """From character to its advance in thousandths of the font size."""
    space: float

    def width(self, text: str) -> float:
        """The width of plain text in thousandths of the font size."""
        advances = self.advances
        return sum([advances[character] for character in text])


@functools.cache
def plain(*, bold: bool) -> Plain:
    """The tables at a weight."""
    cut = font(LATIN, bold=bold)
    ids = {character: int(cut.get_nominal_glyph(ord(character))) for character in plain_characters()}
    advances = {character: cut.get_glyph_h_advance(glyph) * scale(LATIN) for character, glyph in ids.items()}
    return Plain({ord(character): f"{glyph:04X}" for character, glyph in ids.items()}, ids, advances, advances[" "])
