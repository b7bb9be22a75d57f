"""The floor of `./run bench pdf`: the same posts by ReportLab's own Platypus, as one would write it without more.

Untagged, in one small typeface, without page counts, source or marks: less than our documents have.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import BinaryIO

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate
from reportlab.platypus.flowables import Flowable

from archive.documents import document as d

_FONTS = Path(reportlab.__file__).parent / "fonts"
pdfmetrics.registerFont(TTFont("Vera", str(_FONTS / "Vera.ttf")))
pdfmetrics.registerFont(TTFont("Vera-Bold", str(_FONTS / "VeraBd.ttf")))

_HEADING = ParagraphStyle("heading", fontName="Vera-Bold", fontSize=12.5, leading=16, spaceBefore=12, spaceAfter=5)
_SMALL = ParagraphStyle("small", fontName="Vera", fontSize=8, leading=11, spaceAfter=6)
_CAPTURED = ParagraphStyle(
    "captured",
    fontName="Vera",
    fontSize=10,
    leading=14.5,
    backColor=HexColor(0xF4F6F9),
    borderPadding=7,
    leftIndent=8,
    rightIndent=8,
    spaceBefore=10,
    spaceAfter=14,
)


def draw(parts: list[d.Part], out: BinaryIO) -> None:
    """Write the posts to `out`."""
    template = SimpleDocTemplate(out, invariant=1, pageCompression=1, initialFontName="Vera")
    template.build(list(_story(parts)))


def _story(parts: list[d.Part]) -> Iterator[Flowable]:
    for part in parts:
        for block in part.blocks:
            match block:
                case d.Heading(text):
                    yield CondPageBreak(79)
                    yield Paragraph(escape(text), _HEADING)
                case d.Paragraph(spans, role):
                    yield Paragraph("".join(map(_markup, spans)), _SMALL if role is d.Role.SMALL else _CAPTURED)


def _markup(span: d.Span) -> str:
    match span:
        case d.Link(value, address):
            return f'<a href="{escape(address)}" color="#005ea2">{escape(value)}</a>'
        case d.Text(value) | d.Strong(value):
            return escape(value).replace("\n", "<br/>")
    return ""
