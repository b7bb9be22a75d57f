"""Which face draws which character."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, Final

from archive.documents.typesetting.clusters import JOINERS
from archive.documents.typesetting.faces import (
    COLOUR_EMOJI,
    FACES,
    HONG_KONG,
    JAPANESE,
    KOREAN,
    MATHEMATICS,
    MONOCHROME_EMOJI,
    MORE_SYMBOLS,
    MUSIC,
    SIMPLIFIED,
    TRADITIONAL,
    opened,
)

CJK: Final = (JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL, HONG_KONG)
_NONE: Final = 255
_BRAHMIC: Final = (
    "Bengali",
    "Devanagari",
    "Gujarati",
    "Gurmukhi",
    "Kannada",
    "Khmer",
    "Lao[",
    "Malayalam",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Tamil",
    "Telugu",
    "Thai",
)
_PRIVATE: Final = (range(0xE000, 0xF900), range(0xF0000, 0x110000))
_TEXT_FACES: Final[tuple[int, ...]] = (
    *range(JAPANESE),
    SIMPLIFIED,
    MONOCHROME_EMOJI,
    MATHEMATICS,
    MORE_SYMBOLS,
    MUSIC,
)


def cjk_member(language: str | None) -> int:
    """The member of the CJK collection for a language; simplified Chinese where it says nothing."""
    tag = (language or "").lower()
    if tag.startswith("ja"):
        return JAPANESE
    if tag.startswith("ko"):
        return KOREAN
    if tag.startswith(("zh-hk", "zh-mo", "yue", "zh-hant-hk", "zh-hant-mo")):
        return HONG_KONG
    return TRADITIONAL if tag.startswith(("zh-hant", "zh-tw")) else SIMPLIFIED


@functools.cache
def _characters(face: int) -> Any:
    return opened(face).unicodes


@functools.cache
def _first_faces() -> bytes:
    """For each code point of the planes 0 to 3 the first text face that has it, and 255 where none has."""
    table = bytearray(b"\xff") * 0x40000
    for face in reversed(_TEXT_FACES):
        for code in _characters(face):
            if code < len(table):
                table[code] = face
    # A control is named, whatever a face has for it; private characters mean what nobody here knows.
    table[:0x20] = b"\xff" * 0x20
    table[0x7F:0xA0] = b"\xff" * 0x21
    for private in _PRIVATE:
        if private.start < len(table):
            table[private.start : private.stop] = b"\xff" * len(private)
    return bytes(table)


def first_face(character: str) -> int | None:
    """The text face that draws the character; SIMPLIFIED stands for the whole CJK collection."""
    code = ord(character)
    table = _first_faces()
    face = table[code] if code < len(table) else _NONE
    return None if face == _NONE else face


def _has_all(face: int, characters: Iterable[str]) -> bool:
    covered = _characters(face)
    return bool(all(ord(character) in covered for character in characters))


def face_of(cluster: str) -> int | None:
    """The text face that has every character of the cluster, with joiners left to the shaper; None if there is none."""
    needed = [character for character in cluster if character not in JOINERS]
    if not needed:
        return None
    first: int | None = first_face(needed[0])
    if first is None or len(needed) == 1 or _has_all(first, needed):
        return first
    for face in _TEXT_FACES:
        if face > first and _has_all(face, needed):
            return face
    return None


def in_colour(character: str) -> bool:
    """Whether the emoji face has the character. Its private characters are no emoji."""
    code = ord(character)
    return code in _characters(COLOUR_EMOJI) and not any(code in private for private in _PRIVATE)


@functools.cache
def is_brahmic(face: int) -> bool:
    """Whether the face is for a script whose vowels stand around their consonants, in the order they are spoken."""
    return any(name in FACES[face].file for name in _BRAHMIC)
