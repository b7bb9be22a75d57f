"""Shapes as the operators of a content stream."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import groupby

from archive.documents.typesetting.faces import EM
from archive.documents.typesetting.levels import visual_order
from archive.documents.typesetting.paragraphs import Piece, SetLine
from archive.documents.typesetting.placing import Fragment, Line
from archive.documents.typesetting.shapes import Shape

_MOST_GLYPHS = 8_000
"""In one string: ISO 19005-3 allows 32,767 bytes (6.1.13)."""


@functools.lru_cache(maxsize=16_384)
def number(value: float) -> str:
    """A number as PDF writes it, to a thousandth."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def strings(codes: str) -> str:
    """Codes in hexadecimal, shown."""
    if len(codes) <= 4 * _MOST_GLYPHS:
        return f"<{codes}> Tj"
    parts = range(0, len(codes), 4 * _MOST_GLYPHS)
    return " ".join([f"<{codes[at : at + 4 * _MOST_GLYPHS]}> Tj" for at in parts])


class _Writer:
    """Writes glyphs one after the other, with as few operators as they need."""

    def __init__(self, size: float) -> None:
        self._size = size
        self._font: tuple[str, float] | None = None
        self._rise = 0.0
        self._codes: list[str] = []
        self._array: list[str] = []
        self._owed = 0.0
        """How far the pen stands left of where the next glyph belongs, in thousandths of the font size now."""
        self.operators: list[str] = []

    def _flush(self) -> None:
        if self._codes:
            codes = "".join(self._codes)
            self._codes = []
            if not self._array:
                self.operators.append(strings(codes))
                return
            self._array.append(f"<{codes}>")
        if self._array:
            self.operators.append(f"[{' '.join(self._array)}] TJ")
            self._array = []

    def _choose(self, resource: str, scale: float, rise: float) -> None:
        if self._font != (resource, scale):
            self._settle()
            self._flush()
            self._font = (resource, scale)
            self.operators.append(f"/{resource} {number(self._size * scale)} Tf")
        if rise != self._rise:
            self._flush()
            self._rise = rise
            self.operators.append(f"{number(rise * self._size / EM)} Ts")

    def _settle(self) -> None:
        """Move the pen to where it belongs."""
        if abs(self._owed) < 1e-3:
            self._owed = 0.0
            return
        if self._codes:
            self._array.append(f"<{''.join(self._codes)}>")
            self._codes = []
        self._array.append(number(-self._owed))
        self._owed = 0.0

    def shape(self, shape: Shape) -> None:
        """Write a shape."""
        if shape.simple is not None:
            resource, codes = shape.simple
            if codes:
                self._choose(resource, shape.scale, 0.0)
                self._settle()
                self._codes.append(codes)
            return
        for resource, code, advance, shift, rise, natural in shape.glyphs:
            self._choose(resource, shape.scale, rise)
            self._owed += shift
            self._settle()
            self._codes.append(code)
            self._owed += advance - natural - shift

    def done(self) -> str:
        """All that was written."""
        self._settle()
        self._flush()
        if self._rise:
            self.operators.append("0 Ts")
            self._rise = 0.0
        return " ".join(self.operators)


def _alike(piece: Piece) -> tuple[object, ...]:
    shape = piece.shape
    return (
        piece.run.key,
        piece.run.language,
        piece.level,
        bool(shape.named),
        piece.word if shape.actual and not shape.named else None,
        shape.actual,
    )


def drawn(line: SetLine, *, size: float) -> Line:
    """The line with its fragments from left to right."""
    unit = size / EM
    levels = [piece.level for piece in line.pieces]
    if line.base or any(levels):
        for at in range(len(line.pieces) - 1, -1, -1):
            if line.pieces[at].shape.text.strip(" "):
                break
            # Spaces at the end of a line go with the paragraph's direction (UAX 9, L1).
            line.pieces[at] = line.pieces[at]._replace(level=line.base)
            levels[at] = line.base
    rtl = line.base % 2 == 1
    x = -line.hanging if rtl and line.hanging else 0.0
    fragments: list[Fragment] = []
    ascent = descent = 0.0
    for group in _groups(visual_order(line.pieces, levels)):
        writer = _Writer(size)
        width = 0.0
        for piece in group:
            shape = piece.shape
            writer.shape(shape)
            width += shape.width
            if shape.ascent > ascent:
                ascent = shape.ascent
            if shape.descent > descent:
                descent = shape.descent
        operators = writer.done()
        if x and operators:
            operators = f"{number(x * unit)} 0 Td {operators} {number(-x * unit)} 0 Td"
        first = group[0]
        in_order = reversed(group) if first.level % 2 else group
        fragments.append(
            Fragment(
                key=first.run.key,
                x=x * unit,
                width=width * unit,
                operators=operators.encode("ascii"),
                text="".join([piece.shape.text for piece in in_order]),
                actual=first.shape.actual,
                language=first.run.language,
                named=tuple([code for piece in group for code in piece.shape.named]),
            )
        )
        x += width
    if not rtl and fragments and line.hanging:
        _trim(fragments, line.width * unit)
    return Line(tuple(fragments), line.width * unit, ascent * unit, descent * unit, rtl, ends_paragraph=False)


def _trim(fragments: list[Fragment], width: float) -> None:
    """Leave the spaces at the end of the line out of the fragments' widths."""
    for fragment in reversed(fragments):
        fragment.width = max(0.0, min(fragment.width, width - fragment.x))
        if fragment.width:
            return


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    for _, group in groupby(pieces, key=_alike):
        yield list(group)
