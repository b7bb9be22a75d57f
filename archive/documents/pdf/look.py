"""The look of a printed document: paper, inks, and the styles of text. All lengths are points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from archive.documents.document import Role, Sheet

SIDE: Final = 61.2
TOP: Final = 68.4
BOTTOM: Final = 64.8
STEP: Final = 18.0
"""How far a part is set in, for each step of its depth."""
DEEPEST: Final = 8
"""Steps beyond this are drawn no deeper, so that text keeps room."""
PAPER: Final = {Sheet.LETTER: (612.0, 792.0), Sheet.LETTER_LANDSCAPE: (792.0, 612.0)}


def fill(colour: int) -> bytes:
    """The operator that fills with an sRGB colour, given as 0xRRGGBB."""
    return b"%.3f %.3f %.3f rg\n" % ((colour >> 16) / 255, (colour >> 8 & 255) / 255, (colour & 255) / 255)


class Ink:
    """Colours; text keeps a contrast of at least 4.5 to 1 against its ground (WCAG 2.1, 1.4.3)."""

    text: Final = fill(0x1B1B1B)
    quiet: Final = fill(0x565C65)
    accent: Final = fill(0x162E51)
    link: Final = fill(0x005EA2)
    legend: Final = fill(0xB50909)
    rule: Final = fill(0xA9AEB1)
    ground: Final = fill(0xF4F6F9)
    head: Final = fill(0xE1E7F1)
    note: Final = fill(0x936F38)
    white: Final = fill(0xFFFFFF)


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text looks. `ground` is painted behind it, `border` around it, `pad` points away from it."""

    size: float = 10.0
    leading: float = 14.0
    bold: bool = False
    ink: bytes = Ink.text
    before: float = 0.0
    after: float = 6.0
    ground: bytes = b""
    border: bytes = b""
    pad: float = 0.0
    centred: bool = False


BODY: Final = Style()
SMALL: Final = Style(size=8.5, leading=11.8, ink=Ink.quiet)
SIGNED: Final = replace(BODY, before=8, after=10)
CAPTURED: Final = Style(size=10.5, leading=15, ground=Ink.ground, pad=7, before=4, after=8)
NOTE: Final = Style(size=9, leading=12.6, border=Ink.note, pad=6, before=7, after=8)
ITEM: Final = replace(BODY, after=3)
CAPTION: Final = Style(size=9, leading=12.6, bold=True, before=6, after=4)
CELL: Final = Style(size=8.5, leading=11.8, after=0)
CELL_HEAD: Final = replace(CELL, bold=True, ink=Ink.accent)
HEADINGS: Final = {
    1: Style(size=17, leading=23.5, bold=True, ink=Ink.accent, after=8),
    2: Style(size=12.5, leading=17.2, bold=True, ink=Ink.accent, before=12, after=5),
    3: Style(size=10.5, leading=14.6, bold=True, ink=Ink.accent, before=8, after=4),
    4: Style(size=10, leading=14, bold=True, ink=Ink.accent, before=6, after=3),
}
ROLES: Final = {Role.BODY: BODY, Role.CAPTURED: CAPTURED, Role.SMALL: SMALL, Role.SIGNED: SIGNED}
