"""Making every character of a text visible: what can be drawn is drawn, what cannot is named by its code point.

Nothing is dropped and nothing becomes an empty box. Names look like `[U+1F600]`. A renderer sets names apart from
text by their style, so that a text that itself contains "[U+1F600]" is not mistaken for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a piece is."""

    DRAWN = "drawn"
    NAMED = "named"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: characters as they are, the name of one code point, or a line break (with empty text)."""

    kind: Kind
    text: str


_BREAK = Piece(Kind.BREAK, "")
_TAB = " " * 4


def name_of(character: str) -> str:
    """The code point in brackets, at least four hexadecimal digits: `[U+0007]`, `[U+1F600]`."""
    return f"[U+{ord(character):04X}]"


def pieces(text: str, drawable: Callable[[str], bool]) -> Iterator[Piece]:
    """Split a text into drawn runs, named code points and line breaks, in order.

    CR LF, CR and LF are line breaks and a tab is four spaces; every other character is drawn when `drawable` says so,
    and named otherwise. A letter followed by a combining mark is drawn as the composed letter where that exists and
    is
    drawable (the two are canonically equivalent, UAX 15).
    """
    run: list[str] = []
    characters = text.replace("\r\n", "\n").replace("\r", "\n")
    position = 0
    while position < len(characters):
        character = characters[position]
        position += 1
        if character == "\n":
            if run:
                yield Piece(Kind.DRAWN, "".join(run))
                run = []
            yield _BREAK
            continue
        if character == "\t":
            run.append(_TAB)
            continue
        while position < len(characters) and unicodedata.combining(characters[position]):
            composed = unicodedata.normalize("NFC", character + characters[position])
            if len(composed) != 1 or not drawable(composed):
                break
            character = composed
            position += 1
        if drawable(character):
            run.append(character)
            continue
        if run:
            yield Piece(Kind.DRAWN, "".join(run))
            run = []
        yield Piece(Kind.NAMED, name_of(character))
    if run:
        yield Piece(Kind.DRAWN, "".join(run))


# Characters that a browser would draw as nothing, or that reorder what follows (UAX 9): a reader has to see that they
# are there. Joiners (U+200C, U+200D) and variation selectors are part of ordinary emoji and scripts and stay.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_FLAG_OF_A_REGION = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")


def browser_draws(character: str) -> bool:
    """Whether a browser, with the fonts of its system, shows this character. Unassigned ones are left to it."""
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return False
    if 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
        return False
    return not _UNSEEN.match(character)


def browser_pieces(text: str) -> Iterator[Piece]:
    """`pieces` for a browser, which also keeps the tag sequences of regional flags whole (UTS 51)."""
    start = 0
    for flag in _FLAG_OF_A_REGION.finditer(text):
        yield from pieces(text[start : flag.start()], browser_draws)
        yield Piece(Kind.DRAWN, flag.group())
        start = flag.end()
    yield from pieces(text[start:], browser_draws)
