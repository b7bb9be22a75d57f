"""Text between two places to break, as shapes: every cluster in the face that has it, the rest by name."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from archive.documents.typesetting.clusters import JOINERS, capped, is_emoji, seen, tokens
from archive.documents.typesetting.coverage import face_of, first_face, in_colour
from archive.documents.typesetting.emoji import emoji_shape
from archive.documents.typesetting.faces import LATIN, MONOCHROME_EMOJI, SIMPLIFIED
from archive.documents.typesetting.shapes import Shape, plain_shape, small_shape
from archive.documents.typesetting.shaping import shape
from archive.documents.visible import name_of

_REMEMBERED: Final = 12_000
LONGEST: Final = 48
"""Characters that are shaped and remembered in one go; longer words are taken in parts."""
_AS_TEXT: Final = "\ufe0e"
_NAME_SCALE: Final = 0.78
# What has a shape on paper and a meaning when read aloud. For other code points the name is all there is to say.
_SAYS_SOMETHING: Final = frozenset("LMNPS")

Part = Shape | tuple[str, int, str]
"""What is drawn by itself, or text, its face, and marks of it that are not drawn."""


def named_shape(character: str) -> Shape:
    """A character by name, such as `[U+0F40]`, small."""
    name = name_of(character)
    spoken = unicodedata.category(character)[0] in _SAYS_SOMETHING
    drawn = small_shape(name, _NAME_SCALE)
    return replace(drawn, text=character if spoken else name, actual=spoken, named=(ord(character),))


@functools.lru_cache(maxsize=_REMEMBERED)
def shapes(
    text: str,
    *,
    bold: bool,
    rtl: bool,
    cjk: int,
    language: str,
    around: tuple[str, str] = ("", ""),
) -> tuple[Shape, ...]:
    """The text as shapes, in reading order.

    `cjk` is the face that Han characters are taken from; `around` is the text before and after, to which the first
    and the last letter may join.
    """
    found: list[Shape] = []
    pending: list[str] = []
    pending_face = LATIN

    def shaped(part: str, face: int, after: str) -> Shape:
        beside = ("" if found else around[0], after)
        chosen = cjk if face == SIMPLIFIED else face
        return shape(part, chosen, bold=bold, rtl=rtl, language=language, around=beside)

    def flush(after: str = "") -> None:
        if pending:
            joined = "".join(pending)
            pending.clear()
            found.append(shaped(joined, pending_face, after))

    for match in tokens().finditer(text):
        token = match.group()
        if match.lastgroup == "plain" and (not rtl or token.isspace()):
            flush()
            found.append(plain_shape(token, bold=bold))
            continue
        for part in _parts(token) if match.lastgroup != "plain" else [(token, LATIN, "")]:
            if isinstance(part, Shape):
                flush()
                found.append(part)
                continue
            drawn, face, hidden = part
            if pending and (face != pending_face or hidden):
                flush()
            if hidden:
                whole = shaped(drawn, face, "")
                found.append(replace(whole, text=drawn + hidden, actual=True, hidden=hidden))
                continue
            pending_face = face
            pending.append(drawn)
    flush(around[1])
    return tuple(found)


def _parts(token: str) -> Iterator[Part]:
    """A cluster as shapes of its own, or as text for a face to be shaped with its neighbours."""
    if is_emoji(token):
        shaped = emoji_shape(token)
        if shaped is not None:
            yield shaped
            return
    drawn, hidden = capped(token)
    face = face_of(drawn) if all(map(seen, drawn)) else None
    if face == MONOCHROME_EMOJI and _AS_TEXT not in token:
        # Networks show these in colour, and the outlined ones are hard to tell at this size.
        shaped = emoji_shape(drawn)
        if shaped is not None:
            yield replace(shaped, text=token, actual=True, hidden=hidden) if hidden else shaped
            return
    if face is not None:
        yield drawn, face, hidden
        return
    yield from _piecemeal(token)


def _piecemeal(token: str) -> Iterator[Part]:
    """A cluster that no face has whole: what stands alone in a face is drawn, the rest is named."""
    drawn = unnamed = ""
    drawn_face = LATIN
    for character in token:
        if drawn and not unnamed and seen(character) and face_of(drawn + character) == drawn_face:
            drawn += character
            continue
        alone = seen(character) and character not in JOINERS and unicodedata.category(character)[0] != "M"
        face = first_face(character) if alone else None
        emoji = emoji_shape(character) if alone and face is None and in_colour(character) else None
        if face is None and emoji is None:
            unnamed += character
            continue
        yield from _ended(drawn, drawn_face, unnamed)
        drawn = unnamed = ""
        if emoji is not None:
            yield emoji
        elif face is not None:
            drawn, drawn_face = character, face
    yield from _ended(drawn, drawn_face, unnamed)


def _ended(drawn: str, face: int, unnamed: str) -> Iterator[Part]:
    if drawn:
        kept, hidden = capped(drawn)
        yield kept, face, hidden
    yield from map(named_shape, unnamed)
