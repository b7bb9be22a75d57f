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
from archive.documents.typesetting.latin import plain, plain_characters
from archive.documents.typesetting.levels import levels
from archive.documents.typesetting.placing import Run
from archive.documents.typesetting.plain_lines import words
from archive.documents.typesetting.shapes import Shape, plain_shape
from archive.documents.typesetting.shaping import buffer_language
from archive.documents.typesetting.words import LONGEST, shapes

_SLACK: Final = 1e-6
_AN_OBJECT: Final = "\ufffc"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# They follow the black flag of a region (UTS 51) and are not to be parted from it.
_TAGS: Final = frozenset(map(chr, range(0xE0020, 0xE0080)))
_FIRST_HAN: Final = "\u1100"
_CONTEXT: Final = 2


class Piece(NamedTuple):
    """A shape, and where it belongs: its run, its level, the word that it is part of."""

    shape: Shape
    run: Run
    level: int
    word: int


@dataclass(slots=True)
class SetLine:
    """A line in reading order. `width` is without the spaces at its end, which are `hanging` wide.

    Lengths are thousandths of the font size.
    """

    pieces: list[Piece]
    width: float
    hanging: float
    base: int


class _Stretch(NamedTuple):
    """Characters of one run at one level."""

    begin: int
    end: int
    run: Run
    level: int


@functools.lru_cache(maxsize=4_096)
def _stays(character: str) -> bool:
    """Whether ICU gets to see the character; a name stands for the others, and may be parted from its neighbours."""
    return seen(character) or character in _TAGS


def _plain_width(word: str, bold: bool) -> float | None:
    """The width of a word of plain characters, None for any other."""
    known = words(bold=bold)
    width = known.widths.get(word)
    if width is None and plain_characters().issuperset(word):
        return known.width(word)
    return width


class _Filling:
    """A line while it is filled. Plain text side by side becomes one piece."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text
        self._base = base
        self._pieces: list[Piece] = []
        self._begin = self._end = 0
        self._run: Run | None = None
        self.width = 0.0
        """Without the spaces at the end so far."""
        self.pending = 0.0
        """The width of these."""
        self.is_empty = True

    def add_plain(self, begin: int, core_end: int, end: int, run: Run, width: float) -> None:
        """Add a plain word of a run and the spaces after it."""
        if self._run is not run or self._end != begin:
            self._close()
            self._run, self._begin = run, begin
        self._end = end
        self.is_empty = False
        if core_end > begin:
            self.width += self.pending + width
            self.pending = 0.0
        self.pending += (end - core_end) * plain(bold=run.bold).space

    def add(self, pieces: list[Piece], width: float) -> None:
        """Add pieces that are no spaces."""
        if pieces:
            self._close()
            self._pieces += pieces
            self.width += self.pending + width
            self.pending = 0.0
            self.is_empty = False

    def add_blank(self, pieces: list[Piece], width: float) -> None:
        """Add spaces."""
        self._close()
        self._pieces += pieces
        self.pending += width
        self.is_empty = False

    def _close(self) -> None:
        if self._run is not None:
            shape = plain_shape(self._text[self._begin : self._end], bold=self._run.bold)
            self._pieces.append(Piece(shape, self._run, 0, 0))
            self._run = None

    def taken(self) -> SetLine:
        """The line; another is begun."""
        self._close()
        line = SetLine(self._pieces, self.width, self.pending, self._base)
        self._pieces, self.width, self.pending, self.is_empty = [], 0.0, 0.0, True
        return line


class Paragraph:
    """A paragraph without line feeds, on its way into lines."""

    def __init__(self, runs: Sequence[Run], *, automatic: bool) -> None:
        self.runs = runs
        self.text = "".join([run.text for run in runs])
        safe = _SURROGATES.sub(_AN_OBJECT, self.text)
        self.base, self._levels = levels(safe, automatic=automatic)
        self._safe = safe
        likely = writing(self.text) if max(self.text, default="") >= _FIRST_HAN else None
        self._cjk = {run.language: cjk_member(run.language or likely) for run in runs}
        self._stretches = list(self._cut())
        self._at = 0
        self._near = 0

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
        line = _Filling(self.text, self.base)
        begin = 0
        for word, end in enumerate(self._ends()):
            core_end = begin + len(self.text[begin:end].rstrip(" "))
            run = self._plain_run(begin, end)
            width = _plain_width(self.text[begin:core_end], run.bold) if run is not None else None
            fits = width is not None and (width <= room or (width <= limit and not line.is_empty))
            if run is not None and width is not None and fits and end - core_end <= LONGEST:
                if line.width + line.pending + width > room and not line.is_empty and core_end > begin:
                    yield line.taken()
                    room = limit + _SLACK
                if line.pending > limit:
                    yield line.taken()
                    room = limit + _SLACK
                line.add_plain(begin, core_end, end, run, width)
                begin = end
                continue
            core = list(self._pieces(begin, core_end, word))
            total = _width(core)
            parts: Iterator[list[Piece]] = iter([core])
            if total > room and (total > limit or line.is_empty):
                parts = self._parts(begin, core_end, word, min(room, limit))
            for part in parts:
                part_width = _width(part)
                if part and line.width + line.pending + part_width > room and not line.is_empty:
                    yield line.taken()
                    room = limit + _SLACK
                line.add(part, part_width)
            for space in self._spaces(core_end, end, word):
                if line.pending > limit:
                    yield line.taken()
                    room = limit + _SLACK
                line.add_blank(space, _width(space))
            begin = end
        yield line.taken()

    def _ends(self) -> tuple[int, ...]:
        unlike = {character for character in set(self._safe) - plain_characters() if not _stays(character)}
        text = self._safe.translate(dict.fromkeys(map(ord, unlike), _AN_OBJECT)) if unlike else self._safe
        return break_positions(text)

    def _plain_run(self, begin: int, end: int) -> Run | None:
        """The run of a part of the text that lies within one run and reads from left to right."""
        while self._near < len(self._stretches) and self._stretches[self._near].end <= begin:
            self._near += 1
        if self._near >= len(self._stretches):
            return None
        stretch = self._stretches[self._near]
        return stretch.run if stretch.end >= end and stretch.level == 0 else None

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

    def _spaces(self, begin: int, end: int, word: int) -> Iterator[list[Piece]]:
        for at in range(begin, end, LONGEST):
            yield list(self._pieces(at, min(at + LONGEST, end), word))


def _width(pieces: Sequence[Piece]) -> float:
    return sum([piece.shape.width for piece in pieces])
