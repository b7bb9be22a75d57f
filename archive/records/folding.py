"""One spelling for what people read as the same: case, accents, width and hidden characters folded away.

Index and query both pass through `fold`, so a word is found however it was typed. The result keeps the way back to
the original text, because highlights are drawn on what was captured, not on what was folded.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# Symbols that people search for one by one: emoji, arrows, dingbats, flags. Ranges, not categories, so that a new
# emoji is one token even when this Python's Unicode tables do not know it yet.
SYMBOLS = (
    "\u00a9\u00ae\u2190-\u21ff\u2300-\u2328\u232b-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\U0001f000-\U0001faff"
)

# Scripts written without blanks between words: Thai, Lao, Myanmar, Khmer, Hangul, kana, bopomofo, Han.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u108f\u109a-\u109f\u1100-\u11ff\u1780-\u17d3\u2e80-\u2fdf\u3005\u3007\u3021-\u3029"
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)

_SYMBOL = re.compile(f"[{SYMBOLS}]")
_UNSPACED = re.compile(f"[{UNSPACED}]")

# Accents that a reader may leave out. Vowel signs of Indic and South-East Asian scripts are marks too, and are letters
# to their readers, so they are not here.
_ACCENT = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")

# Variation selectors and the Hangul fillers: drawn as nothing, like the format characters (category Cf).
_INVISIBLE = re.compile("[\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

# Letters that Unicode does not take apart but that readers type without the stroke.
_STROKED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)

# Compatibility folding would glue these to the word before them: Brand(TM) must stay findable as Brand.
_BLANKED = frozenset("\u2120\u2122")

# The first plane of rare Han: each folds to itself, so remembering them would only fill memory.
_UNREMEMBERED = range(0x20000, 0xE0000)


def _fold_character(char: str) -> str:
    if _INVISIBLE.match(char) or unicodedata.category(char) == "Cf":
        return ""
    if _SYMBOL.match(char):
        return char
    if char in _BLANKED:
        return " "
    before, after = "", unicodedata.normalize("NFKC", char)
    while before != after:
        before, after = after, unicodedata.normalize("NFKC", after.casefold())
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", after)).translate(_STROKED)
    if not bare:
        return ""
    return "".join(_keep_or_blank(part) for part in unicodedata.normalize("NFC", bare))


def _keep_or_blank(char: str) -> str:
    if char.isascii():
        return char
    if _SYMBOL.match(char) or _UNSPACED.match(char):
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd":
        return "-"
    return char if category[0] in "LMN" else " "


class _FoldTable(dict[int, str]):
    """Folding by code point, worked out when first met; `resized` are those that do not become one character each."""

    def __init__(self) -> None:
        super().__init__({code: chr(code).lower() for code in range(128)})
        self.resized: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _fold_character(char)
        if code in _UNREMEMBERED:
            return folded
        if len(folded) != 1:
            self.resized.add(char)
        self[code] = folded
        return folded


_TABLE = _FoldTable()


class Folded(NamedTuple):
    """Folded text and, unless every character kept its place, where each of its characters came from."""

    text: str
    starts: Sequence[int] | None
    stops: Sequence[int] | None

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Return the span of the original text, in code points, behind `text[start:stop]` (not empty)."""
        if self.starts is None or self.stops is None:
            return start, stop
        return self.starts[start], self.stops[stop - 1]


def fold(text: str) -> Folded:
    """Fold `text`: NFKC, case, accents; hidden characters dropped; what is neither letter, mark, digit, symbol nor
    ASCII punctuation becomes a blank. The result is NFC and folding it again changes nothing.
    """
    if text.isascii():
        return Folded(text.lower(), None, None)
    folded = text.translate(_TABLE)
    plain = _TABLE.resized.isdisjoint(text)
    result = Folded(folded, None, None) if plain else _fold_with_places(text)
    if unicodedata.is_normalized("NFC", result.text):
        return result
    return _compose(result)


def fold_text(text: str) -> str:
    """Return the text of `fold(text)`, without the way back to the original: all that an index needs."""
    if text.isascii():
        return text.lower()
    folded = text.translate(_TABLE)
    return folded if unicodedata.is_normalized("NFC", folded) else fold(text).text


def _fold_with_places(text: str) -> Folded:
    parts: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    for place, char in enumerate(text):
        folded = _TABLE[ord(char)]
        if not folded:
            # A dropped mark belongs to the letter before it, or a highlight would cut the letter in two.
            if stops:
                stops[-1] = place + 1
            continue
        parts.append(folded)
        starts.extend([place] * len(folded))
        stops.extend([place + 1] * len(folded))
    return Folded("".join(parts), starts, stops)


def _joins_the_letter_before(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb" or unicodedata.category(char)[0] == "M"


def _compose(folded: Folded) -> Folded:
    """Put letters that arrived in pieces (jamo, kana and their voicing marks) together, keeping the places."""
    parts: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    source, place = folded.text, 0
    while place < len(source):
        end = place + 1
        while end < len(source) and _joins_the_letter_before(source[end]):
            end += 1
        composed = unicodedata.normalize("NFC", source[place:end])
        first, last = folded.span(place, end)
        if composed == source[place:end]:
            for offset in range(place, end):
                own_start, own_stop = folded.span(offset, offset + 1)
                starts.append(own_start)
                stops.append(own_stop)
        else:
            starts.extend([first] * len(composed))
            stops.extend([last] * len(composed))
        parts.append(composed)
        place = end
    return Folded("".join(parts), starts, stops)
