import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from archive.ledger.commitment import check_disclosed, disclose
from archive.ledger.errors import LedgerError
from archive.ledger.merkle import check_consistency, check_inclusion, leaf_hash
from archive.ledger.models import Checkpoint, Edge, PendingEvent, SequencedEvent, Tile
from archive.ledger.note import Signer, open_checkpoint
from archive.ledger.proof import TlogProof, check_proof
from archive.ledger.publication import Publication
from archive.ledger.reserve import Reserve
from archive.ledger.selectors import (
    NotSequenced,
    checkpoint_covering,
    consistency,
    event_fields,
    events_of_subject,
    inclusion_proofs,
    latest_checkpoint,
    verifier,
)
from archive.ledger.sequencer import BATCH, Fenced, LogBroken, Outside, RolledBack, Sequencer, run_sequencer
from archive.ledger.services import AppendedEvent, EventDraft, append_events, want_checkpoint
from archive.ledger.shelf import FileShelf
from tests.committed import CommittedDatabase
from tests.outside import outside_of

AT = datetime(2026, 3, 1, 12, 35, tzinfo=UTC)
ORIGIN = "test.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))

pytestmark = pytest.mark.commits


def write(count: int, subject: bytes | None = None) -> list[AppendedEvent]:
    with transaction.atomic():
        return append_events(
            [
                EventDraft(
                    kind="removal.observed",
                    schema="removal.observed/1",
                    subject=subject or os.urandom(16),
                    fields={"/removal/how": "listing", "/removal/words": f"{i}"},
                    compartment="public",
                    at=AT,
                )
                for i in range(count)
            ]
        )


def drain(sequencer: Sequencer) -> int:
    total = 0
    while done := sequencer.sequence_batch():
        total += done
    return total


@pytest.fixture
def session(committed_db: CommittedDatabase) -> psycopg.Connection:
    return committed_db.connect("sequencer")


@pytest.fixture
def log_key(settings: object) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(DAYBOOK_LOG_VKEY=SIGNER.verifier().vkey(), DAYBOOK_LOG_ORIGIN=ORIGIN):
        yield


def broken(superuser: psycopg.Connection, table: str, statement: str) -> None:
    """Do what only a database administrator can: switch the guard of a table off, and change it."""
    superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    superuser.execute(statement)
    superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def test_events_get_places_without_gap_and_a_checkpoint_that_covers_them(
    session: psycopg.Connection, log_key: None
) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    assert sequencer.sign_checkpoint(AT) is None
    events = write(BATCH + 300)
    assert checkpoint_covering([events[0].event_id]) is None
    assert [sequencer.sequence_batch(), sequencer.sequence_batch(), sequencer.sequence_batch()] == [BATCH, 300, 0]
    assert not PendingEvent.objects.exists()
    assert checkpoint_covering([events[0].event_id]) is None
    head = sequencer.sign_checkpoint(AT)
    assert head is not None
    assert sequencer.sign_checkpoint(AT) is None
    places = dict(SequencedEvent.objects.values_list("event_id", "seq"))
    assert [places[event.event_id] for event in events] == list(range(BATCH + 300))
    row = checkpoint_covering([event.event_id for event in events])
    assert row is not None
    assert row == latest_checkpoint()
    assert open_checkpoint(bytes(row.note), [verifier()]) == head == (ORIGIN, BATCH + 300, bytes(row.root))
    assert {(tile.level, tile.n) for tile in Tile.objects.all()} == {(0, n) for n in range(5)}


def test_every_event_is_provable_in_one_checkpoint_and_in_every_later_one(
    session: psycopg.Connection, log_key: None
) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    events: list[AppendedEvent] = []
    heads = []
    for count in (1, 2, 252, 1, 300, 700):
        events += write(count)
        drain(sequencer)
        heads.append(sequencer.sign_checkpoint(AT))
    for head in heads:
        assert head is not None
        inside = events[: head.size]
        proofs = inclusion_proofs([event.event_id for event in inside], size=head.size)
        for event in inside:
            proof = proofs[event.event_id]
            check_inclusion(event.leaf, proof.index, head.size, proof.path, head.root)
    for old in heads:
        for new in heads:
            if old and new and old.size <= new.size:
                check_consistency(old.size, new.size, old.root, new.root, consistency(old.size, new.size))
    with pytest.raises(NotSequenced):
        inclusion_proofs([events[5].event_id], size=3)
    with pytest.raises(NotSequenced):
        inclusion_proofs([uuid.uuid4()], size=3)


def test_an_event_travels_from_the_writer_to_a_stranger_who_checks_it(
    session: psycopg.Connection, log_key: None
) -> None:
    subject = os.urandom(16)
    [first] = write(1, subject)
    write(40)
    [second] = write(1, subject)
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    drain(sequencer)
    sequencer.sign_checkpoint(AT)
    ids = events_of_subject(subject)
    assert ids == [first.event_id, second.event_id]
    checkpoint = checkpoint_covering(ids)
    assert checkpoint is not None
    proofs = inclusion_proofs(ids, size=checkpoint.size)
    for event_id, said in event_fields(ids).items():
        shown = disclose(said.schema, said.fields, said.key, ["/event/n", "/removal/how"])
        proof = proofs[event_id]
        octets = TlogProof(proof.index, proof.path, bytes(checkpoint.note)).render()
        assert check_disclosed(shown)["/removal/how"] == "listing"
        assert shown.entry.encode() == said.entry
        assert check_proof(octets, said.entry, [verifier()]).size == 42


def test_a_restarted_sequencer_goes_on_where_the_last_one_ended(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    for count in (5, 300, 1_000):
        with committed_db.connect("sequencer") as each:
            write(count)
            sequencer = Sequencer(each, SIGNER, outside_of(each))
            drain(sequencer)
            assert sequencer.sign_checkpoint(AT)
    assert Sequencer(session, SIGNER, outside_of(session)).size == 1_305
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [5, 305, 1_305]


def test_a_rolled_back_writer_takes_no_place(session: psycopg.Connection) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    kept = write(3)
    with transaction.atomic():
        write(50)
        transaction.set_rollback(True)
    kept += write(2)
    assert drain(sequencer) == 5
    ordered = SequencedEvent.objects.order_by("seq").values_list("seq", "event_id")
    assert list(ordered) == list(enumerate(event.event_id for event in kept))


def test_an_event_committed_late_is_not_skipped(committed_db: CommittedDatabase, session: psycopg.Connection) -> None:
    """A writer with earlier identities that commits after a later one was ordered: "id > last seen" would lose it."""
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    slow = committed_db.connect("app", autocommit=False)
    early = uuid.uuid4()
    slow.execute(
        "INSERT INTO ledger_event (event_id, log_id, subject, n, leaf, created_at) VALUES (%s, 1, %s, 0, %s, now())",
        [early, os.urandom(16), b"{}"],
    )
    slow.execute("INSERT INTO ledger_pending (log_id, event_id) VALUES (1, %s)", [early])
    [quick] = write(1)
    assert drain(sequencer) == 1
    slow.commit()
    assert drain(sequencer) == 1
    assert dict(SequencedEvent.objects.values_list("seq", "event_id")) == {0: quick.event_id, 1: early}


def test_of_two_sequencers_at_work_one_is_fenced_and_nothing_is_lost(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    first = Sequencer(session, SIGNER, outside_of(session))
    write(10)
    drain(first)
    session.execute("SELECT pg_advisory_unlock_all()")  # as if its lock had been lost with a connection
    second = Sequencer(committed_db.connect("sequencer"), SIGNER, outside_of(session))
    events = write(5)
    drain(second)
    later = write(7)
    with pytest.raises(Fenced):
        first.sequence_batch()
    with pytest.raises(LogBroken):
        first.sequence_batch()
    with pytest.raises(LogBroken):
        first.sign_checkpoint(AT)
    assert drain(second) == 7
    assert SequencedEvent.objects.count() == Edge.objects.get().size == 22
    assert set(SequencedEvent.objects.filter(seq__gte=10).values_list("event_id", flat=True)) == {
        event.event_id for event in [*events, *later]
    }


def test_a_second_sequencer_waits_for_the_lock_of_the_first(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    Sequencer(session, SIGNER, outside_of(session))
    other = committed_db.connect("sequencer")
    other.execute("SET lock_timeout = '50ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        Sequencer(other, SIGNER, outside_of(other))
    session.close()
    assert Sequencer(other, SIGNER, outside_of(other)).size == 0


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("ledger_edge", "UPDATE ledger_edge SET root = decode(repeat('00', 32), 'hex')"),
        ("ledger_edge", "UPDATE ledger_edge SET size = size - 1"),
        ("ledger_edge", "UPDATE ledger_edge SET partials = partials - '1'"),
        ("ledger_tile", "UPDATE ledger_tile SET hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1) WHERE n = 1"),
        ("ledger_tile", "DELETE FROM ledger_tile WHERE n = 0"),
        ("ledger_checkpoint", "UPDATE ledger_checkpoint SET root = decode(repeat('00', 32), 'hex')"),
        ("ledger_checkpoint", "UPDATE ledger_checkpoint SET size = size + 1"),
    ],
)
def test_a_log_that_an_administrator_changed_is_not_signed_again(
    committed_db: CommittedDatabase, session: psycopg.Connection, table: str, statement: str
) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    write(600)
    drain(sequencer)
    sequencer.sign_checkpoint(AT)
    session.close()
    broken(committed_db.connect("superuser"), table, statement)
    with pytest.raises(LedgerError):
        Sequencer(committed_db.connect("sequencer"), SIGNER, outside_of(session))


def test_a_log_restored_from_before_its_last_checkpoint_is_not_signed_again(
    committed_db: CommittedDatabase, session: psycopg.Connection, tmp_path: Path
) -> None:
    """Rollback, and the fork that would follow: both are refused because the reserve outlived them."""
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    write(100)
    drain(sequencer)
    superuser = committed_db.connect("superuser")
    before = superuser.execute("SELECT size, root, partials FROM ledger_edge").fetchone()
    assert before is not None
    write(20)
    drain(sequencer)
    sequencer.sign_checkpoint(AT)
    session.close()
    broken(superuser, "ledger_seq", "DELETE FROM ledger_seq WHERE seq >= 100")
    superuser.execute(
        "UPDATE ledger_edge SET size = %s, root = %s, partials = %s",
        [before[0], before[1], psycopg.types.json.Jsonb(before[2])],
    )
    with committed_db.connect("sequencer") as rolled_back, pytest.raises(LogBroken, match="Rolled back"):
        Sequencer(rolled_back, SIGNER, outside_of(rolled_back))
    broken(superuser, "ledger_checkpoint", "DELETE FROM ledger_checkpoint")
    with committed_db.connect("sequencer") as rolled_back, pytest.raises(RolledBack, match="120 were reserved"):
        Sequencer(rolled_back, SIGNER, outside_of(rolled_back))
    with committed_db.connect("sequencer") as forking:
        write(20)
        elsewhere = Outside(Publication(FileShelf(tmp_path / "log")), Reserve(FileShelf(tmp_path / "reserve"), ORIGIN))
        assert drain(Sequencer(forking, SIGNER, elsewhere)) == 20
    with committed_db.connect("sequencer") as forked, pytest.raises(LogBroken, match="Fork"):
        Sequencer(forked, SIGNER, outside_of(forked))


def test_a_row_that_changed_between_writing_and_reading_back_stops_the_sequencer(
    committed_db: CommittedDatabase, session: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F3, a flipped bit in a stored leaf: the database is changed for real in the moment before the read-back."""
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    events = write(300)
    superuser = committed_db.connect("superuser")
    read_back = sequencer._read_back

    def flipped(*arguments: object) -> None:
        broken(
            superuser,
            "ledger_event",
            "UPDATE ledger_event SET leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1)"
            f" WHERE event_id = '{events[7].event_id}'",
        )
        read_back(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sequencer, "_read_back", flipped)
    with pytest.raises(LogBroken, match="read back"):
        sequencer.sequence_batch()
    with pytest.raises(LogBroken):
        sequencer.sign_checkpoint(AT)
    assert not Checkpoint.objects.exists()


def test_a_queue_that_names_no_event_stops_the_sequencer(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    committed_db.connect("app").execute("INSERT INTO ledger_pending (log_id, event_id) VALUES (1, %s)", [uuid.uuid4()])
    with pytest.raises(LogBroken, match="does not exist"):
        Sequencer(session, SIGNER, outside_of(session)).sequence_batch()
    assert PendingEvent.objects.count() == 1


def test_a_key_of_another_log_does_not_sign_this_one(
    committed_db: CommittedDatabase, session: psycopg.Connection
) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    write(1)
    drain(sequencer)
    sequencer.sign_checkpoint(AT)
    session.close()
    with pytest.raises(LogBroken, match="another log"):
        Sequencer(
            committed_db.connect("sequencer"),
            Signer("live.daybook.invalid/ledger/1", bytes(range(32))),
            outside_of(session),
        )


def test_the_app_cannot_order_sign_or_unqueue(committed_db: CommittedDatabase) -> None:
    write(1)
    app = committed_db.connect("app")
    for statement in (
        "INSERT INTO ledger_seq SELECT 1, 0, event_id FROM ledger_event",
        "DELETE FROM ledger_pending",
        "UPDATE ledger_edge SET size = 7",
        "INSERT INTO ledger_edge VALUES (1, 0, '', '{}')",
        "INSERT INTO ledger_tile VALUES (1, 0, 0, '')",
        "INSERT INTO ledger_checkpoint VALUES (1, 1, '', '', now())",
        "UPDATE ledger_event SET n = 9",
        "DELETE FROM ledger_event_content",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_checkpoints_keep_their_beat_unless_one_is_asked_for(session: psycopg.Connection) -> None:
    sequencer = Sequencer(session, SIGNER, outside_of(session))
    now = [AT]
    signed: list[int] = []

    class Ended(Exception):
        """The end of the story below."""

    def story() -> Iterator[bool]:
        yield False
        write(3)
        yield False
        yield False
        assert signed == [3]
        write(2)
        yield False
        now[0] += timedelta(seconds=59)
        yield False
        assert signed == [3]
        now[0] += timedelta(seconds=1)
        yield False
        assert signed == [3, 5]
        write(1)
        yield True
        yield False
        assert signed == [3, 5, 6]
        raise Ended

    told = story()
    with pytest.raises(Ended):
        run_sequencer(
            sequencer,
            interval=timedelta(seconds=60),
            clock=lambda: now[0],
            wait=lambda: next(told),
            signed=lambda checkpoint: signed.append(checkpoint.size),
        )


def test_asking_for_a_checkpoint_reaches_the_sequencers_channel_at_commit(session: psycopg.Connection) -> None:
    session.execute("LISTEN daybook_checkpoint_wanted")
    with transaction.atomic():
        want_checkpoint()
        assert list(session.notifies(timeout=0)) == []
    assert [each.channel for each in session.notifies(timeout=5, stop_after=1)] == ["daybook_checkpoint_wanted"]


def test_the_settings_of_a_test_name_the_key_that_the_sequencer_is_given(committed_db: CommittedDatabase) -> None:
    env = committed_db.env_as("sequencer")
    with open(env["DAYBOOK_LOG_KEY_FILE"], "rb") as file:
        signer = Signer(env["DAYBOOK_LOG_ORIGIN"], file.read())
    assert signer.verifier().vkey() == settings.DAYBOOK_LOG_VKEY
    assert "DAYBOOK_LOG_KEY_FILE" not in committed_db.env_as("app")
    assert leaf_hash(b"") != signer.verifier().public_key
