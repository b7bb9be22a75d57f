"""A table as stretches of rows with their byte ranges, read as a stream: memory does not grow with the file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.connectors.contract import BadItem

ROW_LIMIT = 1024 * 1024  #: bytes of one row
READ = 1024 * 1024
BOM = b"\xef\xbb\xbf"

csv.field_size_limit(ROW_LIMIT)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: its byte range in the stretch, its line number among the rows (from 1), its cells."""

    start: int
    stop: int
    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, with its number."""

    bad: BadItem
    number: int


@dataclass(slots=True)
class Stretch:
    """Up to `most` rows in file order. `offset` is where the stretch begins, `end` where the next one does."""

    offset: int
    end: int
    first_row: int
    body: bytes
    rows: list[Row]
    bad: list[BadRow]


class TableReader:
    """Reads rows at RFC 4180 borders: a line end inside quotes belongs to the row.

    A quote that is never closed would swallow the rest of the file: once a row passes ROW_LIMIT only its first line is
    given up (code `unclosed-quote`), and reading goes on with the next line.
    """

    def __init__(self, file: BinaryIO, *, encoding: str, delimiter: str, backslash_escapes: bool) -> None:
        self._file = file
        self._encoding = encoding
        self._delimiter = delimiter
        self._backslash = backslash_escapes
        self._buffer = b""
        self._at = 0  #: offset in the file of the buffer's first byte
        self._ended = False

    def header(self) -> list[str]:
        """Return the names of the columns. Raises ValueError when the first row cannot be read."""
        self._buffer = self._file.read(READ)
        if self._buffer.startswith(BOM):
            self._take(len(BOM))
        piece = self._next_row()
        if piece is None:
            raise ValueError("The table is empty: it has no line of column names.")
        cells, problem = self._cells(piece)
        if problem:
            raise ValueError(f"The line of column names cannot be read: {problem[1]}")
        return cells

    @property
    def offset(self) -> int:
        """Where in the file the next row begins."""
        return self._at

    def seek(self, offset: int) -> None:
        """Go on at a row border that an earlier reader reported."""
        self._file.seek(offset)
        self._buffer, self._at, self._ended = b"", offset, False

    def stretches(self, *, first_row: int, width: int, most: int) -> Iterator[Stretch]:
        """Yield the rows that are left, `most` at a time. A row with another number of cells than `width` is bad."""
        number = first_row
        while True:
            offset, start_number = self._at, number
            pieces: list[bytes] = []
            rows: list[Row] = []
            bad: list[BadRow] = []
            place = 0
            while number - start_number < most and (piece := self._next_row()) is not None:
                pieces.append(piece)
                stop = place + len(piece)
                if piece.strip(b"\r\n"):
                    cells, problem = self._cells(piece)
                    if problem is None and len(cells) != width:
                        problem = ("ragged-row", f"The row has {len(cells)} cells, the table {width} columns.")
                    if problem:
                        bad.append(BadRow(BadItem(*problem, place, stop), number))
                    else:
                        rows.append(Row(place, stop, number, cells))
                    number += 1
                place = stop
            if not pieces:
                return
            yield Stretch(offset, self._at, start_number, b"".join(pieces), rows, bad)

    def _next_row(self) -> bytes | None:
        searched = 0
        quotes = 0
        while True:
            end = self._buffer.find(b"\n", searched)
            if end >= 0:
                quotes += self._quotes(self._buffer[searched : end + 1])
                searched = end + 1
                if quotes % 2 == 0:
                    return self._take(searched)
                if searched > ROW_LIMIT:
                    return self._take(self._buffer.index(b"\n") + 1)
                continue
            if self._ended:
                return self._take(len(self._buffer)) if self._buffer else None
            if len(self._buffer) > 2 * ROW_LIMIT:
                first = self._buffer.find(b"\n")
                return self._take(first + 1 if first >= 0 else ROW_LIMIT)
            more = self._file.read(READ)
            self._ended = not more
            self._buffer += more

    def _quotes(self, line: bytes) -> int:
        return line.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') if self._backslash else line.count(b'"')

    def _take(self, length: int) -> bytes:
        piece, self._buffer = self._buffer[:length], self._buffer[length:]
        self._at += length
        return piece

    def _cells(self, piece: bytes) -> tuple[list[str], tuple[str, str] | None]:
        if len(piece) > ROW_LIMIT:
            return [], ("too-large", f"The row is longer than {ROW_LIMIT} bytes.")
        if self._quotes(piece) % 2:
            return [], ("unclosed-quote", "The row opens a quotation mark that it does not close.")
        if b"\x00" in piece:
            return [], ("nul", "The row holds the character U+0000.")
        try:
            text = piece.decode(self._encoding)
        except UnicodeDecodeError as error:
            return [], ("not-utf8", f"The row is not {self._encoding} at its byte {error.start}.")
        try:
            if self._backslash:
                found = list(
                    csv.reader([text], delimiter=self._delimiter, escapechar="\\", doublequote=False, strict=True)
                )
            else:
                found = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return [], ("malformed", f"The row is not a row of this table: {error}.")
        return (found[0], None) if len(found) == 1 else ([], ("malformed", "The row is not one row of this table."))
