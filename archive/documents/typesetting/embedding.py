"""The fonts that a document embeds: only the glyphs it uses, the same bytes for the same glyphs.

CID is glyph id in every Type0 font made from here: `Identity-H`, and `CIDToGIDMap /Identity` for TrueType. A CFF
program names its glyphs by CID itself.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import uharfbuzz as hb

from archive.documents.typesetting.emoji import glyph_of, matrix, procedure
from archive.documents.typesetting.faces import (
    COLOUR_EMOJI,
    FACES,
    LATIN,
    PART,
    PARTED,
    Outline,
    cut_name,
    cut_of,
    font,
    opened,
    part_of,
    scale,
)
from archive.documents.typesetting.latin import plain
from archive.documents.typesetting.outlines import outline
from archive.documents.typesetting.used import COLOURED, Used

Box = tuple[float, float, float, float]

_SYMBOLIC: Final = 4
_WIDTH_OF_M: Final = 0.6
_STEM: Final = {False: 80, True: 140}
# A document that draws no more of Noto Sans than this embeds all of it: the same font in each, cut once, without a
# trace of which letters it has.
_COMMON: Final = "".join(map(chr, range(0x20, 0x7F))) + "§·–—‘’“”•…›"
# What a reader of the embedded program never looks at. Layout is done; names and metrics are in the PDF objects.
_LEFT_OUT: Final = ("GSUB", "GPOS", "GDEF", "STAT", "MVAR", "BASE", "VORG", "vhea", "vmtx", "name", "post", "DSIG")


@dataclass(frozen=True, slots=True)
class EmbeddedFont:
    """What the font objects of a document are made of. Lengths are thousandths of the font size."""

    resource: str
    kind: Literal["truetype", "cff", "type3"]
    name: str
    """The PostScript name, with the tag of the subset."""
    program: bytes
    widths: dict[int, float]
    """By glyph id; for `type3` by code, and in units of its `matrix`."""
    bbox: Box
    ascent: float
    descent: float
    """Negative, as in a font descriptor."""
    cap_height: float
    italic_angle: float
    flags: int
    stem: float
    to_unicode: dict[int, str]
    procedures: dict[int, bytes] = field(default_factory=dict)
    """For `type3`: the content stream of each code."""
    matrix: tuple[float, float, float, float, float, float] = (0.001, 0, 0, 0.001, 0, 0)
    encoding: dict[int, str] = field(default_factory=dict)
    """For `type3`: the glyph name of each code."""


def fonts(used: Used | Mapping[str, Mapping[int, str]]) -> Iterator[EmbeddedFont]:
    """The fonts for what was used, sorted by resource name."""
    for resource in sorted(used):
        glyphs = dict(sorted(used[resource].items()))
        if resource[0] == COLOURED:
            yield _coloured(resource, glyphs)
        elif resource[0] == PARTED:
            yield _part(resource, glyphs)
        else:
            yield _type0(resource, glyphs)


def _tags(names: Iterable[str]) -> list[int]:
    return [int.from_bytes(name.encode("ascii"), "big") for name in names]


@functools.cache
def _static(face: int, bold: bool) -> Any:
    """The face at a fixed weight without its layout tables, prepared for cutting many subsets."""
    whole = opened(face)
    if FACES[face].outline is Outline.CFF:
        return whole
    request = hb.SubsetInput()
    request.keep_everything()
    request.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NOTDEF_OUTLINE
    if FACES[face].weights:
        request.pin_axis_location(whole, "wght", 700 if bold else 400)
    request.drop_table_tag_set.update(_tags(_LEFT_OUT))
    return hb.subset_preprocess(request.subset(whole))


def _program(face: int, bold: bool, glyphs: Iterable[int]) -> Any:
    request = hb.SubsetInput()
    request.glyph_set.update(glyphs)
    request.flags = hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NO_HINTING
    request.drop_table_tag_set.update(_tags((*_LEFT_OUT, "cmap", "OS/2")))
    if FACES[face].outline is Outline.TRUETYPE:
        request.flags |= hb.SubsetFlags.RETAIN_GIDS
    return request.subset(_static(face, bold))


def _subset_tag(resource: str, glyphs: Iterable[int]) -> str:
    digest = hashlib.sha256(f"{resource} {' '.join(map(str, glyphs))}".encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


@dataclass(frozen=True, slots=True)
class _Looks:
    """What a cut says of itself, whichever glyphs of it are used."""

    name: str
    bbox: Box
    ascent: float
    descent: float
    cap_height: float


@functools.cache
def _looks(face: int, bold: bool) -> _Looks:
    cut = font(face, bold=bold)
    unit = scale(face)
    extents = cut.get_font_extents("ltr")
    family = opened(face).get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME).partition("-")[0]
    return _Looks(
        name=f"{family}-{'Bold' if bold else 'Regular'}",
        bbox=_box(face, unit),
        ascent=extents.ascender * unit,
        descent=extents.descender * unit,
        cap_height=cut.get_metric_position_with_fallback(hb.OTMetricsTag.CAP_HEIGHT) * unit,
    )


@functools.lru_cache(maxsize=20_000)
def _advance(face: int, bold: bool, glyph: int) -> float:
    return float(font(face, bold=bold).get_glyph_h_advance(glyph) * scale(face))


@functools.cache
def _common_glyphs(bold: bool) -> dict[int, str]:
    ids = plain(bold=bold).ids
    return dict(sorted((ids[character], character) for character in _COMMON))


def _type0(resource: str, glyphs: dict[int, str]) -> EmbeddedFont:
    bold = cut_of(resource)[1]
    if resource == cut_name(LATIN, bold=bold) and glyphs.items() <= _common_glyphs(bold).items():
        return _common(resource, bold)
    return _cut(resource, glyphs)


@functools.cache
def _common(resource: str, bold: bool) -> EmbeddedFont:
    return _cut(resource, _common_glyphs(bold))


def _cut(resource: str, glyphs: dict[int, str]) -> EmbeddedFont:
    face, bold = cut_of(resource)
    looks = _looks(face, bold)
    subset = _program(face, bold, glyphs)
    is_cff = FACES[face].outline is Outline.CFF
    return EmbeddedFont(
        resource=resource,
        kind="cff" if is_cff else "truetype",
        name=f"{_subset_tag(resource, glyphs)}+{looks.name}",
        program=bytes(subset.reference_table("CFF ").data if is_cff else subset.blob.data),
        widths={glyph: _advance(face, bold, glyph) for glyph in glyphs},
        bbox=looks.bbox,
        ascent=looks.ascent,
        descent=looks.descent,
        cap_height=looks.cap_height,
        italic_angle=0,
        flags=_SYMBOLIC,
        stem=_STEM[bold],
        to_unicode=glyphs,
    )


def _box(face: int, unit: float) -> Box:
    head = opened(face).reference_table("head").data
    left, bottom, right, top = (int.from_bytes(head[at : at + 2], "big", signed=True) * unit for at in (36, 38, 40, 42))
    return left, bottom, right, top


def _coloured(resource: str, glyphs: dict[int, str]) -> EmbeddedFont:
    cut = font(COLOUR_EMOJI)
    return _type3(
        resource,
        COLOUR_EMOJI,
        glyphs,
        widths={code: float(cut.get_glyph_h_advance(glyph_of(resource, code))) for code in glyphs},
        procedures={code: procedure(glyph_of(resource, code)) for code in glyphs},
        unit=matrix()[0],
    )


def _part(resource: str, glyphs: dict[int, str]) -> EmbeddedFont:
    face, first = part_of(resource)
    return _type3(
        resource,
        face,
        glyphs,
        widths={code: float(font(face).get_glyph_h_advance(first + code)) for code in glyphs},
        procedures={code: _drawn(face, first + code) for code in glyphs},
        unit=scale(face) / 1000,
    )


@functools.lru_cache(maxsize=2_000)
def _drawn(face: int, glyph: int) -> bytes:
    """The content stream that draws a glyph in the colour of the text around it, in units of the face."""
    cut = font(face)
    extents = cut.get_glyph_extents(glyph)
    left, top = extents.x_bearing, extents.y_bearing
    box = f"{left} {top + extents.height} {left + extents.width} {top}"
    path = outline(cut, glyph)
    return "\n".join([f"{cut.get_glyph_h_advance(glyph)} 0 {box} d1", *path, *(["f"] if path else [])]).encode("ascii")


def _type3(
    resource: str,
    face: int,
    glyphs: dict[int, str],
    *,
    widths: dict[int, float],
    procedures: dict[int, bytes],
    unit: float,
) -> EmbeddedFont:
    encoding = {code: f"g{code}" for code in glyphs}
    unused = next((code for code in range(PART - 1, -1, -1) if code not in glyphs), None)
    if unused is not None:
        # Poppler guesses the size of a Type3 font from its "m", and without one takes its text for another column.
        widths[unused] = _WIDTH_OF_M / unit
        encoding[unused] = "m"
        procedures[unused] = f"{widths[unused]:.0f} 0 d0".encode("ascii")
    extents = font(face).get_font_extents("ltr")
    return EmbeddedFont(
        resource=resource,
        kind="type3",
        name=f"{opened(face).get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME)}-{resource}",
        program=b"",
        widths=widths,
        bbox=_box(face, 1.0),
        ascent=extents.ascender,
        descent=extents.descender,
        cap_height=extents.ascender,
        italic_angle=0,
        flags=_SYMBOLIC,
        stem=0,
        to_unicode=glyphs,
        procedures=procedures,
        matrix=(unit, 0, 0, unit, 0, 0),
        encoding=encoding,
    )
