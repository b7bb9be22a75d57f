"""The pieces of a typed search: words, phrases, operators and parentheses."""

import re
from enum import Enum, auto
from typing import NamedTuple

from archive.records.marked import number_at
from archive.records.query_errors import UnclosedPhrase

# Word processors and telephones put typographic marks where the keyboard has plain ones.
_PLAIN_MARKS = str.maketrans({**dict.fromkeys("“”„‟«»＂", '"'), **dict.fromkeys("‐‑‒–—−－", "-"), "（": "(", "）": ")"})
_WORD = re.compile(r'[^\s"()]+')
_DASHES = re.compile("-+")


class LexemeKind(Enum):
    """What a piece does."""

    WORD = auto()
    PHRASE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    OPEN = auto()
    CLOSE = auto()


class Lexeme(NamedTuple):
    """A piece and its text, as typed apart from typographic marks."""

    kind: LexemeKind
    text: str


_OPERATORS = {
    "OR": LexemeKind.OR,
    "|": LexemeKind.OR,
    "||": LexemeKind.OR,
    "AND": LexemeKind.AND,
    "&&": LexemeKind.AND,
    "NOT": LexemeKind.NOT,
}
_SINGLE = {"(": LexemeKind.OPEN, ")": LexemeKind.CLOSE}


def lexemes(source: str) -> list[Lexeme]:
    """Cut a search into pieces. Raises `UnclosedPhrase`."""
    text = source.translate(_PLAIN_MARKS)
    found: list[Lexeme] = []
    place = 0
    while place < len(text):
        char = text[place]
        if char.isspace():
            place += 1
            continue
        number_end = number_at(text, place)
        if number_end is not None:
            # A telephone number keeps its blanks and parentheses: (303) 555-0142 is one thing.
            found.append(Lexeme(LexemeKind.WORD, text[place:number_end]))
            place = number_end
        elif char in _SINGLE:
            found.append(Lexeme(_SINGLE[char], char))
            place += 1
        elif char == '"':
            end = text.find('"', place + 1)
            if end < 0:
                raise UnclosedPhrase(
                    "A quotation mark is missing: close the phrase with a second one, or remove the first."
                )
            found.append(Lexeme(LexemeKind.PHRASE, text[place + 1 : end]))
            place = end + 1
        else:
            place = _word(text, place, found)
    return found


def _word(text: str, place: int, found: list[Lexeme]) -> int:
    dashes = _DASHES.match(text, place)
    if dashes and dashes.end() < len(text) and not text[dashes.end()].isspace() and text[dashes.end()] != ")":
        found.append(Lexeme(LexemeKind.NOT, dashes[0]))
        return dashes.end()
    match = _WORD.match(text, place)
    if match is None:  # not reachable: the caller has taken blanks, quotation marks and parentheses
        return place + 1
    found.append(Lexeme(_OPERATORS.get(match[0], LexemeKind.WORD), match[0]))
    return match.end()
