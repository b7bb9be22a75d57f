"""A checkpoint is released in one order: published, held against the reserve, reserved, signed, shown (ledger.md 8)."""

from base64 import b64encode
from pathlib import Path

import psycopg
import pytest

from archive.ledger.merkle import leaf_hash
from archive.ledger.models import Checkpoint as StoredCheckpoint
from archive.ledger.models import LedgerEvent, PendingEvent, SequencedEvent
from archive.ledger.note import Checkpoint, open_checkpoint
from archive.ledger.padding import PADDING
from archive.ledger.publication import Contradicted, Publication
from archive.ledger.recovery import log_recover
from archive.ledger.reserve import Forked, Reserve
from archive.ledger.selectors import event_fields
from archive.ledger.sequencer import LogBroken, Outside, RolledBack, Sequencer
from archive.ledger.shelf import FileShelf, Shelf, ShelfUnavailable
from archive.ledger.tiles import Edge, TileName, tile_names, unpack_entries
from config.drills.fault_points import Fault, FaultyShelf
from tests.archive.ledger.test_sequencer import AT, ORIGIN, SIGNER, broken, drain, write
from tests.committed import CommittedDatabase
from tests.outside import folder_of, outside_of

pytestmark = pytest.mark.commits


@pytest.fixture
def session(committed_db: CommittedDatabase) -> psycopg.Connection:
    return committed_db.connect("sequencer")


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def released(session: psycopg.Connection, *counts: int, padding: int = 0) -> Sequencer:
    sequencer = Sequencer(session, SIGNER, outside_of(session), padding=padding)
    for count in counts:
        write(count)
        drain(sequencer)
        sequencer.sign_checkpoint(AT)
    return sequencer


def test_the_published_files_are_the_tiles_of_the_log_and_the_notes(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    released(session, 10, 20, 280, 700)
    shown = files(folder_of(committed_db.name) / "log")
    tiles = {name.path() for name in tile_names(1010)}
    bundles = {name._replace(level=None).path() for name in tile_names(1010) if name.level == 0}
    notes = {"checkpoint", *(f"checkpoints/{size}" for size in (10, 30, 310, 1010))}
    growing = {"tile/1/000.p/1"}  # of the checkpoint before; it goes when its tile is full
    assert shown == tiles | bundles | notes | growing


def test_the_root_that_was_signed_follows_from_the_published_entries_alone(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    released(session, 600)
    folder = folder_of(committed_db.name) / "log"
    head = open_checkpoint((folder / "checkpoint").read_bytes(), [SIGNER.verifier()])
    edge = Edge()
    for n, width in ((0, 256), (1, 256), (2, 88)):
        edge.append(map(leaf_hash, unpack_entries((folder / TileName(None, n, width).path()).read_bytes())))
    assert (edge.size, edge.root()) == (head.size, head.root)


def test_a_published_file_that_says_something_else_stops_the_log(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    sequencer = released(session, 256)
    write(256)
    drain(sequencer)
    full = folder_of(committed_db.name) / "log" / TileName(0, 1).path()
    full.write_bytes(bytes(8192))
    with pytest.raises(Contradicted):
        sequencer.sign_checkpoint(AT)
    assert StoredCheckpoint.objects.count() == 1
    with pytest.raises(LogBroken):
        sequencer.sign_checkpoint(AT)


def test_another_root_in_the_reserve_is_a_fork(committed_db: CommittedDatabase, session: psycopg.Connection) -> None:
    sequencer = released(session, 5)
    write(5)
    drain(sequencer)
    outside_of(session).reserve.take(Checkpoint(ORIGIN, 10, bytes(32)))
    with pytest.raises(LogBroken, match="Fork"):
        sequencer.sign_checkpoint(AT)
    assert StoredCheckpoint.objects.count() == 1


def test_a_size_is_reserved_once(tmp_path: Path) -> None:
    reserve = Reserve(FileShelf(tmp_path), ORIGIN)
    assert reserve.last() is None
    for size in (7, 999, 1_000, 10**12):
        reserve.take(Checkpoint(ORIGIN, size, bytes(32)))
        reserve.take(Checkpoint(ORIGIN, size, bytes(32)))
        assert reserve.last() == Checkpoint(ORIGIN, size, bytes(32))
    with pytest.raises(Forked):
        reserve.take(Checkpoint(ORIGIN, 999, bytes(31) + b"\x01"))


@pytest.mark.parametrize("octets", [b"", b"nonsense", b"other.invalid/1\n7\n" + b"A" * 43 + b"=\n"])
def test_a_damaged_reserve_is_no_empty_one(tmp_path: Path, octets: bytes) -> None:
    shelf = FileShelf(tmp_path)
    shelf.put_new("000/000/000/000/000/007", octets)
    with pytest.raises(Forked):
        Reserve(shelf, ORIGIN).last()


def test_a_lost_publication_is_made_again(committed_db: CommittedDatabase, session: psycopg.Connection) -> None:
    released(session, 300)
    session.close()
    folder = folder_of(committed_db.name) / "log"
    before = {name: (folder / name).read_bytes() for name in files(folder)}
    folder.rename(folder.with_name("gone"))
    Sequencer(committed_db.connect("sequencer"), SIGNER, outside_of(session))
    assert {name: (folder / name).read_bytes() for name in files(folder)} == before


@pytest.mark.parametrize(("new", "covered"), [(1, 4), (4, 4), (5, 8), (9, 16)])
def test_padding_fills_up_to_a_power_of_two(session: psycopg.Connection, new: int, covered: int) -> None:
    sequencer = released(session, new, padding=4)
    assert sequencer.size == covered
    assert LedgerEvent.objects.filter(subject=PADDING).count() == covered - new
    leaves = [bytes(leaf) for leaf in LedgerEvent.objects.values_list("leaf", flat=True)]
    assert {len(leaf) for leaf in leaves} == {57}
    assert len(set(leaves)) == covered


def test_with_padding_a_beat_in_which_nothing_happened_looks_like_another(session: psycopg.Connection) -> None:
    sequencer = released(session, 1, padding=4)
    head = sequencer.sign_checkpoint(AT)
    assert head is not None
    assert head.size == 8


@pytest.mark.parametrize("after", [False, True], ids=["failed", "failed-but-happened"])
@pytest.mark.parametrize("which", ["publication", "reserve"])
def test_whatever_step_outside_fails_the_next_process_goes_on_with_one_history(
    committed_db: CommittedDatabase, session: psycopg.Connection, which: str, after: bool
) -> None:
    """Every call to a place outside fails once, in turn (L4): the log recovers, and no two notes disagree."""
    released(session, 250)
    session.close()
    folder = folder_of(committed_db.name)
    step, troubles = 0, 0
    while True:
        step += 1
        write(7)
        shelves: dict[str, Shelf] = {name: FileShelf(folder / name) for name in ("log", "reserve")}
        name = {"publication": "log", "reserve": "reserve"}[which]
        fault = Fault(step, after)
        shelves[name] = FaultyShelf(shelves[name], fault)
        outside = Outside(Publication(shelves["log"]), Reserve(shelves["reserve"], ORIGIN))
        with committed_db.connect("sequencer") as one:
            try:
                sequencer = Sequencer(one, SIGNER, outside)
                drain(sequencer)
                sequencer.sign_checkpoint(AT)
            except ShelfUnavailable:
                troubles += 1
        with committed_db.connect("sequencer") as two:
            sequencer = Sequencer(two, SIGNER, outside_of(two))
            drain(sequencer)
            sequencer.sign_checkpoint(AT)
        if not fault.struck:
            break
    assert troubles >= step - 1 > 4
    shown = (folder / "log/checkpoint").read_bytes()
    assert open_checkpoint(shown, [SIGNER.verifier()]).size == sequencer.size == SequencedEvent.objects.count()
    heads = [(row.size, bytes(row.root)) for row in StoredCheckpoint.objects.all()]
    edge, places = Edge(), SequencedEvent.objects.order_by("seq").values_list("event__leaf", flat=True)
    roots = {}
    for leaf in places:
        edge.append([leaf_hash(bytes(leaf))])
        roots[edge.size] = edge.root()
    assert all(roots[size] == root for size, root in heads)


def rolled_back(superuser: psycopg.Connection, size: int) -> None:
    """Put the database back to what it was at `size` entries, as a restore does: the rest was never here."""
    edge = Edge()
    rows = superuser.execute(
        "SELECT leaf FROM ledger_seq JOIN ledger_event USING (event_id) WHERE seq < %s ORDER BY seq", [size]
    ).fetchall()
    edge.append([leaf_hash(bytes(row[0])) for row in rows])
    for table in ("ledger_seq", "ledger_event", "ledger_event_content", "ledger_tile", "ledger_checkpoint"):
        superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    superuser.execute("CREATE TEMP TABLE gone AS SELECT event_id FROM ledger_seq WHERE seq >= %s", [size])
    superuser.execute("DELETE FROM ledger_seq WHERE seq >= %s", [size])
    superuser.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [size])
    superuser.execute("DELETE FROM ledger_tile WHERE (n + 1) * 256 ^ (level + 1) > %s", [size])
    superuser.execute("DELETE FROM ledger_event_content WHERE event_id IN (SELECT event_id FROM gone OFFSET 3)")
    superuser.execute("DELETE FROM ledger_event WHERE event_id IN (SELECT event_id FROM gone OFFSET 3)")
    superuser.execute("INSERT INTO ledger_pending (log_id, event_id) SELECT 1, event_id FROM gone LIMIT 3")
    partials = {str(level): b64encode(h).decode() for level, h in edge.stored().items()}
    superuser.execute(
        "UPDATE ledger_edge SET size = %s, root = %s, partials = %s",
        [size, edge.root(), psycopg.types.json.Jsonb(partials)],
    )
    for table in ("ledger_seq", "ledger_event", "ledger_event_content", "ledger_tile", "ledger_checkpoint"):
        superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def test_a_restored_log_is_rolled_forward_and_says_what_was_lost(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    released(session, 200, 400)
    session.close()
    superuser = committed_db.connect("superuser")
    rolled_back(superuser, 200)
    with committed_db.connect("sequencer") as one, pytest.raises(RolledBack):
        Sequencer(one, SIGNER, outside_of(one))
    with committed_db.connect("sequencer") as two:
        done = log_recover(two, SIGNER, outside_of(two), at=AT)
        assert (done.before, done.after, done.lost) == (200, 600, 397)
        assert log_recover(two, SIGNER, outside_of(two), at=AT).lost == 0
    with committed_db.connect("sequencer") as three:
        sequencer = Sequencer(three, SIGNER, outside_of(three))
        assert drain(sequencer) == 1, "the event that tells of the recovery"
        assert sequencer.sign_checkpoint(AT) is not None
    assert not PendingEvent.objects.exists()
    told = SequencedEvent.objects.get(seq=600).event_id
    assert event_fields([told])[told].fields["/log/lost"] == 397


def test_a_database_that_is_no_beginning_of_the_published_log_is_left_alone(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    released(session, 200, 100)
    session.close()
    superuser = committed_db.connect("superuser")
    rolled_back(superuser, 200)
    broken(superuser, "ledger_event", "UPDATE ledger_event SET leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1)")
    edge = Edge()
    rows = superuser.execute("SELECT leaf FROM ledger_seq JOIN ledger_event USING (event_id) ORDER BY seq").fetchall()
    edge.append([leaf_hash(bytes(row[0])) for row in rows])
    partials = {str(level): b64encode(h).decode() for level, h in edge.stored().items()}
    superuser.execute(
        "UPDATE ledger_edge SET root = %s, partials = %s", [edge.root(), psycopg.types.json.Jsonb(partials)]
    )
    with committed_db.connect("sequencer") as one, pytest.raises(LogBroken, match="no beginning"):
        log_recover(one, SIGNER, outside_of(one), at=AT)
    assert SequencedEvent.objects.count() == 200
