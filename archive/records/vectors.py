"""What the index keeps of a record's texts: which word stands where, and what is named, without offsets.

The same words at the same positions as `tokens.tokenize_fields` gives (a property test holds the two together), four
times as fast: the index needs no way back to the original text, and every captured version passes through here.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from archive.records import marked
from archive.records.folding import fold_text
from archive.records.tokens import (
    ASCII_WORD,
    FIELD_GAP,
    MAX_WORD_CHARS,
    PIECE,
    VectorLiteral,
    tsvector_of,
)


class IndexedWords(NamedTuple):
    """A `tsvector` literal, and the (kind, value) of each handle, tag, host and number, sorted, without repeats."""

    vector: VectorLiteral
    named: list[tuple[str, str]]


def indexed_words(texts: Iterable[str], first_position: int = 1) -> IndexedWords:
    """Return what is indexed of the texts of one record, with a gap between each and the next.

    A vector that is put behind another (`tsvector || tsvector`) starts at `1 + FIELD_GAP`, or a phrase could reach from
    one into the other.
    """
    places: dict[str, list[int]] = {}
    named: set[tuple[str, str]] = set()
    position = first_position
    for text in texts:
        body = fold_text(text)
        words = _words(body)
        if not words:
            continue
        for place, word in enumerate(words, position):
            if word in places:
                places[word].append(place)
            else:
                places[word] = [place]
        found = marked.find(body)
        if found:
            _add_named(places, named, body, found, position)
        position += len(words) + FIELD_GAP
    return IndexedWords(tsvector_of(places, position), sorted(named))


def _words(body: str) -> list[str]:
    """Return the words of folded text, one a position."""
    if body.isascii():
        words = ASCII_WORD.findall(body)
    else:
        words = []
        for run, symbol, plain in PIECE.findall(body):
            if run:
                words += [run[at : at + 2] for at in range(len(run))]
            else:
                words.append(symbol or plain)
    if len(body) > MAX_WORD_CHARS:
        return [word[:MAX_WORD_CHARS] for word in words]
    return words


def _add_named(
    places: dict[str, list[int]],
    named: set[tuple[str, str]],
    body: str,
    found: list[marked.Found],
    position: int,
) -> None:
    """Put each named piece at the position of its first word."""
    starts = _starts(body)
    standing: set[tuple[int, str]] = set()
    for text, kind, start, stop in found:
        first = bisect_left(starts, start)
        if first == len(starts) or starts[first] >= stop:
            continue
        spelled = text[:MAX_WORD_CHARS]
        named.add((kind, marked.value(spelled, kind)))
        standing.add((position + first, spelled))
    for place, spelled in sorted(standing):
        known = places.setdefault(spelled, [])
        at = bisect_left(known, place)
        if at == len(known) or known[at] != place:  # a host cut at the limit may be spelled like its word
            known.insert(at, place)


def _starts(body: str) -> list[int]:
    """Return where in folded text each word of `_words` begins."""
    if body.isascii():
        return [match.start() for match in ASCII_WORD.finditer(body)]
    starts: list[int] = []
    for match in PIECE.finditer(body):
        start, stop = match.span()
        starts += range(start, stop) if match[1] else [start]
    return starts
