"""Tables for Platypus. A row taller than a page continues as further rows, so that no cell can stop a document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus.flowables import Flowable, Spacer
from reportlab.platypus.paragraph import Paragraph
from reportlab.platypus.tables import Table as Grid
from reportlab.platypus.tables import TableStyle

from archive.documents.document import Align, Cell, Column, Table, plain
from archive.documents.faces import REGULAR
from archive.documents.pdf_styles import CELL, CELL_END, CELL_HEAD, CELL_HEAD_END, INK
from archive.documents.pdf_text import lengths, marked_up

_SIDE_PADDING: Final = 4.0
_TOP_PADDING: Final = 3.0
_TALLEST_ROW: Final = 0.45
"""Share of a page's height; beyond it a row is continued below."""
_TALLEST_HEAD: Final = 0.25
"""Share of a page's height; a taller head is not repeated on every page."""
_ROWS_A_GRID: Final = 200
"""Platypus looks at every row again after each page; shorter grids keep long tables linear."""


def table_flowables(table: Table, width: float, height: float) -> Iterator[Flowable]:
    """The table, `width` points wide, on pages with `height` points of room."""
    widths = [width * column.weight / sum(c.weight for c in table.columns) for column in table.columns]
    head: list[list[Any]] = []
    if table.has_head:
        head = list(_rows([_heading(c) for c in table.columns], widths, height))
    repeated = 0
    if head and _height(head[0], widths) <= height * _TALLEST_HEAD and len(head) == 1:
        repeated = 1
    for start in range(0, max(len(table.rows), 1), _ROWS_A_GRID):
        body: list[list[Any]] = []
        continued: list[int] = []
        for row in table.rows[start : start + _ROWS_A_GRID]:
            for part, line in enumerate(_lines(row, table.columns, widths, height)):
                if part:
                    continued.append(len(body))
                body.append(line)
        shown_head = [[*line] for line in head] if start == 0 else []
        if start and repeated:
            shown_head = [[_heading(c) for c in table.columns]]
        if not body and not shown_head:
            return
        yield _grid(shown_head, body, continued, widths, repeated)
    yield Spacer(1, 8)


def _grid(
    head: list[list[Any]], body: list[list[Any]], continued: list[int], widths: list[float], repeated: int
) -> Grid:
    style: list[tuple[Any, ...]] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _SIDE_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _SIDE_PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), _TOP_PADDING),
        ("BOTTOMPADDING", (0, 0), (-1, -1), _TOP_PADDING + 1),
    ]
    if head:
        style.append(("BACKGROUND", (0, 0), (-1, len(head) - 1), INK.head))
    starts = [row for row in range(len(body)) if row not in set(continued)]
    style.extend(("LINEABOVE", (0, len(head) + row), (-1, len(head) + row), 0.4, INK.rule) for row in starts)
    for row in (len(head) + part for part in continued):
        style += [("BOTTOMPADDING", (0, row - 1), (-1, row - 1), 0), ("TOPPADDING", (0, row), (-1, row), 0)]
    style.append(("LINEBELOW", (0, -1), (-1, -1), 0.4, INK.rule))
    return Grid(
        head + body,
        colWidths=widths,
        repeatRows=repeated,
        style=TableStyle(style),
        hAlign="LEFT",
        spaceBefore=0,
        spaceAfter=0,
    )


def _heading(column: Column) -> Paragraph:
    style = CELL_HEAD_END if column.align is Align.END else CELL_HEAD
    return Paragraph(marked_up(plain(column.heading), style), style)


def _style(column: Column, *, header: bool) -> ParagraphStyle:
    if header:
        return CELL_HEAD_END if column.align is Align.END else CELL_HEAD
    return CELL_END if column.align is Align.END else CELL


def _lines(
    row: tuple[Cell, ...], columns: tuple[Column, ...], widths: list[float], height: float
) -> Iterator[list[Any]]:
    """The row of a grid that shows this row, and those that continue it."""
    styles = [_style(column, header=cell.header) for cell, column in zip(row, columns, strict=True)]
    for part in zip_longest(*(lengths(cell.spans) for cell in row)):
        cells = [Paragraph(marked_up(spans or (), style), style) for spans, style in zip(part, styles, strict=True)]
        yield from _rows(cells, widths, height)


def _rows(cells: list[Paragraph], widths: list[float], height: float) -> Iterator[list[Any]]:
    """The cells as one row, or as several where one of them is too tall, each cell going on where it stopped."""
    tallest = height * _TALLEST_ROW
    rest: list[Any] = list(cells)
    while True:
        now: list[Any] = []
        later: list[Any] = []
        for cell, width in zip(rest, widths, strict=True):
            room = width - 2 * _SIDE_PADDING
            if cell == "" or cell.wrap(room, tallest)[1] <= tallest:
                now.append(cell)
                later.append("")
                continue
            parts = cell.split(room, tallest)
            now.append(parts[0])
            later.append(parts[1] if len(parts) > 1 else "")
        yield now
        if not any(later):
            return
        rest = later


def _height(row: list[Any], widths: list[float]) -> float:
    return max(cell.wrap(w - 2 * _SIDE_PADDING, 1e6)[1] if cell else 0.0 for cell, w in zip(row, widths, strict=True))
