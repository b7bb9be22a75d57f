"""The words of a text, cut the same way for the index and for the query.

PostgreSQL's own parser loses words inside addresses, emoji and Chinese or Japanese sentences, so it never sees raw
text: `tsvector` and `tsquery` literals are built from these tokens. Words are runs of letters, marks and digits.
Handles, hashtags, hosts and telephone numbers are found besides, at the position of their first word, in a spelling
that free text cannot form. Scripts without blanks become overlapping pairs, and the last character alone.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from archive.records import marked
from archive.records.folding import SYMBOLS, UNSPACED, Folded, fold

RULES_VERSION = 1


def _tokenizer_version() -> int:
    major, minor = unicodedata.unidata_version.split(".")[:2]
    return RULES_VERSION * 1000 + int(major) * 10 + int(minor)


TOKENIZER_VERSION = _tokenizer_version()
"""Our rules (thousands) and Python's Unicode tables (14.0 gives 140): rows with another number must be built anew."""

MAX_WORD_CHARS = 256
"""A longer word is cut, in the index and in the query alike. 256 characters stay under PostgreSQL's 2,046 bytes."""
MAX_POSITION = 16_383
MAX_POSITIONS_PER_WORD = 255
MAX_WORD_BYTES = 2_046
MAX_VECTOR_BYTES = 1_000_000
_ENTRY_OVERHEAD = 4  # alignment and the count of positions, in PostgreSQL's own layout
FIELD_GAP = 8
"""Positions left free between two texts of one record, so that no phrase reaches from one into the other."""


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    PAIR = "pair"
    SYMBOL = "symbol"
    HANDLE = "handle"
    TAG = "tag"
    HOST = "host"
    NUMBER = "number"


MARKED_KINDS = frozenset({Kind.HANDLE, Kind.TAG, Kind.HOST, Kind.NUMBER})


class Token(NamedTuple):
    """A searchable piece: its folded `text`, its `position` among the words (from 1), and its span `start:stop` in
    code points of the original text.
    """

    text: str
    position: int
    start: int
    stop: int
    kind: Kind


class VectorLiteral(NamedTuple):
    """The text form of a `tsvector`. `truncated` says that something of the text cannot be found, or not by phrase."""

    text: str
    truncated: bool


ASCII_WORD = re.compile("[0-9a-z]+")
"""A word of folded text that is all ASCII."""
PIECE = re.compile(f"([{UNSPACED}]+)|([{SYMBOLS}])|([^\x00-/:-`{{-\x7f {SYMBOLS}{UNSPACED}]+)")
"""A piece of any folded text: a run without blanks, which becomes pairs, one symbol, or a word."""


def tokenize(text: str, first_position: int = 1) -> list[Token]:
    """Return the tokens of `text` in order of position; a marked token follows the word it begins with.

    Any string is accepted, NUL and lone surrogates included; they separate words and are in no token.
    """
    folded = fold(text)
    body = folded.text
    if body.isascii():
        tokens = [
            Token(match[0], position, match.start(), match.end(), Kind.WORD)
            for position, match in enumerate(ASCII_WORD.finditer(body), first_position)
        ]
    else:
        tokens = list(_pieces(body, first_position))
    found = marked.find(body)
    if found:
        tokens = _with_marked(tokens, found)
    if folded.starts is not None:
        tokens = [_placed(token, folded) for token in tokens]
    if len(body) > MAX_WORD_CHARS:
        tokens = [
            token._replace(text=token.text[:MAX_WORD_CHARS]) if len(token.text) > MAX_WORD_CHARS else token
            for token in tokens
        ]
    return tokens


def _pieces(body: str, first_position: int) -> Iterator[Token]:
    position = first_position
    for match in PIECE.finditer(body):
        start, stop = match.span()
        run = match[1]
        if run is None:
            yield Token(match[0], position, start, stop, Kind.SYMBOL if match[2] else Kind.WORD)
            position += 1
            continue
        for offset in range(len(run)):
            # The last character stands alone, so that a query of one character finds it wherever it is.
            pair = run[offset : offset + 2]
            yield Token(pair, position, start + offset, start + offset + len(pair), Kind.PAIR)
            position += 1


def _with_marked(tokens: list[Token], found: Sequence[marked.Found]) -> list[Token]:
    starts = [token.start for token in tokens]
    merged = list(tokens)
    seen: set[tuple[str, int]] = set()
    for text, kind, start, stop in found:
        first = bisect_left(starts, start)
        if first == len(starts) or starts[first] >= stop:
            continue
        position = tokens[first].position
        if (text, position) not in seen:
            seen.add((text, position))
            merged.append(Token(text, position, start, stop, Kind(kind)))
    merged.sort(key=_position)
    return merged


def _position(token: Token) -> int:
    return token.position


def _placed(token: Token, folded: Folded) -> Token:
    start, stop = folded.span(token.start, token.stop)
    return Token(token.text, token.position, start, stop, token.kind)


def tokenize_fields(texts: Iterable[str], first_position: int = 1) -> list[Token]:
    """Tokenize the texts of one record (its words, its alt texts, ...) with a gap between them.

    Offsets count from the start of each text, so the result is for an index, not for highlights. A vector that is put
    behind another (`tsvector || tsvector`) starts at `1 + FIELD_GAP`, or a phrase could reach from one into the other.
    """
    tokens: list[Token] = []
    position = first_position
    for text in texts:
        tokens.extend(tokenize(text, position))
        if tokens:
            position = tokens[-1].position + 1 + FIELD_GAP
    return tokens


def special_tokens(text: str) -> list[tuple[str, str]]:
    """Return the (kind, value) rows of `text` for the token table, without repeats, in order of appearance.

    Kinds are handle, tag, host and number; values carry no mark: `citypd`, `snowday`, `etsy.com`, `3035550142`.
    """
    values = (
        (str(token.kind), marked.value(token.text, token.kind))
        for token in tokenize(text)
        if token.kind in MARKED_KINDS
    )
    return list(dict.fromkeys(values))


def quoted_lexeme(word: str) -> str:
    """Quote `word` as PostgreSQL reads lexemes in `tsvector` and `tsquery` text."""
    if "'" in word or "\\" in word:
        word = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{word}'"


def tsvector_literal(tokens: Sequence[Token]) -> VectorLiteral:
    """Build the text form of a `tsvector` from `tokens` ordered by position.

    PostgreSQL keeps positions up to 16,383, 255 of them a word, and one megabyte in all. Positions past the limit are
    set to it (the words are found, phrases there are not reliable), words past the size are left out; either sets
    `truncated`.
    """
    places: dict[str, list[int]] = {}
    for token in tokens:
        known = places.get(token.text)
        if known is None:
            places[token.text] = [token.position]
        elif known[-1] != token.position:
            known.append(token.position)
    return tsvector_of(places, tokens[-1].position if tokens else 0)


def tsvector_of(places: dict[str, list[int]], last_position: int) -> VectorLiteral:
    """Build the text form of a `tsvector` from the positions, rising, of each word; the last of all is given."""
    surely_small = (
        len(places) < _SURELY_SMALL
        and last_position <= MAX_POSITION
        and (last_position <= MAX_POSITIONS_PER_WORD or max(map(len, places.values())) <= MAX_POSITIONS_PER_WORD)
    )
    if surely_small:
        return VectorLiteral(" ".join([_entry(word, positions) for word, positions in places.items()]), False)
    return _within_limits(places)


# So many words, none longer than MAX_WORD_CHARS, fit MAX_VECTOR_BYTES with all their positions.
_SURELY_SMALL = 900


def _entry(word: str, positions: Sequence[int]) -> str:
    if len(positions) == 1:
        return f"{quoted_lexeme(word)}:{positions[0]}"
    return f"{quoted_lexeme(word)}:{','.join(map(str, positions))}"


def _within_limits(places: dict[str, list[int]]) -> VectorLiteral:
    entries: list[str] = []
    size, truncated = 0, False
    for word, positions in places.items():
        kept = positions
        if positions[-1] > MAX_POSITION:
            kept = list(dict.fromkeys(min(position, MAX_POSITION) for position in positions))
            truncated = True
        if len(kept) > MAX_POSITIONS_PER_WORD:
            kept = kept[:MAX_POSITIONS_PER_WORD]
            truncated = True
        length = len(word.encode())
        needed = length + _ENTRY_OVERHEAD + 2 * len(kept)
        if length > MAX_WORD_BYTES or size + needed > MAX_VECTOR_BYTES:
            truncated = True
            continue
        size += needed
        entries.append(_entry(word, kept))
    return VectorLiteral(" ".join(entries), truncated)
