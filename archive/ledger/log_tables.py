"""What the sequencer reads and writes, as SQL over its own session; no decision is taken here."""

import base64
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from archive.ledger.drafting import PreparedEvent
from archive.ledger.merkle import EMPTY_ROOT
from archive.ledger.padding import LOST, PADDING
from archive.ledger.tiles import Edge, FullTile

_LOCK_SPACE = 0x4C4F47


class Pending(NamedTuple):
    """An event taken from the queue; no entry when the queue names an event that does not exist."""

    event_id: uuid.UUID
    entry: bytes | None


class SignedHead(NamedTuple):
    """A stored checkpoint."""

    size: int
    root: bytes
    note: bytes


class LogTables:
    """The tables of one log, seen by the role daybook_sequencer in a session of its own in autocommit mode."""

    def __init__(self, session: psycopg.Connection[Any], log_id: int) -> None:
        self._session = session
        self._log_id = log_id

    def lock(self) -> None:
        """Wait for the log's advisory lock, which the session keeps till its end, and for durable commits from now on.

        A transaction-pooling proxy would lose both.
        """
        self._rows("SELECT pg_advisory_lock(%s, %s)", _LOCK_SPACE, self._log_id)
        self._rows("SET synchronous_commit = on")

    def transaction(self) -> AbstractContextManager[psycopg.Transaction]:
        """Return the context of one transaction."""
        return self._session.transaction()

    def edge(self) -> tuple[int, bytes, dict[int, bytes]]:
        """Return size, root and partial tiles, beginning an empty log if there is none."""
        self._rows(
            "INSERT INTO ledger_edge (log_id, size, root, partials) VALUES (%s, 0, %s, '{}') ON CONFLICT DO NOTHING",
            self._log_id,
            EMPTY_ROOT,
        )
        [(size, root, partials)] = self._rows(
            "SELECT size, root, partials FROM ledger_edge WHERE log_id = %s", self._log_id
        )
        return size, bytes(root), {int(level): base64.b64decode(hashes) for level, hashes in partials.items()}

    def move_edge(self, before: int, edge: Edge, root: bytes) -> bool:
        """Put the new edge in the place of the one of size `before`; False when that is no longer the edge."""
        partials = {str(level): base64.b64encode(hashes).decode("ascii") for level, hashes in edge.stored().items()}
        moved = self._session.execute(
            "UPDATE ledger_edge SET size = %s, root = %s, partials = %s WHERE log_id = %s AND size = %s",
            [edge.size, root, Jsonb(partials), self._log_id, before],
        )
        return moved.rowcount == 1

    def take(self, limit: int) -> list[Pending]:
        """Delete and return the oldest pending events.

        Never "id > last seen": identities become visible out of order, and deleting from a queue cannot skip one. Never
        SKIP LOCKED: it reorders.
        """
        rows = self._rows(
            "WITH taken AS (DELETE FROM ledger_pending WHERE id IN"
            " (SELECT id FROM ledger_pending WHERE log_id = %s ORDER BY id LIMIT %s) RETURNING id, event_id)"
            " SELECT taken.event_id, ledger_event.leaf"
            " FROM taken LEFT JOIN ledger_event USING (event_id) ORDER BY taken.id",
            self._log_id,
            limit,
        )
        return [Pending(event_id, None if entry is None else bytes(entry)) for event_id, entry in rows]

    def add_places(self, first: int, events: Sequence[uuid.UUID]) -> None:
        """Give `events` the places `first`, `first + 1`, …"""
        with (
            self._session.cursor() as cursor,
            cursor.copy("COPY ledger_seq (log_id, seq, event_id) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["int2", "int8", "uuid"])
            for seq, event_id in enumerate(events, first):
                copy.write_row((self._log_id, seq, event_id))

    def add_tiles(self, full: Sequence[FullTile]) -> None:
        """Store full tiles."""
        with (
            self._session.cursor() as cursor,
            cursor.copy("COPY ledger_tile (log_id, level, n, hashes) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["int2", "int2", "int8", "bytea"])
            for tile in full:
                copy.write_row((self._log_id, *tile))

    def add_padding(self, entries: Sequence[bytes], at: datetime) -> None:
        """Put entries that commit to nothing into the queue, as events of the padding's own subject."""
        with self._session.transaction(), self._session.cursor() as cursor:
            [(n,)] = self._rows(
                "SELECT coalesce(max(n) + 1, 0) FROM ledger_event WHERE log_id = %s AND subject = %s",
                self._log_id,
                PADDING,
            )
            events = [(uuid.uuid4(), self._log_id, PADDING, n + i, entry, at) for i, entry in enumerate(entries)]
            cursor.executemany(
                "INSERT INTO ledger_event (event_id, log_id, subject, n, leaf, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                events,
            )
            cursor.executemany(
                "INSERT INTO ledger_pending (log_id, event_id) VALUES (%s, %s)",
                [(self._log_id, event[0]) for event in events],
            )

    def find_or_lose(self, entries: Sequence[bytes], at: datetime) -> tuple[list[uuid.UUID], int]:
        """Return an event for each entry: the one that has no place yet, or a new one that says nothing; and how many.

        Events that are found leave the queue; those that are not are written under the subject of the lost.
        """
        rows = self._rows(
            "SELECT e.event_id, e.leaf FROM ledger_event e LEFT JOIN ledger_seq s USING (event_id)"
            " WHERE e.log_id = %s AND s.seq IS NULL AND e.leaf = ANY(%s)",
            self._log_id,
            list(entries),
        )
        known = {bytes(leaf): event_id for event_id, leaf in rows}
        self._rows("DELETE FROM ledger_pending WHERE event_id = ANY(%s)", list(known.values()))
        [(n,)] = self._rows(
            "SELECT coalesce(max(n) + 1, 0) FROM ledger_event WHERE log_id = %s AND subject = %s", self._log_id, LOST
        )
        events = [known.get(entry) or uuid.uuid4() for entry in entries]
        lost = [(event, entry) for event, entry in zip(events, entries, strict=True) if entry not in known]
        with self._session.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO ledger_event (event_id, log_id, subject, n, leaf, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [(event, self._log_id, LOST, n + i, entry, at) for i, (event, entry) in enumerate(lost)],
            )
        return events, len(lost)

    def add_event(self, made: PreparedEvent) -> None:
        """Write the first event of a subject, with what it says, and queue it."""
        event = made.event
        self._rows(
            "INSERT INTO ledger_subject (log_id, subject, n, head) VALUES (%s, %s, 1, %s)",
            self._log_id,
            made.subject,
            event.leaf,
        )
        self._rows(
            "INSERT INTO ledger_event (event_id, log_id, subject, n, leaf, created_at) VALUES (%s, %s, %s, %s, %s, %s)",
            event.event_id,
            self._log_id,
            made.subject,
            event.n,
            event.entry,
            made.at,
        )
        self._rows(
            "INSERT INTO ledger_event_content (event_id, compartment, schema, fields, key) VALUES (%s, %s, %s, %s, %s)",
            event.event_id,
            made.compartment,
            made.schema,
            made.fields,
            made.key,
        )
        self._rows("INSERT INTO ledger_pending (log_id, event_id) VALUES (%s, %s)", self._log_id, event.event_id)

    def put_back_checkpoint(self, head: SignedHead, at: datetime) -> None:
        """Store a checkpoint that was published, unless it is here."""
        self._rows(
            "INSERT INTO ledger_checkpoint (log_id, size, root, note, created_at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            self._log_id,
            *head,
            at,
        )

    def entries_from(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """Return (place, entry) of every entry from place `first` on and before `end`, in order."""
        rows = self._rows(
            "SELECT ledger_seq.seq, ledger_event.leaf FROM ledger_seq JOIN ledger_event USING (event_id)"
            " WHERE ledger_seq.log_id = %s AND ledger_seq.seq >= %s AND ledger_seq.seq < %s ORDER BY ledger_seq.seq",
            self._log_id,
            first,
            end,
        )
        return [(seq, bytes(entry)) for seq, entry in rows]

    def tile(self, level: int, n: int) -> bytes | None:
        """Return the hashes of a full tile."""
        rows = self._rows(
            "SELECT hashes FROM ledger_tile WHERE log_id = %s AND level = %s AND n = %s", self._log_id, level, n
        )
        return bytes(rows[0][0]) if rows else None

    def last_checkpoint(self) -> SignedHead | None:
        """Return the checkpoint of the greatest size."""
        rows = self._rows(
            "SELECT size, root, note FROM ledger_checkpoint WHERE log_id = %s ORDER BY size DESC LIMIT 1", self._log_id
        )
        return SignedHead(rows[0][0], bytes(rows[0][1]), bytes(rows[0][2])) if rows else None

    def add_checkpoint(self, head: SignedHead, at: datetime) -> None:
        """Store a checkpoint; raises psycopg's UniqueViolation when there is one of this size."""
        self._rows(
            "INSERT INTO ledger_checkpoint (log_id, size, root, note, created_at) VALUES (%s, %s, %s, %s, %s)",
            self._log_id,
            *head,
            at,
        )

    def _rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        cursor = self._session.execute(query, values)
        return cursor.fetchall() if cursor.description else []
