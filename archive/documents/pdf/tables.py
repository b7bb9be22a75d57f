"""Tables: a tagged row for each row, the head repeated for the eye on every page, rows parted where they must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archive.documents.document import Align, Table, plain
from archive.documents.pdf.flow import Flow
from archive.documents.pdf.look import CAPTION, CELL, CELL_HEAD, Ink
from archive.documents.pdf.texts import SetText, TextBox, draw_as_artifact, draw_lines, set_spans

_SIDE: Final = 4.0
_ABOVE: Final = 3.0
_BELOW: Final = 4.0
_PARTED: Final = 0.45
"""Share of a page's height; a taller row is parted where the page ends, a shorter one moves to the next page."""
_TALLEST_HEAD: Final = 0.25
"""Share of a page's height; a taller head is not repeated."""
_AFTER: Final = 10.0

_COLUMN: Final = b"/A<</O/Table/Scope/Column>>"
_ROW: Final = b"/A<</O/Table/Scope/Row>>"


@dataclass(slots=True)
class Row:
    """A row of set cells at these places. `head` is the ground of a head."""

    cells: Sequence[SetText]
    places: Sequence[float]
    x: float
    width: float
    least: float = 0.0
    height: float = 0.0
    before: float = 0.0
    after: float = 0.0
    keep: bool = False
    head: bool = False
    last: bool = False

    def measure(self, whole: float) -> None:
        """Work out how tall it is, and what it needs to begin."""
        self.height = max((cell.height for cell in self.cells), default=0.0) + _ABOVE + _BELOW
        self.least = self.height
        if self.height > whole * _PARTED:
            self.least = min(self.height, 3 * CELL.leading + _ABOVE + _BELOW)

    def place(self, flow: Flow) -> None:
        """Draw the row, going on over pages where it is too tall for one."""
        if self.height <= flow.room or (self.least == self.height and not self._parts(flow)):
            self._draw(flow, [0] * len(self.cells), [len(cell.lines) for cell in self.cells], self.height, _ABOVE)
            self._end(flow)
            return
        starts = [0] * len(self.cells)
        above = _ABOVE
        while True:
            room = flow.room - above - _BELOW
            ends = [_fitting(cell, start, room) for cell, start in zip(self.cells, starts, strict=True)]
            if ends == starts:
                if not flow.fresh:
                    flow.turn()
                    continue
                ends = [min(start + 1, len(cell.lines)) for cell, start in zip(self.cells, starts, strict=True)]
            tall = max(_between(*each) for each in zip(self.cells, starts, ends, strict=True))
            self._draw(flow, starts, ends, tall + above + _BELOW, above)
            starts, above = ends, _ABOVE
            if all(start == len(cell.lines) for cell, start in zip(self.cells, starts, strict=True)):
                break
            flow.turn()
        self._end(flow)

    def repeat(self, flow: Flow) -> None:
        """Draw the row again for the eye alone."""
        self._ground(flow, self.height)
        for cell, place in zip(self.cells, self.places, strict=True):
            draw_as_artifact(flow.page, cell, place, flow.y - _ABOVE)
        flow.y -= self.height

    def _parts(self, flow: Flow) -> bool:
        """Whether it has to be parted; else the next page holds it."""
        if flow.fresh:
            return True
        flow.turn()
        return self.height > flow.room

    def _draw(self, flow: Flow, starts: list[int], ends: list[int], height: float, above: float) -> None:
        self._ground(flow, height)
        for cell, place, start, end in zip(self.cells, self.places, starts, ends, strict=True):
            if end > start:
                draw_lines(flow.page, flow.tree, cell, start, end, place, flow.y - above)
        flow.y -= height

    def _ground(self, flow: Flow, height: float) -> None:
        if self.head:
            flow.page.paint(Ink.head, self.x, flow.y - height, self.width, height)
        else:
            flow.page.paint(Ink.rule, self.x, flow.y - 0.2, self.width, 0.4)

    def _end(self, flow: Flow) -> None:
        if self.head and not self.last:
            flow.repeat(self if self.height <= flow.whole * _TALLEST_HEAD else None)
        if self.last:
            flow.page.paint(Ink.rule, self.x, flow.y - 0.2, self.width, 0.4)
            flow.repeat(None)


def _fitting(cell: SetText, start: int, room: float) -> int:
    for height in cell.heights[start:]:
        room -= height
        if room < 0:
            break
        start += 1
    return start


def _between(cell: SetText, start: int, end: int) -> float:
    return sum(cell.heights[start:end])


def place_table(flow: Flow, table: Table) -> None:
    """Set and place a table, row by row, so that a long one is never in memory as a whole."""
    element = flow.tree.add(b"Table", flow.parent)
    if table.caption:
        caption = flow.tree.add(b"Caption", element)
        text = set_spans(flow, plain(table.caption), CAPTION, caption, flow.width)
        flow.add(TextBox(text, flow.x, keep=bool(table.rows or table.has_head)))
    total = sum(column.weight for column in table.columns)
    places: list[float] = []
    widths: list[float] = []
    x = flow.x
    for column in table.columns:
        width = flow.width * column.weight / total
        places.append(x + _SIDE)
        widths.append(width - 2 * _SIDE)
        x += width
    ends = [column.align is Align.END for column in table.columns]
    if table.has_head:
        row = flow.tree.add(b"TR", element)
        heads = [
            set_spans(flow, plain(column.heading), CELL_HEAD, flow.tree.add(b"TH", row, _COLUMN), width, end=end)
            for column, width, end in zip(table.columns, widths, ends, strict=True)
        ]
        alone = not table.rows
        head = Row(heads, places, flow.x, flow.width, keep=not alone, head=True, last=alone)
        head.measure(flow.whole)
        head.keep = head.keep and head.height <= flow.whole * _TALLEST_HEAD
        head.after = _AFTER if alone else 0.0
        flow.add(head)
    for number, cells in enumerate(table.rows, start=1):
        row = flow.tree.add(b"TR", element)
        texts = []
        for cell, width, end in zip(cells, widths, ends, strict=True):
            number_of = flow.tree.add(b"TH" if cell.header else b"TD", row, _ROW if cell.header else b"")
            texts.append(set_spans(flow, cell.spans, CELL_HEAD if cell.header else CELL, number_of, width, end=end))
        last = number == len(table.rows)
        box = Row(texts, places, flow.x, flow.width, last=last, after=_AFTER if last else 0.0)
        box.measure(flow.whole)
        flow.add(box)
