"""Any paragraph into lines: places to break, directions, shapes, and the order in which they stand on a line."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from archive.documents.typesetting.breaking import break_positions, pieces_of_long_word
from archive.documents.typesetting.clusters import seen, tokens, writing
from archive.documents.typesetting.coverage import cjk_member
from archive.documents.typesetting.latin import plain_characters
from archive.documents.typesetting.levels import levels
from archive.documents.typesetting.placing import Run
from archive.documents.typesetting.shapes import Shape
from archive.documents.typesetting.shaping import buffer_language
from archive.documents.typesetting.words import LONGEST, shapes

_SLACK: Final = 1e-6
_AN_OBJECT: Final = "\ufffc"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# They follow the black flag of a region (UTS 51) and are not to be parted from it.
_TAGS: Final = frozenset(map(chr, range(0xE0020, 0xE0080)))
_CONTEXT: Final = 2


class Piece(NamedTuple):
    """A shape, and where it belongs: its run, its level, the word that it is part of."""

    shape: Shape
    run: Run
    level: int
    word: int


@dataclass(slots=True)
class SetLine:
    """A line in reading order. `width` is without the spaces at its end, in thousandths of the font size."""

    pieces: list[Piece]
    width: float
    base: int


class _Stretch(NamedTuple):
    """Characters of one run at one level."""

    begin: int
    end: int
    run: Run
    level: int


@functools.lru_cache(maxsize=4_096)
def _for_icu(character: str) -> str:
    """The character, or an object where it is drawn by name: a name may be parted from its neighbours."""
    return character if seen(character) or character in _TAGS else _AN_OBJECT


class Paragraph:
    """A paragraph without line feeds, on its way into lines."""

    def __init__(self, runs: Sequence[Run], *, automatic: bool) -> None:
        self.runs = runs
        self.text = "".join([run.text for run in runs])
        safe = _SURROGATES.sub(_AN_OBJECT, self.text)
        self.base, self._levels = levels(safe, automatic=automatic)
        self._safe = safe
        self._cjk = {run.language: cjk_member(run.language or writing(self.text)) for run in runs}
        self._stretches = list(self._cut())
        self._at = 0

    def _cut(self) -> Iterator[_Stretch]:
        position = 0
        for run in self.runs:
            end = position + len(run.text)
            if self._levels is None:
                if end > position:
                    yield _Stretch(position, end, run, 0)
            else:
                while position < end:
                    begin, level = position, self._levels[position]
                    while position < end and self._levels[position] == level:
                        position += 1
                    yield _Stretch(begin, position, run, level)
            position = end

    def lines(self, *, limit: float, first_limit: float) -> Iterator[SetLine]:
        """Fill lines from the first word to the last."""
        room = first_limit + _SLACK
        line: list[Piece] = []
        blank: list[Piece] = []
        filled = pending = 0.0
        begin = 0
        for word, end in enumerate(self._ends()):
            core_end = begin + len(self.text[begin:end].rstrip(" "))
            core = list(self._pieces(begin, core_end, word))
            width = _width(core)
            parts: Iterator[list[Piece]] = iter([core])
            if width > room and (width > limit or not line):
                parts = self._parts(begin, core_end, word, min(room, limit))
            for part in parts:
                part_width = _width(part)
                if filled + pending + part_width > room and (line or blank) and part:
                    yield SetLine(line + blank, filled, self.base)
                    line, blank, filled, pending, room = [], [], 0.0, 0.0, limit + _SLACK
                if part:
                    line += blank
                    line += part
                    blank = []
                    filled += pending + part_width
                    pending = 0.0
            for space in self._spaces(core_end, end, word, limit):
                if pending > limit:
                    yield SetLine(line + blank, filled, self.base)
                    line, blank, filled, pending, room = [], [], 0.0, 0.0, limit + _SLACK
                blank += space
                pending += _width(space)
            begin = end
        yield SetLine(line + blank, filled, self.base)

    def _ends(self) -> tuple[int, ...]:
        plain = plain_characters()
        text = "".join([each if each in plain else _for_icu(each) for each in self._safe])
        return break_positions(text)

    def _pieces(self, begin: int, end: int, word: int, *, joined: bool = False) -> Iterator[Piece]:
        """The pieces of a part of the text. Parts are asked for from the front to the back."""
        while self._at and self._stretches[self._at].begin > begin:
            self._at -= 1
        at = self._at
        while at < len(self._stretches) and self._stretches[at].end <= begin:
            at += 1
        self._at = min(at, max(len(self._stretches) - 1, 0))
        while begin < end:
            stretch = self._stretches[at]
            stop = min(end, stretch.end)
            for small in self._small(begin, stop):
                whole = begin + len(small)
                context = ("", "")
                if joined or len(small) < stop - begin:
                    context = (
                        self.text[max(begin - _CONTEXT, stretch.begin) : begin],
                        self.text[whole : min(whole + _CONTEXT, stretch.end)],
                    )
                for shape in shapes(
                    small,
                    bold=stretch.run.bold,
                    rtl=stretch.level % 2 == 1,
                    cjk=self._cjk[stretch.run.language],
                    language=buffer_language(stretch.run.language),
                    around=context,
                ):
                    yield Piece(shape, stretch.run, stretch.level, word)
                begin = whole
            at += 1

    def _small(self, begin: int, end: int) -> Iterator[str]:
        """The part in parts of a bounded length, none of which ends within a cluster."""
        if end - begin <= LONGEST:
            yield self.text[begin:end]
            return
        kept: list[str] = []
        length = 0
        for token in self._clusters(begin, end):
            if length + len(token) > LONGEST and kept:
                yield "".join(kept)
                kept, length = [], 0
            kept.append(token)
            length += len(token)
        yield "".join(kept)

    def _clusters(self, begin: int, end: int) -> Iterator[str]:
        for match in tokens().finditer(self.text, begin, end):
            if match.lastgroup == "plain":
                yield from match.group()
            else:
                yield match.group()

    def _parts(self, begin: int, end: int, word: int, limit: float) -> Iterator[list[Piece]]:
        """A word wider than a line: at its joints where that helps, else between clusters."""
        for joint in pieces_of_long_word(self.text[begin:end]):
            pieces = list(self._pieces(begin, begin + len(joint), word)) if len(joint) <= 4 * LONGEST else []
            if pieces and _width(pieces) <= limit:
                yield pieces
                begin += len(joint)
                continue
            stop = begin + len(joint)
            for cluster in self._clusters(begin, stop):
                pieces = list(self._pieces(begin, begin + len(cluster), word, joined=True))
                # A cluster is parted only where it is drawn as a row of names.
                yield from [pieces] if _width(pieces) <= limit else [[piece] for piece in pieces]
                begin += len(cluster)

    def _spaces(self, begin: int, end: int, word: int, limit: float) -> Iterator[list[Piece]]:
        for at in range(begin, end, LONGEST):
            yield list(self._pieces(at, min(at + LONGEST, end), word))


def _width(pieces: Sequence[Piece]) -> float:
    return sum([piece.shape.width for piece in pieces])
