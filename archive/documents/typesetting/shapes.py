"""Glyphs in their places: what shaping gives and drawing takes."""

from __future__ import annotations

from dataclasses import dataclass

from archive.documents.typesetting.faces import LATIN, cut_name, extent
from archive.documents.typesetting.latin import plain

Glyph = tuple[str, str, float, float, float, float]
"""Font resource; code in hexadecimal; advance; shift to the right; rise; the advance that the font itself has.

Lengths are thousandths of the font size.
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A stretch of text in one direction, as glyphs from left to right. Lengths are thousandths of the font size."""

    text: str
    glyphs: tuple[Glyph, ...]
    width: float
    ascent: float
    descent: float
    uses: tuple[tuple[str, int, str], ...]
    """Font resource, code, and the text that the code stands for."""
    actual: bool = False
    """Whether the texts of the glyphs do not give the text."""
    simple: tuple[str, str] | None = None
    """Font resource and all codes in hexadecimal, where every glyph stands where the font itself puts it."""
    scale: float = 1.0
    named: tuple[int, ...] = ()
    """The code points that are drawn by name."""
    hidden: str = ""
    """Marks that are in the text and not drawn."""


def plain_shape(text: str, *, bold: bool, scale: float = 1.0) -> Shape:
    """Plain characters, side by side."""
    table = plain(bold=bold)
    resource = cut_name(LATIN, bold=bold)
    reach = extent(LATIN)
    return Shape(
        text=text,
        glyphs=(),
        width=table.width(text) * scale,
        ascent=reach.ascent * scale,
        descent=reach.descent * scale,
        uses=tuple([(resource, table.ids[character], character) for character in set(text)]),
        simple=(resource, text.translate(table.glyphs)),
        scale=scale,
    )
