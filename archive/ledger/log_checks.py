"""Checks of the log itself: entries, tiles, edge, checkpoints, publication, reserve, anchors, queue and chains."""

import base64
import binascii
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from archive.ledger.errors import LedgerError
from archive.ledger.fsck import Finding, Step
from archive.ledger.merkle import CompactRange, leaf_hash
from archive.ledger.models import LOG, Anchor, AnchorKind, Checkpoint, Tile
from archive.ledger.models import Edge as StoredEdge
from archive.ledger.note import open_checkpoint, parse_note
from archive.ledger.opening import log_outside
from archive.ledger.padding import LOST, PADDING
from archive.ledger.publication import Publication
from archive.ledger.selectors import verifier
from archive.ledger.shelf import ShelfUnavailable
from archive.ledger.tiles import FULL, HASH, WIDTH, Edge, FullTile, TileName
from archive.ledger.timestamps import stamp_read

STRETCH = 64 * WIDTH
OLD = timedelta(minutes=1)
"""An event that has no place after this long: the sequencer stands still, or somebody emptied its queue."""


class LogCheck:
    """Every entry in order: its place, its hash in its tile, the tiles above, the edge, every root that was signed.

    Three witnesses decide who is wrong when a hash and its tile disagree: the entry, the tile in the database, and the
    published tile. Always starts at the first entry: a tree is known only from its beginning.
    """

    name = "log"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield what is wrong with the log."""
        outside = log_outside()
        published = _asked(outside.publication)
        stored = StoredEdge.objects.filter(log_id=LOG).first()
        signed = dict(Checkpoint.objects.filter(log_id=LOG).order_by("size").values_list("size", "root"))
        try:
            reserved = outside.reserve.last()
        except LedgerError as error:  # a file that was damaged, or a place that does not answer
            yield Finding("reserve.unreadable", "reserve", "the last size that was reserved", error.code)
            reserved = None
        edge, second, seen = Edge(), CompactRange(0, []), 0
        wanted = sorted({*signed, *([reserved.size] if reserved else [])})
        for stretch in _stretches(stored.size if stored else 0):
            yield from stretch.findings
            hashes, seen = stretch.hashes, stretch.last + 1
            yield from self._tiles(edge.append(hashes), published)
            start = 0
            while wanted and wanted[0] <= seen:
                upto = wanted[0] - (seen - len(hashes))
                second.extend(hashes[start:upto])
                start = upto
                size = wanted.pop(0)
                if size in signed and bytes(signed[size]) != second.root():
                    yield Finding(
                        "checkpoint.root", f"checkpoint {size}", bytes(signed[size]).hex(), second.root().hex()
                    )
                if reserved is not None and size == reserved.size and reserved.root != second.root():
                    yield Finding("reserve.root", f"reserve {size}", reserved.root.hex(), second.root().hex())
            second.extend(hashes[start:])
            yield Step(len(hashes), 0)
        yield from self._end(edge, stored, published)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(seq) + 1, (SELECT size FROM ledger_edge WHERE log_id = %s) FROM ledger_seq"
                " WHERE log_id = %s",
                [LOG, LOG],
            )
            places, size = cursor.fetchone()
        if (places or 0) > (size or 0):
            yield Finding("edge.size", "edge", str(places), str(size))
        for size in wanted:
            yield Finding("log.rolled-back", f"size {size}", f"{size} entries, which were signed", f"{seen} entries")

    def _tiles(self, full: list[FullTile], published: Callable[[TileName], bytes | None]) -> Iterator[Finding]:
        rows = Tile.objects.filter(log_id=LOG, level__in={tile.level for tile in full}, n__in={tile.n for tile in full})
        here = {(row.level, row.n): bytes(row.hashes) for row in rows}
        for tile in full:
            name = TileName(tile.level, tile.n)
            stored, shown = here.get((tile.level, tile.n)), published(name)
            if stored == tile.hashes and shown in (tile.hashes, _UNASKED):
                continue
            if shown is None:
                yield Finding("published.missing", name.path(), "a tile", "none")
            if stored is None:
                yield Finding("tile.missing", name.path(), "a tile", "none")
                continue
            for i in range(0, FULL, HASH):
                made, kept = tile.hashes[i : i + HASH], stored[i : i + HASH]
                other = shown[i : i + HASH] if shown not in (None, _UNASKED) and shown else kept
                place = (tile.n * WIDTH + i // HASH) if tile.level == 0 else None
                where = f"entry {place}" if place is not None else f"{name.path()} hash {i // HASH}"
                if made != kept == other:
                    yield Finding("entry.changed" if tile.level == 0 else "tile.above", where, kept.hex(), made.hex())
                elif made == other != kept:
                    yield Finding("tile.changed", f"{name.path()} hash {i // HASH}", made.hex(), kept.hex())
                elif made == kept != other:
                    yield Finding("published.changed", f"{name.path()} hash {i // HASH}", made.hex(), other.hex())
                elif not made == kept == other:
                    yield Finding("entry.disputed", where, f"{kept.hex()} or {other.hex()}", made.hex())

    def _end(
        self, edge: Edge, stored: StoredEdge | None, published: Callable[[TileName], bytes | None]
    ) -> Iterator[Finding]:
        size, root = (stored.size, bytes(stored.root)) if stored else (0, Edge().root())
        partials = {str(level): hashes.hex() for level, hashes in edge.stored().items()}
        kept = {level: _hex(octets) for level, octets in (stored.partials if stored else {}).items()}
        if size != edge.size:
            yield Finding("edge.size", "edge", str(edge.size), str(size))
        elif root != edge.root():
            yield Finding("edge.root", "edge", edge.root().hex(), root.hex())
        for level in sorted(partials.keys() | kept.keys()):
            if partials.get(level) != kept.get(level):
                yield Finding("edge.tile", f"edge level {level}", partials.get(level, "none"), kept.get(level, "none"))


class CheckpointCheck:
    """Every checkpoint: its note is signed by the log's key, tells the size and root of its row, and was published."""

    name = "checkpoints"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield what is wrong with the checkpoints after size `after`, and with what outsiders hold of them."""
        publication = log_outside().publication
        rows = Checkpoint.objects.filter(log_id=LOG, size__gt=after).order_by("size").iterator(2_000)
        while stretch := list(islice(rows, 2_000)):
            for row in stretch:
                yield from self._one(row, publication)
            yield Step(len(stretch), stretch[-1].size)
        last = Checkpoint.objects.filter(log_id=LOG).order_by("-size").first()
        try:
            if last is not None and publication.checkpoint() != bytes(last.note):
                yield Finding("published.checkpoint", "checkpoint", f"the note of size {last.size}", "another, or none")
        except ShelfUnavailable as error:
            yield Finding("published.unavailable", "checkpoint", "an answer", str(error))
        yield from self._anchors()

    def _one(self, row: Checkpoint, publication: Publication) -> Iterator[Finding]:
        place = f"checkpoint {row.size}"
        try:
            head = open_checkpoint(bytes(row.note), [verifier()])
            if (head.size, head.root) != (row.size, bytes(row.root)):
                yield Finding(
                    "checkpoint.note", place, f"{row.size} {bytes(row.root).hex()}", f"{head.size} {head.root.hex()}"
                )
        except LedgerError as error:
            yield Finding("checkpoint.signature", place, "a note signed by the log's key", error.code)
        try:
            if publication.note(row.size) != bytes(row.note):
                yield Finding("published.note", place, "the same note", "another, or none")
        except ShelfUnavailable as error:
            yield Finding("published.unavailable", place, "an answer", str(error))

    def _anchors(self) -> Iterator[Finding]:
        notes = dict(Checkpoint.objects.filter(log_id=LOG).values_list("size", "note"))
        for anchor in Anchor.objects.filter(log_id=LOG).iterator(500):
            place, note = f"{anchor.kind} {anchor.name} of size {anchor.size}", notes.get(anchor.size)
            if note is None:
                yield Finding("anchor.checkpoint-missing", place, "its checkpoint", "none")
            elif anchor.kind == AnchorKind.TSA and anchor.read:
                try:
                    if stamp_read(bytes(anchor.octets), parse_note(bytes(note)).text.encode(), None).at is None:
                        yield Finding("anchor.token", place, "a time stamp", "bytes that cannot be read")
                except LedgerError as error:
                    yield Finding("anchor.token", place, "a stamp of its checkpoint", error.code)


class QueueCheck:
    """Events that have no place: those that wait too long, those that are in no queue; and the heads of all chains."""

    name = "events"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield events without a place, gaps in chains, and heads that are not those of their chain."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.event_id, p.event_id IS NOT NULL FROM ledger_event e"
                " LEFT JOIN ledger_seq s USING (event_id) LEFT JOIN ledger_pending p USING (event_id)"
                " WHERE e.log_id = %s AND s.event_id IS NULL AND e.created_at < now() - make_interval(secs => %s)"
                " ORDER BY e.created_at",
                [LOG, OLD.total_seconds()],
            )
            for event_id, waits in cursor:
                code = "event.waits" if waits else "event.unqueued"
                yield Finding(code, f"event {event_id}", "a place in the log", "in the queue" if waits else "nowhere")
            cursor.execute(
                "SELECT p.event_id FROM ledger_pending p LEFT JOIN ledger_event e USING (event_id)"
                " WHERE e.event_id IS NULL AND p.log_id = %s",
                [LOG],
            )
            for (event_id,) in cursor:
                yield Finding("pending.unknown", f"event {event_id}", "an event", "none")
            cursor.execute(
                "SELECT encode(c.subject, 'hex'), c.events, c.last, s.n, s.head = sha256('\\x00' || e.leaf)"
                " FROM (SELECT subject, count(*) AS events, max(n) AS last FROM ledger_event"
                "       WHERE log_id = %s AND subject <> ALL(%s) GROUP BY subject) c"
                " LEFT JOIN ledger_subject s ON s.log_id = %s AND s.subject = c.subject"
                " LEFT JOIN ledger_event e ON e.log_id = %s AND e.subject = c.subject AND e.n = c.last"
                " WHERE c.events <> c.last + 1 OR s.n IS DISTINCT FROM c.events"
                " OR NOT (s.head = sha256('\\x00' || e.leaf))",
                [LOG, [PADDING, LOST], LOG, LOG],
            )
            for subject, events, last, n, _head in cursor:
                if events != last + 1:
                    yield Finding("chain.gap", f"subject {subject}", f"{last + 1} events", str(events))
                elif n != events:
                    yield Finding("chain.count", f"subject {subject}", str(events), str(n))
                else:
                    yield Finding("chain.head", f"subject {subject}", "the hash of its last entry", "another")
            cursor.execute("SELECT count(*) FROM ledger_event WHERE log_id = %s", [LOG])
            yield Step(cursor.fetchone()[0], 0)


_UNASKED = b"unasked"


def _asked(publication: Publication) -> Callable[[TileName], bytes | None]:
    """Return a reader of published tiles; a place that does not answer is asked no more, and says so by `_UNASKED`."""
    silent = False

    def read(name: TileName) -> bytes | None:
        nonlocal silent
        if silent:
            return _UNASKED
        try:
            return publication.file(name)
        except ShelfUnavailable:
            silent = True
            return _UNASKED

    return read


class _Stretch(NamedTuple):
    """A run of places: the hash of each entry in order, and what is wrong with the places themselves."""

    hashes: list[bytes]
    last: int
    findings: list[Finding]


def _stretches(end: int) -> Iterator[_Stretch]:
    """Yield the log before `end` in order, STRETCH places at a time, each by one range query.

    The database reads the next stretch while this one is hashed: on the same connection, so in the same transaction.
    """
    connection.ensure_connection()
    session = connection.connection
    start = seen = 0
    with ThreadPoolExecutor(1) as ahead:
        asked = ahead.submit(_strung, session, start, end)
        while True:
            strung, following = asked.result(), start + STRETCH
            asked = ahead.submit(_strung, session, following, end)
            whole = _whole(strung, start, end)
            wait([asked])  # whoever gets the stretch may begin a transaction on the connection
            stretch = whole or _by_row(start, end, seen)
            if not stretch.hashes:
                return
            yield stretch
            start = seen = stretch.last + 1
            if start != following:  # places are missing
                asked = ahead.submit(_strung, session, start, end)
                wait([asked])


class _Strung(NamedTuple):
    """A stretch as the database tells it: places, entries and their lengths, all entries as one string."""

    places: int
    first: int | None
    last: int | None
    leaves: int
    shortest: int | None
    longest: int | None
    octets: bytes | None


def _strung(session: Any, start: int, end: int) -> _Strung:
    """Ask for a stretch; `session` is psycopg's own connection, which may wait in another thread."""
    with session.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(s.seq), max(s.seq), count(e.leaf), min(octet_length(e.leaf)),"
            " max(octet_length(e.leaf)), string_agg(e.leaf, ''::bytea ORDER BY s.seq)"
            " FROM ledger_seq s LEFT JOIN ledger_event e USING (event_id)"
            " WHERE s.log_id = %s AND s.seq >= %s AND s.seq < %s",
            [LOG, start, min(start + STRETCH, end)],
        )
        return _Strung(*cursor.fetchone())


def _whole(told: _Strung, start: int, end: int) -> _Stretch | None:
    """Hash a stretch in which no place and no event is missing and all entries are of one length.

    None when it is not so: then each row is looked at. The database only joins and strings together; what it says is
    hashed here.
    """
    stop = min(start + STRETCH, end)
    count = stop - start
    if count <= 0 or told[:4] != (count, start, stop - 1, count):
        return None
    length, entries = told.shortest or 0, bytes(told.octets or b"")
    if not length or length != told.longest or len(entries) != count * length:
        return None
    hashes = [leaf_hash(entries[at : at + length]) for at in range(0, len(entries), length)]
    return _Stretch(hashes, stop - 1, [])


def _by_row(start: int, end: int, seen: int) -> _Stretch:
    """Read a stretch row by row, and name each place that is missing and each that has no event."""
    hashes, findings, last = list[bytes](), list[Finding](), start - 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.seq, e.event_id IS NULL, e.leaf FROM ledger_seq s LEFT JOIN ledger_event e USING (event_id)"
            " WHERE s.log_id = %s AND s.seq >= %s AND s.seq < %s ORDER BY s.seq LIMIT %s",
            [LOG, start, end, STRETCH],
        )
        for seq, eventless, leaf in cursor.fetchall():
            if seq != seen:
                findings.append(Finding("log.gap", f"entry {seen}", str(seen), str(seq)))
            if eventless:
                findings.append(Finding("log.event-missing", f"entry {seq}", "an event", "none"))
            hashes.append(leaf_hash(b"" if leaf is None else bytes(leaf)))
            seen, last = seq + 1, seq
    return _Stretch(hashes, last, findings)


def _hex(encoded: object) -> str:
    try:
        return base64.b64decode(str(encoded), validate=True).hex()
    except binascii.Error:
        return "not base64"


LOG_CHECK, CHECKPOINTS, EVENTS = LogCheck(), CheckpointCheck(), QueueCheck()
