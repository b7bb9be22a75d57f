"""Shaping by HarfBuzz, and the text that each glyph stands for.

A PDF reader finds text by what each glyph stands for. So a glyph that stands for two characters (Arabic ى and Persian
ی at a word's end, · and •) goes into two fonts of the document, one for each; and an Arabic letter that the face
builds of a skeleton and dots is drawn by its one presentation form, which has the same outline.
"""

from __future__ import annotations

import functools
import unicodedata
from collections import defaultdict
from functools import partial
from itertools import groupby
from typing import Final

import icu
import uharfbuzz as hb

from archive.documents.typesetting.coverage import CJK, is_brahmic
from archive.documents.typesetting.faces import (
    FACES,
    JAPANESE,
    LATIN,
    PART,
    Outline,
    cut_name,
    extent,
    font,
    opened,
    part_name,
    scale,
)
from archive.documents.typesetting.shapes import Glyph, Shape
from archive.documents.typesetting.used import rank

ARABIC: Final = 1
NO_TEXT: Final = "\u200b"
"""What a glyph stands for that adds nothing to its neighbours; every glyph has to stand for something (ISO 14289-1)."""
_PRESENTED: Final = (range(0xFB50, 0xFE00), range(0xFE70, 0xFF00))
_FORMS: Final = {"init": "<initial>", "medi": "<medial>", "fina": "<final>"}
# Plain text is set without kerning and ligatures (`latin`), and shaped text beside it in the same way.
_AS_PLAIN: Final = {"kern": False, "liga": False, "clig": False}
_AIR: Final = 40.0

Placed = tuple[int, int, float, float, float]
"""Glyph id, index of the first character it comes from, advance, shift, rise, in units of the face."""


def _base(face: int, character: str) -> str:
    """The character that a glyph of the face's character map stands for."""
    if face == ARABIC and any(ord(character) in forms for forms in _PRESENTED):
        return unicodedata.normalize("NFKC", character)
    return character


@functools.cache
def _stood_for(face: int) -> dict[int, tuple[str, ...]]:
    """The glyphs of a file that stand for more than one character, with these in order of preference."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for member in CJK if face in CJK else (face,):
        cut = font(member)
        for code in opened(member).unicodes:
            found[cut.get_nominal_glyph(code)].add(_base(face, chr(code)))
    return {glyph: tuple(sorted(texts, key=rank)) for glyph, texts in found.items() if len(texts) > 1}


def _placed_in(face: int, bold: bool, glyph: int, text: str) -> tuple[str, int, str]:
    """The font resource that has a glyph with this text, its code there, and the code in hexadecimal."""
    texts = _stood_for(JAPANESE if face in CJK else face).get(glyph, ())
    variant = texts.index(text) if text in texts else 0
    if FACES[face].outline is Outline.DRAWN:
        return part_name(face, glyph, variant=variant), glyph % PART, f"{glyph % PART:02X}"
    return cut_name(face, bold=bold, variant=variant), glyph, f"{glyph:04X}"


@functools.lru_cache(maxsize=1_024)
def _mirrored(character: str) -> str:
    """What a glyph of right-to-left text shows: of a bracket the other one (UAX 9, L4). Readers turn it back."""
    return chr(icu.Char.charMirror(ord(character))) if unicodedata.mirrored(character) else character


@functools.cache
def _presentation_forms() -> dict[tuple[str, str], int]:
    """From Arabic letter and joining form to the glyph of its presentation form."""
    cut = font(ARABIC)
    found: dict[tuple[str, str], int] = {}
    for forms in _PRESENTED:
        for code in forms:
            kind, _, letters = unicodedata.decomposition(chr(code)).partition(" ")
            glyph = cut.get_nominal_glyph(code)
            if kind in _FORMS.values() and len(letters) == 4 and glyph:
                found[chr(int(letters, 16)), kind] = glyph
    return found


def _shaped(text: str, face: int, bold: bool, rtl: bool, language: str, around: tuple[str, str]) -> list[Placed]:
    buffer = hb.Buffer()
    before, after = around
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(before + text + after, len(before), len(text))
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.guess_segment_properties()
    if language:
        buffer.language = language
    hb.shape(font(face, bold=bold), buffer, _AS_PLAIN if face == LATIN else None)
    start = len(before)
    return [
        (info.codepoint, info.cluster - start, place.x_advance, place.x_offset, place.y_offset)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]


def shape(text: str, face: int, *, bold: bool, rtl: bool, language: str, around: tuple[str, str] = ("", "")) -> Shape:
    """Shape text of one face and direction; `around` is the text beside it, to which its letters may join."""
    bold = bold and FACES[face].weights
    cut = font(face, bold=bold)
    unit = scale(face)
    reach = extent(LATIN)
    ascent, descent = reach.ascent, reach.descent
    glyphs: list[Glyph] = []
    uses: list[tuple[str, int, str]] = []
    actual = False
    placed = _shaped(text, face, bold, rtl, language, around)
    starts = sorted({place[1] for place in placed})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    for start, group in groupby(placed, key=lambda place: place[1]):
        source = text[start : ends[start]]
        members = list(group)
        if face == ARABIC and len(members) > 1 and len(source) == 1:
            members = _composed(members, source, bold)
        stands = _texts(members, _mirrored(source) if rtl and len(source) == 1 else source, face)
        actual = actual or NO_TEXT in stands or (not rtl and any(map(partial(_differs, face), members, stands)))
        for (glyph, _, advance, shift, rise), stood in zip(members, stands, strict=True):
            if advance == 0 and _is_empty(face, bold, glyph):
                actual = actual or (not rtl and stood != NO_TEXT)
                continue
            resource, code, digits = _placed_in(face, bold, glyph, stood)
            natural = cut.get_glyph_h_advance(glyph) * unit
            glyphs.append((resource, digits, advance * unit, shift * unit, rise * unit, natural))
            uses.append((resource, code, stood))
            top, bottom = _ink(face, bold, glyph)
            ascent = max(ascent, top + rise * unit + _AIR)
            descent = max(descent, _AIR - bottom - rise * unit)
    if not rtl and not actual:
        # Where marks stand beside or before their letter, readers guess at the order from the places of glyphs.
        actual = is_brahmic(face) or any(not each[2] for each in glyphs)
    if not rtl and not actual:
        actual = unicodedata.normalize("NFC", "".join(each[2] for each in uses)) != unicodedata.normalize("NFC", text)
    return Shape(
        text=text,
        glyphs=tuple(glyphs),
        width=sum([glyph[2] for glyph in glyphs]),
        ascent=ascent,
        descent=descent,
        uses=tuple(dict.fromkeys(uses)),
        actual=actual,
        simple=_simple(glyphs),
    )


def _simple(glyphs: list[Glyph]) -> tuple[str, str] | None:
    """All codes, where they are of one font and stand where it puts them."""
    if len({glyph[0] for glyph in glyphs}) != 1:
        return None
    if any(advance != natural or shift or rise for _, _, advance, shift, rise, natural in glyphs):
        return None
    return glyphs[0][0], "".join([glyph[1] for glyph in glyphs])


def _composed(members: list[Placed], letter: str, bold: bool) -> list[Placed]:
    """One Arabic letter as one glyph where the face has its form; what else the glyphs of a letter are stays."""
    cut = font(ARABIC, bold=bold)
    spacing = [each for each in members if each[2]]
    if len(spacing) != 1:
        return members
    (skeleton, start, advance, shift, rise) = spacing[0]
    suffixes = cut.glyph_to_string(skeleton).split(".")[1:]
    form = next((_FORMS[suffix] for suffix in suffixes if suffix in _FORMS), None)
    whole = _presentation_forms().get((letter, form)) if form else cut.get_nominal_glyph(ord(letter))
    if not whole:
        return members
    change = cut.get_glyph_h_advance(whole) - cut.get_glyph_h_advance(skeleton)
    return [(whole, start, advance + change, shift, rise)]


def _texts(members: list[Placed], source: str, face: int) -> list[str]:
    """What each glyph of a group stands for; together the source, each character once."""
    if len(members) == 1:
        return [unicodedata.normalize("NFC", source) if len(source) > 1 else _base(face, source)]
    cut = font(face)
    left = list(source)
    found: list[str] = []
    for member in members:
        match = next((each for each in left if cut.get_nominal_glyph(ord(each)) == member[0]), None)
        if match is not None:
            left.remove(match)
        found.append(match if match is not None else NO_TEXT)
    if left and NO_TEXT in found:
        found[found.index(NO_TEXT)] = "".join(left)
    return found


def _differs(face: int, member: Placed, text: str) -> bool:
    """Whether a glyph is not the one glyph of the character: then it may stand for something else elsewhere."""
    return len(text) != 1 or font(face).get_nominal_glyph(ord(text)) != member[0]


@functools.lru_cache(maxsize=20_000)
def _ink(face: int, bold: bool, glyph: int) -> tuple[float, float]:
    extents = font(face, bold=bold).get_glyph_extents(glyph)
    if extents is None:
        return 0.0, 0.0
    return extents.y_bearing * scale(face), (extents.y_bearing + extents.height) * scale(face)


@functools.lru_cache(maxsize=20_000)
def _is_empty(face: int, bold: bool, glyph: int) -> bool:
    extents = font(face, bold=bold).get_glyph_extents(glyph)
    return extents is None or not (extents.width or extents.height)


@functools.lru_cache(maxsize=256)
def buffer_language(language: str | None) -> str:
    """The tag as HarfBuzz takes it, or nothing where it is no tag at all."""
    tag = language or ""
    return tag if tag.isascii() and 1 < len(tag) <= 35 and tag.replace("-", "").isalnum() else ""
