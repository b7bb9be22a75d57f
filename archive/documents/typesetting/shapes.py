"""Glyphs in their places: what shaping gives and drawing takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    plain: bool = False
    """Whether its text is of plain characters alone, each drawn as itself; then `uses` is empty."""
    hidden: str = ""
    """Marks that are in the text and not drawn."""


def plain_shape(text: str, *, bold: bool) -> Shape:
    """Plain characters, side by side."""
    table = plain(bold=bold)
    reach = extent(LATIN)
    simple = (cut_name(LATIN, bold=bold), text.translate(table.glyphs))
    return Shape(text, (), table.width(text), reach.ascent, reach.descent, (), simple=simple, plain=True)


def small_shape(name: str, scale: float) -> Shape:
    """Plain characters at a part of the size."""
    drawn = plain_shape(name, bold=False)
    ids = plain(bold=False).ids
    return replace(
        drawn,
        width=drawn.width * scale,
        ascent=drawn.ascent * scale,
        descent=drawn.descent * scale,
        uses=tuple([(cut_name(LATIN), ids[character], character) for character in sorted(set(name))]),
        scale=scale,
        plain=False,
    )
