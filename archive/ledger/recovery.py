"""Rolling a restored log forward (ledger.md 8): its entries come back from the publication, never the other way.

After a restore the database lacks the entries that were signed since the backup. The publication has them: bare
commitments, without what they say. Entries whose events still wait in the restored queue find those events again; the
others are put back as places whose events are lost, and one event of the log says how many and which.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from archive.ledger.drafting import RANDOM_BYTES, EventDraft, PreparedEvent, make_event
from archive.ledger.log_tables import LogTables, SignedHead
from archive.ledger.merkle import leaf_hash
from archive.ledger.note import Signer, open_checkpoint
from archive.ledger.sequencer import LogBroken, Outside
from archive.ledger.tiles import WIDTH, Edge

STRETCH = WIDTH * WIDTH


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did: entries `[before, after)` came back, `lost` of them without their events."""

    before: int
    after: int
    lost: int


def log_recover(
    session: psycopg.Connection[Any], signer: Signer, outside: Outside, *, at: datetime, log_id: int = 1
) -> Recovered:
    """Bring the log of a restored database up to the last size that was reserved; sign nothing.

    In one transaction, which commits only when the whole log has the root that was reserved. Called again, or on a log
    that was not rolled back, it changes nothing. Raises LogBroken when the database is no beginning of the published
    log, and Contradicted, Forked or ShelfUnavailable for what lies outside; then nothing was changed.
    """
    tables = LogTables(session, log_id)
    tables.lock()
    size, root, partials = tables.edge()
    edge = Edge(size, partials)
    if edge.root() != root:
        raise LogBroken("The stored edge does not have its stored root.")
    reserved = outside.reserve.last()
    if reserved is None or reserved.size <= size:
        return Recovered(size, size, 0)
    lost = 0
    with tables.transaction():
        while edge.size < reserved.size:
            before = edge.size
            entries = _published(outside, before, min((before // STRETCH + 1) * STRETCH, reserved.size), reserved.size)
            full = edge.append([leaf_hash(entry) for entry in entries])
            events, missing = tables.find_or_lose(entries, at)
            lost += missing
            tables.add_places(before, events)
            tables.add_tiles(full)
        if edge.root() != reserved.root:
            raise LogBroken("The database is no beginning of the published log; nothing was changed.")
        if not tables.move_edge(size, edge, reserved.root):
            raise LogBroken("Another process moved the log on; nothing was changed.")
        note = outside.publication.checkpoint()
        if note is not None:
            shown = open_checkpoint(note, [signer.verifier()])
            tables.put_back_checkpoint(SignedHead(shown.size, shown.root, note), at)
        tables.add_event(_incident(size, edge.size, lost, at))
    return Recovered(size, edge.size, lost)


def _published(outside: Outside, start: int, end: int, size: int) -> list[bytes]:
    """Return the entries [start, end) of the published log of `size` entries."""
    found: list[bytes] = []
    for n in range(start // WIDTH, -(-end // WIDTH)):
        found += outside.publication.entries(n, min(WIDTH, size - n * WIDTH))
    first = start // WIDTH * WIDTH
    return found[start - first : end - first]


def _incident(before: int, after: int, lost: int, at: datetime) -> PreparedEvent:
    draft = EventDraft(
        kind="log.recovered",
        schema="log.recovered/1",
        subject=os.urandom(16),
        fields={"/log/before": before, "/log/after": after, "/log/lost": lost},
        compartment="public",
        at=at,
    )
    return make_event(draft, 0, None, 0, os.urandom(RANDOM_BYTES))
