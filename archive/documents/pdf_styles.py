"""The look of a printed document: inks and paragraph styles."""

from __future__ import annotations

from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from archive.documents.faces import BOLD, REGULAR


class INK:
    """Colours; text keeps a contrast of at least 4.5 to 1 against its ground (WCAG 2.1, 1.4.3)."""

    text: Final[Color] = HexColor(0x1B1B1B)
    quiet: Final[Color] = HexColor(0x565C65)
    accent: Final[Color] = HexColor(0x162E51)
    legend: Final[Color] = HexColor(0xB50909)
    rule: Final[Color] = HexColor(0xA9AEB1)
    ground: Final[Color] = HexColor(0xF4F6F9)
    head: Final[Color] = HexColor(0xE1E7F1)
    note: Final[Color] = HexColor(0x936F38)


def _style(name: str, parent: ParagraphStyle | None = None, **changes: Any) -> ParagraphStyle:
    return ParagraphStyle(name, parent, **changes)


BODY: Final = _style(
    "body",
    fontName=REGULAR,
    fontSize=9.5,
    leading=13.5,
    textColor=INK.text,
    alignment=TA_LEFT,
    spaceAfter=6,
    splitLongWords=1,
    allowWidows=0,
    allowOrphans=0,
    bulletFontName=REGULAR,
    linkUnderline=1,
)
SMALL: Final = _style("small", BODY, fontSize=8, leading=11, textColor=INK.quiet)
SIGNED: Final = _style("signed", BODY, spaceBefore=8, spaceAfter=10)
CAPTURED: Final = _style(
    "captured",
    BODY,
    fontSize=10,
    leading=14.5,
    backColor=INK.ground,
    borderPadding=(6, 8, 7, 8),
    leftIndent=8,
    rightIndent=8,
    spaceBefore=10,
    spaceAfter=14,
)
NOTE: Final = _style(
    "note",
    BODY,
    fontSize=8.5,
    leading=12,
    borderColor=INK.note,
    borderWidth=0.8,
    borderPadding=(5, 7, 6, 7),
    leftIndent=8,
    rightIndent=8,
    spaceBefore=10,
    spaceAfter=14,
)
BULLET: Final = _style("bullet", BODY, leftIndent=18, bulletIndent=4, spaceAfter=3)
CAPTION: Final = _style("caption", BODY, fontName=BOLD, fontSize=8.5, leading=12, spaceBefore=6, spaceAfter=4)
CELL: Final = _style("cell", BODY, fontSize=8, leading=10.5, spaceAfter=0)
CELL_END: Final = _style("cell-end", CELL, alignment=TA_RIGHT)
CELL_HEAD: Final = _style("cell-head", CELL, fontName=BOLD, textColor=INK.accent)
CELL_HEAD_END: Final = _style("cell-head-end", CELL_HEAD, alignment=TA_RIGHT)
_HEADING: Final = _style("heading", BODY, fontName=BOLD, textColor=INK.accent)
HEADINGS: Final = {
    1: _style("h1", _HEADING, fontSize=17, leading=21, spaceAfter=8),
    2: _style("h2", _HEADING, fontSize=12.5, leading=16, spaceBefore=12, spaceAfter=5),
    3: _style("h3", _HEADING, fontSize=10.5, leading=14, spaceBefore=8, spaceAfter=4),
    4: _style("h4", _HEADING, fontSize=9.5, leading=13, spaceBefore=6, spaceAfter=3),
}
