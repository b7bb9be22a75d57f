"""`./run bench ledger`: commitments, the sequencer end to end with fsync, proofs; each beside what it cannot beat."""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from archive.bulk import copy_rows
from archive.ledger import segments
from archive.ledger.canonical import canonical_bytes
from archive.ledger.commitment import Value, commit, padding
from archive.ledger.drafting import EventDraft, prepare_first
from archive.ledger.fsck import Finding
from archive.ledger.log_checks import EVENTS as QUEUE
from archive.ledger.log_checks import LOG_CHECK
from archive.ledger.merkle import check_inclusion, leaf_hash
from archive.ledger.models import LedgerEvent, SequencedEvent
from archive.ledger.note import Signer
from archive.ledger.opening import log_outside
from archive.ledger.selectors import inclusion_proofs, latest_checkpoint
from archive.ledger.sequencer import BATCH, Sequencer
from archive.ledger.services import append_first
from archive.ledger.tiles import Edge
from benchmarks.figures import Figure
from benchmarks.texts import Writer
from benchmarks.world import AT, session_as

RECORDS = 2_000
EVENTS = 50_000
PROOFS = 10_000
LEAVES = 100_000


def measure() -> Iterator[Figure]:
    """Measure what needs no database, then the log in PostgreSQL."""
    yield from _commitments()
    yield from _tree()
    events = _events_write()
    floor = _rate(EVENTS, lambda: _bare_copy(events))
    session = session_as("sequencer")
    sequencer = Sequencer(session, Signer(settings.DAYBOOK_LOG_ORIGIN, bytes(range(32))), log_outside())

    def drain() -> None:
        while sequencer.sequence_batch():
            pass
        sequencer.sign_checkpoint(AT)

    drained = _rate(EVENTS, drain)
    if sequencer.size != EVENTS:
        raise RuntimeError(f"{sequencer.size} of {EVENTS} events were ordered.")
    yield Figure("ledger.sequenced", drained, "entries/s", floor, "value >= 10000")
    with session_as("migrate") as owner:  # as the engine does by itself in a database that is in use
        owner.execute("SET ROLE daybook_owner")
        owner.execute("VACUUM (ANALYZE) ledger_event, ledger_seq, ledger_subject, ledger_pending")
    yield from _proofs(events)
    yield from _checked()
    session.close()


def _rate(count: int, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return count / (time.perf_counter() - began)


def _commitments() -> Iterator[Figure]:
    """Commit to records such as capture writes; the floor hashes the same fields, unsalted, each by itself."""
    records: list[dict[str, Value]] = []
    for n, text in enumerate(Writer().texts(RECORDS)):
        named = {f"/field/{i}": f"the value {n} of a field" for i in range(16)}
        records.append({**named, **segments.fields("/content", text)})
    keys = [os.urandom(32) for _ in records]

    def all_fields() -> None:
        for record, key in zip(records, keys, strict=True):
            commit("record/1", record, key)

    octets = [[canonical_bytes([name, value]) for name, value in record.items()] for record in records]

    def bare() -> None:
        for fields in octets:
            for field in fields:
                sha256(field).digest()

    count = sum(map(len, records))
    rate, floor = _rate(count, all_fields), _rate(count, bare)
    yield Figure("ledger.committed_fields", rate, "fields/s", floor)
    yield Figure("ledger.committed_records", rate * RECORDS / count, "records/s", floor * RECORDS / count)


def _tree() -> Iterator[Figure]:
    """Grow a tree in the sequencer's batches; the floor is pymerkle, an independent Merkle tree for Python."""
    entries = [padding(sha256(b"%d" % n).digest()).entry for n in range(LEAVES)]
    edge = Edge()

    def ours() -> None:
        for start in range(0, LEAVES, BATCH):
            edge.append([leaf_hash(entry) for entry in entries[start : start + BATCH]])
            edge.root()

    floor = None
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        pass  # a development package; without it there is no floor
    else:
        tree = InmemoryTree(algorithm="sha256")

        def theirs() -> None:
            for entry in entries:
                tree.append_entry(entry)

        floor = _rate(LEAVES, theirs)
    yield Figure("ledger.tree_appended", _rate(LEAVES, ours), "entries/s", floor)


def _events_write() -> list[uuid.UUID]:
    """Write the events that the sequencer will find."""
    ids: list[uuid.UUID] = []
    for _ in range(0, EVENTS, 1_000):
        drafts = [
            EventDraft(
                kind="heartbeat",
                schema="heartbeat/1",
                subject=os.urandom(16),
                fields={},
                compartment="public",
                at=AT,
            )
            for _ in range(1_000)
        ]
        with transaction.atomic():
            prepared = prepare_first(drafts)
            append_first(prepared)
        ids += [each.event.event_id for each in prepared]
    return ids


def _bare_copy(events: list[uuid.UUID]) -> None:
    """Put as many entries of the same length into a plain table, in commits of the same size."""
    entry = "x" * 57
    for start in range(0, len(events), BATCH):
        with transaction.atomic():
            copy_rows(
                "words",
                ("ref", "text", "compartment", "created_at"),
                ("uuid", "text", "varchar", "timestamptz"),
                [(event, entry, "public", AT) for event in events[start : start + BATCH]],
            )


def _checked() -> Iterator[Figure]:
    """Let fsck look at every entry, tile and event; the floor hashes as many entries and nothing else."""
    entries = [bytes(leaf) for leaf in LedgerEvent.objects.values_list("leaf", flat=True)]

    def check() -> None:
        found = [said for each in (LOG_CHECK, QUEUE) for said in each.run(0) if isinstance(said, Finding)]
        if found:
            raise RuntimeError(f"fsck found {found[0].code} in a log that nobody touched.")

    floor = _rate(EVENTS, lambda: [leaf_hash(entry) for entry in entries])
    yield Figure("ledger.checked", _rate(EVENTS, check), "events/s", floor, "value >= 100000")


def _proofs(events: list[uuid.UUID]) -> Iterator[Figure]:
    """Prove random events to the newest checkpoint; the floor looks up the same events' places, and no more."""
    chosen = random.Random(1).sample(events, PROOFS)
    leaves = dict(LedgerEvent.objects.filter(pk__in=chosen).values_list("pk", "leaf"))
    floor = _rate(PROOFS, lambda: dict(SequencedEvent.objects.filter(event_id__in=chosen).values_list("event", "seq")))
    began = time.perf_counter()
    proofs = inclusion_proofs(chosen, size=EVENTS)
    yield Figure("ledger.proofs", PROOFS / (time.perf_counter() - began), "proofs/s", floor)
    head = latest_checkpoint()
    if head is None or head.size != EVENTS:
        raise RuntimeError("The checkpoint of all events is missing.")
    root, hashes = bytes(head.root), sum(len(proof.path) for proof in proofs.values())

    def check() -> None:
        for event, proof in proofs.items():
            check_inclusion(leaf_hash(bytes(leaves[event])), proof.index, EVENTS, proof.path, root)

    def bare() -> None:
        pair = bytes(65)
        for _ in range(hashes):
            sha256(pair).digest()

    yield Figure("ledger.proofs_checked", _rate(PROOFS, check), "proofs/s", _rate(PROOFS, bare))
