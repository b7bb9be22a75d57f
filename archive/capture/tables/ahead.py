"""Reading a table and preparing its rows: here, or in a process that works one stretch ahead of the one that writes.

Half of an import's time goes into commitments and words, which need no database. The process that works ahead reads the
same file by the same code, has no connection, takes its times from the one that it works for, and ends with it.
"""

import multiprocessing
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

from archive.capture.preparing import Destination, PreparedItem, items_prepare
from archive.capture.tables.items import RowReader
from archive.capture.tables.mapping import Mapping
from archive.capture.tables.stretches import Stretch, TableReader
from archive.connectors.contract import BadItem, Fields, Item


class PreparerLost(Exception):
    """The process that worked ahead is gone. What was committed is kept; the same import goes on from there."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table from the row `first_row` on, which begins at `offset`, and the place that its records go to."""

    path: Path
    mapping: Mapping
    header: list[str]
    offset: int
    first_row: int
    stretch: int  #: rows of one exchange at most
    account_ref: uuid.UUID
    compartment: str


@dataclass(frozen=True, slots=True)
class ReadyStretch:
    """One exchange of an import, ready for its transaction, as of `at`; the next one begins at `end` of the file."""

    at: datetime
    ref: uuid.UUID
    body: bytes
    end: int
    rows: int
    items: list[Item]
    prepared: list[PreparedItem]
    bad: list[tuple[BadItem, int]]  #: with the row's number


def table_reader(file: BinaryIO, mapping: Mapping) -> TableReader:
    """Return a reader for a table that is written as the map says."""
    return TableReader(
        file, encoding=mapping.encoding, delimiter=mapping.delimiter, backslash_escapes=mapping.backslash_escapes
    )


def stretches_prepare(table: Table, now: Callable[[], datetime]) -> Iterator[ReadyStretch]:
    """Yield the stretches of a table in order, each made when it is asked for, at the time that it then is."""
    with table.path.open("rb") as file:
        reader = table_reader(file, table.mapping)
        reader.seek(table.offset)
        rows = RowReader(table.mapping, table.header)
        for stretch in reader.stretches(first_row=table.first_row, width=len(table.header), most=table.stretch):
            yield _prepare(stretch, rows, table, now())


@contextmanager
def stretches_ahead(table: Table, now: Callable[[], datetime]) -> Iterator[Iterator[ReadyStretch]]:
    """Give the stretches of a table, each prepared by another process while the one before it is worked on.

    Raises PreparerLost when that process ends early, and what `stretches_prepare` raises.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, table), name="prepare", daemon=True)
    process.start()
    theirs.close()
    try:
        yield _receive(ours, now)
    finally:
        ours.close()
        process.join(5)
        process.kill()
        process.join()


def _receive(connection: Connection, now: Callable[[], datetime]) -> Iterator[ReadyStretch]:
    with _telling():
        connection.send(now())
    while True:
        with _telling():
            answer = connection.recv()
        if answer is None:
            return
        if isinstance(answer, Exception):
            raise answer
        with _telling():
            connection.send(now())  # so that the next is prepared while this one is written
        yield answer


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise PreparerLost(
            "The process that prepares rows was ended. What was committed is kept; import the same file again."
        ) from None


def _work(connection: Connection, table: Table) -> None:
    """Answer each time that comes with the next stretch as of it, and end when nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks; this one follows it
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send(_serve(connection, table))
        while True:
            connection.recv()  # a time may be on its way that no stretch needs any more


def _serve(connection: Connection, table: Table) -> Exception | None:
    """Hand over every stretch; return what stopped it, if anything did, for whoever asked to decide."""
    try:
        for stretch in stretches_prepare(table, connection.recv):
            connection.send(stretch)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        return error
    return None


def _prepare(stretch: Stretch, rows: RowReader, table: Table, at: datetime) -> ReadyStretch:
    items: list[Item] = []
    said: dict[str, Fields] = {}
    bad = [(row.bad, row.number) for row in stretch.bad]
    for row in stretch.rows:
        item = rows.item(row)
        if not isinstance(item, BadItem) and said.setdefault(item.id, item.content) != item.content:
            item = BadItem("repeated-id", "The id stands in the table before, with other words.", row.start, row.stop)
        if isinstance(item, BadItem):
            bad.append((item, row.number))
        else:
            items.append(item)
    to = Destination(table.account_ref, table.compartment, uuid.uuid4())
    own_bytes = [stretch.body[item.start : item.stop] for item in items]
    prepared = items_prepare(items, own_bytes, to=to, at=at)
    count = len(stretch.rows) + len(stretch.bad)
    return ReadyStretch(at, to.exchange_ref, stretch.body, stretch.end, count, items, prepared, bad)
