"""A database administrator changes one thing at a time, and the next fsck names it (L7, L8)."""

from base64 import b64encode

import psycopg
import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from archive.access.audit import audit, audit_batch_seal
from archive.capture.models import CaptureRun, Exchange, ObservationKind, Who
from archive.capture.removals import observation_write
from archive.ledger import content_checks
from archive.ledger.content_checks import CONTENTS
from archive.ledger.fsck import Finding, Step, fsck
from archive.ledger.merkle import leaf_hash
from archive.ledger.models import FsckFinding, FsckRun
from archive.ledger.sequencer import Sequencer
from archive.ledger.tiles import Edge
from archive.records.models import Record
from tests.archive.capture.world import AT as WORLD_AT
from tests.archive.destruction import scene
from tests.archive.ledger.test_sequencer import AT, ORIGIN, SIGNER, broken, drain, write
from tests.committed import CommittedDatabase
from tests.outside import folder_of, outside_of

pytestmark = pytest.mark.commits


@pytest.fixture
def superuser(committed_db: CommittedDatabase, settings: Settings) -> psycopg.Connection:
    """A small archive with a log of 600 entries and two checkpoints, and the hand that may do anything to it."""
    folder = folder_of(committed_db.name)
    settings.DAYBOOK_LOG_VKEY, settings.DAYBOOK_LOG_ORIGIN = SIGNER.verifier().vkey(), ORIGIN
    settings.LOG_PUBLICATION_URL, settings.LOG_RESERVE_URL = f"file://{folder}/log", f"file://{folder}/reserve"
    settings.CAPTURE_LISTENERS = []
    account = scene.page()
    scene.comments(account, {"1": "one", "2": "two"})
    person = scene.person("clerk", "records-clerk")
    with transaction.atomic():
        audit(person, "test.act", at=AT, object_kind="record", object_ref="x")
    audit_batch_seal(at=AT)
    with transaction.atomic():
        observation_write(
            Record.objects.order_by("pk")[0],
            run=CaptureRun.objects.get(),
            kind=ObservationKind.REMOVED,
            who=Who.UNKNOWN,
            basis="status-404",
            exchange_id=Exchange.objects.get().pk,
            at=WORLD_AT,
        )
    with committed_db.connect("sequencer") as session:
        sequencer = Sequencer(session, SIGNER, outside_of(session))
        for count in (300, 290):
            write(count)
            drain(sequencer)
            sequencer.sign_checkpoint(AT)
    assert found() == set(), "nothing is wrong before"
    return committed_db.connect("superuser")


def found() -> set[str]:
    """Run fsck; return the codes of its findings."""
    run = FsckRun.objects.create(started_at=timezone.now())
    fsck(run, now=timezone.now, tell=lambda _name, _rows: None, cursor={})
    assert run.finished_at is not None
    assert run.findings == run.found.count()
    return set(run.found.values_list("code", flat=True))


def flip(table: str, column: str, where: str = "") -> tuple[str, str]:
    """Return the table and a statement that flips one bit of a column."""
    return table, f"UPDATE {table} SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1) {where}"


AN_EVENT = "(SELECT event_id FROM ledger_seq WHERE seq = 100)"

CHANGES = {
    "a leaf": (
        *flip("ledger_event", "leaf", f"WHERE event_id = {AN_EVENT}"),
        "entry.changed",
    ),
    "a tile": (
        *flip("ledger_tile", "hashes", "WHERE level = 0"),
        "tile.changed",
    ),
    "no tile": ("ledger_tile", "DELETE FROM ledger_tile WHERE level = 0 AND n = 1", "tile.missing"),
    "the root": (*flip("ledger_edge", "root"), "edge.root"),
    "the size": ("ledger_edge", "UPDATE ledger_edge SET size = size - 1", "edge.size"),
    "an edge tile": (
        "ledger_edge",
        "UPDATE ledger_edge SET partials = jsonb_set(partials, '{1}', '\"AAAA\"')",
        "edge.tile",
    ),
    "a place": ("ledger_seq", "DELETE FROM ledger_seq WHERE seq = 77", "log.gap"),
    "the last places": ("ledger_seq", "DELETE FROM ledger_seq WHERE seq >= 590", "log.rolled-back"),
    "a root that was signed": (
        *flip("ledger_checkpoint", "root"),
        "checkpoint.root",
    ),
    "a note": (
        *flip("ledger_checkpoint", "note"),
        "checkpoint.signature",
    ),
    "what an event says": (
        "ledger_event_content",
        "UPDATE ledger_event_content SET fields ="
        f" replace(convert_from(fields, 'UTF8'), 'listing', 'lasting')::bytea WHERE event_id = {AN_EVENT}",
        "content.changed",
    ),
    "the key of an event": (*flip("ledger_event_content", "key", f"WHERE event_id = {AN_EVENT}"), "content.changed"),
    "the schema of an event": (
        "ledger_event_content",
        f"UPDATE ledger_event_content SET schema = 'record/1' WHERE event_id = {AN_EVENT}",
        "content.changed",
    ),
    "unreadable fields": (
        "ledger_event_content",
        f"UPDATE ledger_event_content SET fields = '{{' WHERE event_id = {AN_EVENT}",
        "content.unreadable",
    ),
    "content without authority": (
        "ledger_event_content",
        f"DELETE FROM ledger_event_content WHERE event_id = {AN_EVENT}",
        "content.missing",
    ),
    "the head of a chain": (*flip("ledger_subject", "head"), "chain.head"),
    "the length of a chain": ("ledger_subject", "UPDATE ledger_subject SET n = n + 1", "chain.count"),
    "when something was posted": (
        "version",
        "UPDATE version SET posted_at = posted_at - interval '1 day'",
        "version.changed",
    ),
    "the event of a version": (
        "version",
        "UPDATE version SET event_id = gen_random_uuid() WHERE id = (SELECT min(id) FROM version)",
        "version.event-missing",
    ),
    "a slice": (*flip("exchange_slice", "raw"), "slice.changed"),
    "no slice": ("exchange_slice", "DELETE FROM exchange_slice", "slice.missing"),
    "a frame": ("exchange_frame", "UPDATE exchange_frame SET body = body || '!'::bytea", "frame.changed"),
    "an answer's status": ("exchange", "UPDATE exchange SET status = 404", "exchange.changed"),
    "who removed it": ("observation", "UPDATE observation SET who = 'author'", "observation.changed"),
    "an audit entry": ("audit_entry", "UPDATE audit_entry SET action = 'nothing'", "audit.changed"),
    "an audit entry in no batch": ("audit_batch_entry", "DELETE FROM audit_batch_entry", "audit.unbatched"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_behind_our_back_is_named(superuser: psycopg.Connection, what: str) -> None:
    table, statement, code = CHANGES[what]
    broken(superuser, table, statement)
    assert code in found()


def test_an_event_that_was_taken_out_of_the_queue_is_named(superuser: psycopg.Connection) -> None:
    write(2)
    waiting = "FROM ledger_pending p WHERE p.event_id = e.event_id"
    aged = f"UPDATE ledger_event e SET created_at = now() - interval '{{}} s' {waiting}"
    broken(superuser, "ledger_event", aged.format(5))
    assert found() == set(), "fresh events may wait a minute"
    broken(superuser, "ledger_event", aged.format(300))
    assert found() == {"event.waits"}
    superuser.execute("DELETE FROM ledger_pending")
    assert found() == {"event.unqueued"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("log/tile/0/000", "published.changed"),
        ("log/checkpoint", "published.checkpoint"),
        ("log/checkpoints/304", "published.note"),
    ],
)
def test_a_bit_that_flips_in_a_published_file_is_named(
    superuser: psycopg.Connection, committed_db: CommittedDatabase, name: str, code: str
) -> None:
    folder = folder_of(committed_db.name)
    path = folder / name if (folder / name).exists() else min((folder / "log/checkpoints").iterdir())
    octets = bytearray(path.read_bytes())
    octets[40] ^= 1
    path.write_bytes(octets)
    assert found() == {code}


def test_a_reserve_that_cannot_be_read_is_a_finding_and_the_rest_is_still_checked(
    superuser: psycopg.Connection, committed_db: CommittedDatabase
) -> None:
    last = max(path for path in (folder_of(committed_db.name) / "reserve").rglob("*") if path.is_file())
    octets = bytearray(last.read_bytes())
    octets[3] ^= 1
    last.write_bytes(octets)
    broken(superuser, "observation", "UPDATE observation SET who = 'author'")
    assert found() == {"reserve.unreadable", "observation.changed"}


def test_a_rewritten_log_that_is_sound_in_itself_is_caught_by_what_lies_outside(
    superuser: psycopg.Connection, committed_db: CommittedDatabase
) -> None:
    """Everything in the database is made again over another leaf, as only its administrator can."""
    broken(superuser, *flip("ledger_event", "leaf", f"WHERE event_id = {AN_EVENT}"))
    rows = superuser.execute("SELECT leaf FROM ledger_seq JOIN ledger_event USING (event_id) ORDER BY seq").fetchall()
    edge = Edge()
    tiles = edge.append([leaf_hash(bytes(row[0])) for row in rows])
    for tile in tiles:
        broken(
            superuser,
            "ledger_tile",
            f"UPDATE ledger_tile SET hashes = '\\x{tile.hashes.hex()}' WHERE level = {tile.level} AND n = {tile.n}",
        )
    partials = {str(level): b64encode(hashes).decode() for level, hashes in edge.stored().items()}
    superuser.execute(
        "UPDATE ledger_edge SET root = %s, partials = %s", [edge.root(), psycopg.types.json.Jsonb(partials)]
    )
    broken(superuser, "ledger_checkpoint", "DELETE FROM ledger_checkpoint")
    assert {"reserve.root", "published.changed"} <= found()


def test_a_stopped_run_goes_on_where_it_was(superuser: psycopg.Connection) -> None:
    run = FsckRun.objects.create(started_at=timezone.now())
    cursor: dict[str, int] = {}

    class Stopped(Exception):
        pass

    def stop(name: str, _rows: int) -> None:
        if name == "versions":
            raise Stopped

    with pytest.raises(Stopped):
        fsck(run, now=timezone.now, tell=stop, cursor=cursor)
    done = dict(run.counts)
    names: list[str] = []
    fsck(run, now=timezone.now, tell=lambda name, _rows: names.append(name), cursor=cursor)
    assert names[0] in {"versions", "observations"}
    assert "log" not in names
    assert run.counts["log"] == done["log"]
    assert run.finished_at is not None


def test_the_command_ends_with_one_when_there_is_a_finding(
    superuser: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("fsck")
    assert "No findings" in capsys.readouterr().out
    broken(superuser, "observation", "UPDATE observation SET who = 'author'")
    with pytest.raises(SystemExit, match="1"):
        call_command("fsck")
    assert "observation.changed" in capsys.readouterr().out
    assert FsckFinding.objects.get().expected == "removed unknown status-404"


def test_a_finding_says_no_word_of_what_was_captured(superuser: psycopg.Connection) -> None:
    broken(superuser, "exchange_slice", "UPDATE exchange_slice SET raw = raw || 'secret words'::bytea")
    assert "slice.changed" in found()
    assert "secret" not in " ".join(FsckFinding.objects.values_list("found", flat=True))


def test_many_contents_are_judged_by_several_processes_alike(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(superuser, *flip("ledger_event_content", "key", f"WHERE event_id = {AN_EVENT}"))
    alone = list(CONTENTS.run(0))
    monkeypatch.setattr(content_checks, "STRETCH", 100)
    together = list(CONTENTS.run(0))
    assert [one for one in together if isinstance(one, Finding)] == [one for one in alone if isinstance(one, Finding)]
    assert sum(one.rows for one in together if isinstance(one, Step)) == sum(
        one.rows for one in alone if isinstance(one, Step)
    )
