"""Text cut into what a reader takes for one character, and what each of these is.

Grapheme clusters are those of UAX 29. A character that a reader could not see, or that is no character at all, is
never drawn: it is named.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import regex

from archive.documents.typesetting.latin import plain_characters
from archive.documents.visible import browser_draws

# Not seen, but at work in what is around them: joiners, variation selectors, the grapheme joiner.
JOINERS: Final = frozenset({"\u200c", "\u200d", "\u034f", *map(chr, range(0xFE00, 0xFE10))})
_VARIANTS: Final = range(0xE0100, 0xE01F0)
MOST_MARKS: Final = 6
"""Marks that are drawn over one letter. No orthography needs more; some posts have hundreds."""

_EMOJI: Final = regex.compile(
    r"\p{Regional_Indicator}{2}"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|\U0001F3F4[\U000E0020-\U000E007E]{1,8}\U000E007F"
    r"|\p{Emoji_Presentation}(?!\uFE0E).*"
    r"|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}).*"
    r"|\p{Extended_Pictographic}(?!\uFE0E).*\u200D.+"
    r"|\p{Emoji}\uFE0F",
    regex.DOTALL,
)
_MARK: Final = regex.compile(r"[\p{Mn}\p{Me}]")
_JAPANESE: Final = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_KOREAN: Final = regex.compile(r"\p{Hangul}")
_BOPOMOFO: Final = regex.compile(r"\p{Bopomofo}")


@functools.cache
def tokens() -> Any:
    """The pattern that cuts a text into stretches of plain characters (group `plain`) and single clusters."""
    plain = "".join(f"\\U{ord(character):08X}" for character in sorted(plain_characters()))
    # What follows a character may be part of its cluster; then the character is left to \X.
    joined = r"\p{M}\u200C\u200D\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F"
    return regex.compile(rf"(?P<plain>[{plain}]+(?![{joined}]))|\X", regex.DOTALL)


def is_emoji(cluster: str) -> bool:
    """Whether the cluster asks to be drawn as a colour emoji (UTS 51)."""
    return _EMOJI.fullmatch(cluster) is not None


def seen(character: str) -> bool:
    """Whether the character may be drawn, alone or as part of a cluster."""
    return character in JOINERS or ord(character) in _VARIANTS or browser_draws(character)


def capped(cluster: str) -> tuple[str, str]:
    """The cluster with the marks that are drawn, and the marks beyond them."""
    if len(cluster) <= MOST_MARKS:
        return cluster, ""
    drawn: list[str] = []
    beyond: list[str] = []
    marks = 0
    for character in cluster:
        marks += _MARK.match(character) is not None
        (drawn if marks <= MOST_MARKS or not _MARK.match(character) else beyond).append(character)
    return "".join(drawn), "".join(beyond)


def writing(text: str) -> str | None:
    """The language whose Han characters a text without a language most likely has."""
    if _JAPANESE.search(text):
        return "ja"
    if _KOREAN.search(text):
        return "ko"
    return "zh-Hant" if _BOPOMOFO.search(text) else None
