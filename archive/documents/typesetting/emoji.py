"""Colour emoji as vector drawings: the layers of OpenMoji's glyphs, each an outline filled with a colour.

In a document they are Type3 fonts, one for each 256 glyphs, in which a code stands for a whole emoji sequence. So
emoji are text that can be searched and copied, sharp at any size, and no picture.
"""

from __future__ import annotations

import functools
from typing import Final

import uharfbuzz as hb

from archive.documents.typesetting.clusters import JOINERS
from archive.documents.typesetting.faces import COLOUR_EMOJI, EM, LATIN, PART, extent, font, opened
from archive.documents.typesetting.outlines import outline
from archive.documents.typesetting.shapes import Glyph, Shape
from archive.documents.typesetting.used import COLOURED

SHRINK: Final = 0.88
"""OpenMoji fills a box a third wider than the em; a little smaller it stands well beside letters."""
_OPAQUE: Final = 255
_WHITE: Final = (255, 255, 255)


def matrix() -> tuple[float, float, float, float, float, float]:
    """The font matrix: from units of the face to the font size."""
    unit = SHRINK / float(opened(COLOUR_EMOJI).upem)
    return (unit, 0, 0, unit, 0, 0)


def resource_of(glyph: int) -> tuple[str, int]:
    """The font resource of an emoji glyph, and its code there."""
    return f"{COLOURED}{glyph // PART}", glyph % PART


def glyph_of(resource: str, code: int) -> int:
    """The emoji glyph of a code, the other way round."""
    return int(resource[1:]) * PART + code


@functools.cache
def _joints() -> frozenset[int]:
    """The glyphs of joiners that joined nothing, for which HarfBuzz may put a space without width."""
    found = (font(COLOUR_EMOJI).get_nominal_glyph(ord(joiner)) for joiner in (*JOINERS, " "))
    return frozenset(glyph for glyph in found if glyph)


def emoji_shape(cluster: str) -> Shape | None:
    """The cluster as one emoji, or as several where the face lacks their union; None where it lacks one of them."""
    buffer = hb.Buffer()
    buffer.add_str(cluster)
    buffer.direction = "ltr"
    buffer.guess_segment_properties()
    hb.shape(font(COLOUR_EMOJI), buffer)
    face = opened(COLOUR_EMOJI)
    unit = SHRINK * EM / float(face.upem)
    drawn: list[tuple[int, int, float]] = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if face.get_glyph_color_layers(info.codepoint):
            drawn.append((info.codepoint, info.cluster, place.x_advance * unit))
        elif info.codepoint not in _joints():
            return None
    if not drawn:
        return None
    glyphs: list[Glyph] = []
    uses: list[tuple[str, int, str]] = []
    starts = [0, *(each[1] for each in drawn[1:]), len(cluster)]
    for number, (glyph, _, advance) in enumerate(drawn):
        resource, code = resource_of(glyph)
        glyphs.append((resource, f"{code:02X}", advance, 0.0, 0.0, advance))
        text = cluster if len(drawn) == 1 else cluster[starts[number] : starts[number + 1]]
        uses.append((resource, code, text if len(drawn) == 1 else text.strip("\u200d")))
    reach = extent(LATIN)
    return Shape(
        text=cluster,
        glyphs=tuple(glyphs),
        width=sum(each[2] for each in drawn),
        ascent=reach.ascent,
        descent=reach.descent,
        uses=tuple(uses),
        actual=len(drawn) > 1,
        simple=(glyphs[0][0], glyphs[0][1]) if len(glyphs) == 1 else None,
    )


@functools.cache
def _colours() -> tuple[str, ...]:
    """The palette as fill operators. The few half-transparent inks are what they give on white paper."""
    found: list[str] = []
    for colour in opened(COLOUR_EMOJI).color_palettes[0].colors:
        share = colour.alpha / _OPAQUE
        mixed = (
            channel * share + white * (1 - share)
            for channel, white in zip((colour.red, colour.green, colour.blue), _WHITE, strict=True)
        )
        found.append(" ".join(f"{value / 255:.3f}".rstrip("0").rstrip(".") for value in mixed) + " rg")
    return tuple(found)


@functools.lru_cache(maxsize=2_000)
def procedure(glyph: int) -> bytes:
    """The content stream that draws an emoji glyph, in units of the face."""
    cut = font(COLOUR_EMOJI)
    colours = _colours()
    written = [f"{cut.get_glyph_h_advance(glyph)} 0 d0"]
    now = ""
    for layer in opened(COLOUR_EMOJI).get_glyph_color_layers(glyph):
        path = outline(cut, layer.glyph)
        if not path:
            continue
        if colours[layer.color_index] != now:
            now = colours[layer.color_index]
            written.append(now)
        written.append("\n".join([*path, "f"]))
    return "\n".join(written).encode("ascii")
