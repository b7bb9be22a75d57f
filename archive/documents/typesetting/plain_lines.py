"""Breaking plain text of one run into lines: the fast path, without shaping and without levels.

Words and their widths are remembered, so that a line costs little more than its characters.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from archive.documents.typesetting.breaking import break_positions, pieces_of_long_word
from archive.documents.typesetting.latin import Plain, plain

# A space beside these is not always a place to break (UAX 14, LB13 to LB17): such text is left to ICU as a whole.
UNSURE_SPACES: Final = re.compile(r" [!?)\]}/,;:.’”›»—]|[(\[{¡¿«‹‘“—] ")
# Within these words UAX 14 has no place to break, so ICU need not be asked.
_WHOLE: Final = re.compile(r"[(\"'‘“]?[^\W_]+(?:[.,'’][^\W_]+)*[)\"'’”]?[.,:;!?]*")
_REMEMBERED: Final = 40_000
_LONG: Final = 60
_SLACK: Final = 1e-6

Pieces = tuple[tuple[int, float], ...]
"""Lengths in characters and widths."""


class Words:
    """Remembers the widths of words at one weight, and where they may be broken."""

    def __init__(self, table: Plain) -> None:
        self.table = table
        self.widths: dict[str, float] = {}
        self._pieces: dict[str, Pieces] = {}

    def width(self, word: str) -> float:
        """The width of a word that is not remembered yet, in thousandths of the font size."""
        width = self.table.width(word)
        if len(word) <= _LONG:
            if len(self.widths) >= _REMEMBERED:
                self.widths.clear()
            self.widths[word] = width
        return width

    def pieces(self, word: str) -> Pieces:
        """The parts of a word between which UAX 14 lets it break."""
        known = self._pieces.get(word)
        if known is None:
            known = self._measured(word, () if _WHOLE.fullmatch(word) else break_positions(word))
            if len(word) <= _LONG:
                if len(self._pieces) >= _REMEMBERED:
                    self._pieces.clear()
                self._pieces[word] = known
        return known

    def _measured(self, word: str, ends: tuple[int, ...]) -> Pieces:
        start = 0
        found: list[tuple[int, float]] = []
        for end in (*(each for each in ends if each < len(word)), len(word)):
            found.append((end - start, self.table.width(word[start:end])))
            start = end
        return tuple(found)

    def parts(self, piece: str, limit: float) -> Iterator[tuple[int, float]]:
        """The parts of a piece that is wider than a line: at its joints where they help, else between characters."""
        for part in pieces_of_long_word(piece):
            width = self.table.width(part)
            if width <= limit:
                yield len(part), width
            else:
                for character in part:
                    yield 1, self.table.advances[character]


@functools.cache
def words(*, bold: bool) -> Words:
    """What this process remembers of words at a weight."""
    return Words(plain(bold=bold))


def plain_lines(text: str, *, bold: bool, limit: float, first_limit: float) -> Iterator[tuple[int, int, float]]:
    """The lines of a paragraph of plain text: where each begins and ends, and its width without spaces at its end.

    Widths are thousandths of the font size. Spaces at the end of a line belong to it; a stretch of spaces wider than
    a line is parted.
    """
    known = words(bold=bold)
    widths = known.widths
    space = known.table.space
    room = first_limit + _SLACK
    begin = end = 0
    filled = pending = 0.0
    first = True
    for word in text.split(" "):
        if first:
            first = False
        else:
            end += 1
            pending += space
            if pending > limit:
                yield begin, end, filled
                begin, filled, pending, room = end, 0.0, 0.0, limit + _SLACK
        if not word:
            continue
        width = widths.get(word)
        if width is None:
            width = known.width(word)
        if filled + pending + width <= room:
            filled += pending + width
            pending = 0.0
            end += len(word)
            continue
        position = end
        for length, piece_width in known.pieces(word):
            parts: Iterable[tuple[int, float]] = ((length, piece_width),)
            if piece_width > room and (piece_width > limit or end == begin):
                parts = known.parts(text[position : position + length], min(room, limit))
            for part, part_width in parts:
                if filled + pending + part_width > room and end > begin:
                    yield begin, end, filled
                    begin, filled, pending, room = end, 0.0, 0.0, limit + _SLACK
                filled += pending + part_width
                pending = 0.0
                end += part
            position += length
    yield begin, end, filled
