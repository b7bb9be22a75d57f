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

from archive.documents.typesetting.faces import FACES, Outline, cut_of, font, opened, scale
from archive.documents.typesetting.used import Used

Box = tuple[float, float, float, float]

_SYMBOLIC: Final = 4
_ITALIC: Final = 64
_STEM: Final = {False: 80, True: 140}
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
    """By glyph id; by code for `type3`."""
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
        glyphs = used[resource]
        yield _type0(resource, dict(sorted(glyphs.items())))


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


def _type0(resource: str, glyphs: dict[int, str]) -> EmbeddedFont:
    face, bold = cut_of(resource)
    cut = font(face, bold=bold)
    unit = scale(face)
    subset = _program(face, bold, glyphs)
    is_cff = FACES[face].outline is Outline.CFF
    extents = cut.get_font_extents("ltr")
    name = opened(face).get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME).partition("-")[0]
    weight = "Bold" if bold else "Regular"
    head = opened(face).reference_table("head").data
    bbox = tuple(int.from_bytes(head[at : at + 2], "big", signed=True) * unit for at in (36, 38, 40, 42))
    return EmbeddedFont(
        resource=resource,
        kind="cff" if is_cff else "truetype",
        name=f"{_subset_tag(resource, glyphs)}+{name}-{weight}",
        program=bytes(subset.reference_table("CFF ").data if is_cff else subset.blob.data),
        widths={glyph: cut.get_glyph_h_advance(glyph) * unit for glyph in glyphs},
        bbox=(bbox[0], bbox[1], bbox[2], bbox[3]),
        ascent=extents.ascender * unit,
        descent=extents.descender * unit,
        cap_height=cut.get_metric_position_with_fallback(hb.OTMetricsTag.CAP_HEIGHT) * unit,
        italic_angle=0,
        flags=_SYMBOLIC,
        stem=_STEM[bold],
        to_unicode=glyphs,
    )
