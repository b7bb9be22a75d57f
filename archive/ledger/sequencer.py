"""The one process that orders the log (ledger.md 7.2 and 8): crash-only, fenced, and it signs only what it read back.

A checkpoint is released in one order: the batches are durable and were read back and hashed a second way; the tiles are
published and read back; the head extends the last size in the reserve, which no restore reaches; the size is reserved;
then it is signed, stored and shown. Whatever fails ends the process with nothing signed; the next one begins again.

A `Sequencer` lives until its first exception. Then the process ends, its supervisor starts another, and that one builds
its state from what the database holds: a tree in memory that outlived a failed commit is never used again (F4). Several
may run: one works, the others wait for its lock; and should two ever work at once, the compare-and-swap of the edge
lets only one of them commit.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from archive.ledger.errors import LedgerError
from archive.ledger.log_tables import LogTables, SignedHead
from archive.ledger.merkle import CompactRange, check_consistency, consistency_proof, leaf_hash
from archive.ledger.note import Checkpoint, Signer, parse_note
from archive.ledger.padding import padding_entries
from archive.ledger.publication import Publication
from archive.ledger.reserve import Reserve
from archive.ledger.tiles import HASH, HEIGHT, WIDTH, Edge, FullTile, TileHashes, tile_root

BATCH = 1_024
"""Events of one commit: as fast as four times as many, a third of the pause (ledger.md 9)."""
MAX_ENTRY = 32_768
STRETCH = WIDTH * WIDTH
"""Entries that are published in one go when much is to be published again."""


class LogBroken(LedgerError):
    """The stored log contradicts itself or what was signed; nothing may be signed until a person has looked (F1–F3)."""

    code = "ledger.broken"


class RolledBack(LogBroken):
    """The database has fewer entries than were signed: it was restored. `manage ledger recover` rolls it forward."""

    code = "ledger.rolled_back"


class Fenced(LedgerError):
    """Another sequencer moved the log on; this one's state is out of date and must be dropped."""

    code = "ledger.fenced"
    retry = True


class Outside(NamedTuple):
    """What of the log lies outside the database."""

    publication: Publication
    reserve: Reserve


class Sequencer:
    """Orders the pending events of one log, and signs its checkpoints."""

    def __init__(
        self,
        session: psycopg.Connection[Any],
        signer: Signer,
        outside: Outside,
        *,
        log_id: int = 1,
        padding: int = 0,
    ) -> None:
        """Wait for the log's lock and rebuild the state; raise LogBroken when the stored log does not hold.

        `session` is its own, of the role daybook_sequencer, in autocommit mode. With `padding` every checkpoint covers
        at least so many new entries, and always a power of two where no event comes in between: how many there are and
        when says little. Raises RolledBack, Forked or ShelfUnavailable for what lies outside.
        """
        self._tables = LogTables(session, log_id)
        self._signer = signer
        self._outside = outside
        self._padding = padding
        self._tables.lock()
        self._edge = self._stored_edge()
        self._check_tiles_under_edge()
        self._second = CompactRange(self._edge.size, _complete_subtrees(self._edge.size, TileHashes(self._tile)))
        last = self._tables.last_checkpoint()
        self._check_extends(last)
        self._check_reserved()
        if last is not None and outside.publication.note(last.size) is None:
            self._publish(0)
            outside.publication.show(last.size, last.note)
        self._sound = True

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self._edge.size

    def sequence_batch(self) -> int:
        """Order up to BATCH pending events, commit, read them back, hash them a second way; return how many.

        Raises Fenced when another sequencer was faster, LogBroken when what was read back is not what was written; then
        this object is of no more use.
        """
        if not self._sound:
            raise LogBroken("A sequencer that failed is not used again.")
        self._sound = False
        before = self._edge.size
        with self._tables.transaction():
            taken = self._tables.take(BATCH)
            if taken:
                full = self._edge.append([leaf_hash(_entry(*each)) for each in taken])
                root = self._edge.root()
                if not self._tables.move_edge(before, self._edge, root):
                    raise Fenced("Another sequencer has moved the log on.")
                self._tables.add_places(before, [each.event_id for each in taken])
                self._tables.add_tiles(full)
        if taken:
            self._read_back(before, full, root)
        self._sound = True
        return len(taken)

    def sign_checkpoint(self, at: datetime) -> Checkpoint | None:
        """Release a checkpoint over the last batch; None when nothing came since the last one and none is padded.

        Raises LogBroken when the head does not extend what was signed before, Forked or Contradicted when what lies
        outside says otherwise, ShelfUnavailable when it cannot be asked: then nothing was signed.
        """
        if not self._sound:
            raise LogBroken("A sequencer that failed does not sign.")
        last = self._tables.last_checkpoint()
        before = last.size if last else 0
        self._pad(before, at)
        self._sound = False
        self._check_extends(last)
        if self._edge.size == before:
            self._sound = True
            return None
        head = Checkpoint(self._signer.name, self._edge.size, self._edge.root())
        self._publish(before)
        self._check_reserved()
        self._outside.reserve.take(head)
        note = self._signer.sign(head.text()).render().encode("utf-8")
        self._tables.add_checkpoint(SignedHead(head.size, head.root, note), at)
        self._outside.publication.show(head.size, note)
        self._outside.publication.drop_partials(before, head.size)
        self._sound = True
        return head

    def _pad(self, before: int, at: datetime) -> None:
        entries = padding_entries(self._edge.size - before, self._padding)
        if entries:
            self._tables.add_padding(entries, at)
            while self.sequence_batch() == BATCH:
                pass

    def _publish(self, before: int) -> None:
        while before < self._edge.size:
            upto = min((before // STRETCH + 1) * STRETCH, self._edge.size)
            entries = [entry for _, entry in self._tables.entries_from(before // WIDTH * WIDTH, upto)]
            self._outside.publication.publish(before, upto, self._tile, entries)
            before = upto

    def _check_reserved(self) -> None:
        reserved = self._outside.reserve.last()
        if reserved is None:
            return
        if reserved.size > self._edge.size:
            raise RolledBack(
                f"Rolled back: {self._edge.size} entries are here, {reserved.size} were reserved."
                " Nothing is signed until `manage ledger recover` has rolled the log forward."
            )
        self._check_consistent(reserved.size, reserved.root)

    def _stored_edge(self) -> Edge:
        size, root, partials = self._tables.edge()
        edge = Edge(size, partials)
        if edge.root() != root:
            raise LogBroken("The stored edge does not have its stored root.")
        return edge

    def _check_tiles_under_edge(self) -> None:
        """Hash every full tile that a partial tile stands on: the edge and the tiles must tell of one tree."""
        for level, hashes in self._edge.stored().items():
            if level == 0:
                continue
            first = (self._edge.size >> HEIGHT * level) // WIDTH * WIDTH
            below = [tile_root(self._tile(level - 1, first + i)) for i in range(len(hashes) // HASH)]
            if b"".join(below) != hashes:
                raise LogBroken(f"The tiles of level {level - 1} do not hash to the edge above them.")

    def _check_extends(self, last: SignedHead | None) -> None:
        if last is None:
            return
        if parse_note(last.note).text != Checkpoint(self._signer.name, last.size, last.root).text():
            raise LogBroken("The last checkpoint is of another log, or its row was changed.")
        if last.size > self._edge.size:
            raise LogBroken(f"Rolled back: {self._edge.size} entries are here, {last.size} were signed.")
        self._check_consistent(last.size, last.root)

    def _check_consistent(self, size: int, root: bytes) -> None:
        proof = consistency_proof(TileHashes(self._tile), size, self._edge.size)
        try:
            check_consistency(size, self._edge.size, root, self._edge.root(), proof)
        except LedgerError as error:
            raise LogBroken(f"Fork: the log does not extend its checkpoint of {size} entries.") from error

    def _tile(self, level: int, n: int) -> bytes:
        full = self._tables.tile(level, n)
        if full is not None:
            return full
        if level < len(self._edge.partials) and n == (self._edge.size >> HEIGHT * level) // WIDTH:
            return self._edge.partials[level]
        raise LogBroken(f"Tile {n} of level {level} is missing.")

    def _read_back(self, before: int, full: list[FullTile], root: bytes) -> None:
        """Re-read the committed rows in a fresh transaction; hash them with the second algorithm (F3)."""
        with self._tables.transaction():
            entries = self._tables.entries_from(before, before + 2 * BATCH)
            size, stored_root, partials = self._tables.edge()
            tiles = [self._tables.tile(tile.level, tile.n) for tile in full]
        if size != self._edge.size:
            raise Fenced("Another sequencer has moved the log on.")
        if [seq for seq, _ in entries] != list(range(before, size)):
            raise LogBroken("The committed places have a gap.")
        self._second.extend(leaf_hash(entry) for _, entry in entries)
        if not self._second.root() == root == stored_root:
            raise LogBroken("What was read back does not hash to the root that was written.")
        if tiles != [tile.hashes for tile in full] or partials != self._edge.stored():
            raise LogBroken("The tiles that were read back are not those that were written.")


def run_sequencer(
    sequencer: Sequencer,
    *,
    interval: timedelta,
    clock: Callable[[], datetime],
    wait: Callable[[], bool],
    signed: Callable[[Checkpoint], None],
) -> None:
    """Order events as they come and sign when there are new ones, at most every `interval`; never return.

    `wait` blocks for a moment and says whether somebody asked for a checkpoint now; `signed` hears of each checkpoint.
    """
    due = clock()
    while True:
        ordered = sequencer.sequence_batch()
        now = clock()
        if now >= due and (checkpoint := sequencer.sign_checkpoint(now)):
            signed(checkpoint)
            due = now + interval
        if ordered < BATCH and wait():
            due = now


def _complete_subtrees(size: int, hashes: TileHashes) -> list[bytes]:
    """Return the nodes of a compact range of this size, largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [hashes(level, (size >> level) - 1) for level in levels]


def _entry(event_id: uuid.UUID, entry: bytes | None) -> bytes:
    if entry is None:
        raise LogBroken(f"The queue names the event {event_id}, which does not exist.")
    if not 0 < len(entry) <= MAX_ENTRY:
        raise LogBroken(f"The entry of event {event_id} has {len(entry)} bytes.")
    return entry
