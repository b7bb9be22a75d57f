"""The typeface, and what it can draw.

Bitstream Vera lies inside ReportLab's wheel, so a fresh machine has it without a system package. It covers Latin-1
and a little more (256 code points); everything else is named by its code point until the engine with more faces
replaces this.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import reportlab
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "Vera"
BOLD: Final = "Vera-Bold"
_FILES: Final = {
    REGULAR: "Vera.ttf",
    BOLD: "VeraBd.ttf",
    "Vera-Italic": "VeraIt.ttf",
    "Vera-BoldItalic": "VeraBI.ttf",
}
# The soft hyphen shares the hyphen's glyph: drawn, it would claim a hyphen that is not there.
_NOT_DRAWN: Final = frozenset({0xAD})


@functools.cache
def drawable_code_points() -> frozenset[int]:
    """Register the four faces with ReportLab and answer the code points for which every one of them has a glyph."""
    folder = Path(reportlab.__file__).parent / "fonts"
    covered: list[set[int]] = []
    for name, file in _FILES.items():
        font = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        # ReportLab lists the gaps of a segment too, as glyph 0: the box that must never be drawn.
        covered.append({code for code, glyph in font.face.charToGlyph.items() if glyph})
    addMapping(REGULAR, 0, 0, REGULAR)
    addMapping(REGULAR, 1, 0, BOLD)
    addMapping(REGULAR, 0, 1, "Vera-Italic")
    addMapping(REGULAR, 1, 1, "Vera-BoldItalic")
    return frozenset(code for code in set.intersection(*covered) if code >= 0x20) - _NOT_DRAWN


def drawable(character: str) -> bool:
    """Whether the typeface has a glyph for this character."""
    return ord(character) in drawable_code_points()
