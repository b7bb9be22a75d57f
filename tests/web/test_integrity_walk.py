"""The Integrity page says what is in force and no more; the public log serves what a stranger's tools read."""

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from archive.jobs.models import Job
from archive.ledger.models import Anchor, AnchorTarget, FsckFinding, FsckRun, LedgerEvent, SequencedEvent
from archive.ledger.note import open_checkpoint
from archive.ledger.proof import check_proof
from archive.ledger.sequencer import Sequencer
from archive.storage.backups import BackupRun, BackupSheet
from archive.storage.models import FixityAcknowledgement, FixityFinding
from config.drills.names import DRILLS
from config.drills.results import DrillResult, result_write
from config.tasks import FSCK
from tests.archive.ledger.test_sequencer import ORIGIN, SIGNER, drain
from tests.committed import CommittedDatabase
from tests.outside import folder_of, outside_of
from tests.web.captured import a_thread
from tests.web.test_search_walk import page, signed_in, words_of
from tests.web.world import World, world_make

pytestmark = pytest.mark.commits


@pytest.fixture
def world(committed_db: CommittedDatabase, settings: Settings) -> World:
    folder = folder_of(committed_db.name)
    settings.DAYBOOK_LOG_VKEY, settings.DAYBOOK_LOG_ORIGIN = SIGNER.verifier().vkey(), ORIGIN
    settings.LOG_PUBLICATION_URL, settings.LOG_RESERVE_URL = f"file://{folder}/log", f"file://{folder}/reserve"
    return world_make()


def logged(database: CommittedDatabase, world: World) -> None:
    with database.connect("sequencer") as session:
        sequencer = Sequencer(session, SIGNER, outside_of(session))
        drain(sequencer)
        sequencer.sign_checkpoint(world.at)


def test_without_any_anchor_the_page_says_so(world: World) -> None:
    text = words_of(page(signed_in(world, "auditor"), "/integrity/"))
    assert "No outside anchor" in text
    assert "No check has ended yet." in text
    for word in ("immutable", "tamper-proof", "complete", "exact "):
        assert word not in text


def test_each_anchor_is_shown_with_its_date_and_its_trouble(world: World) -> None:
    AnchorTarget.objects.create(
        kind="tsa", name="clock", size=40, anchored_at=world.at, failures=3, failure="status 500"
    )
    Anchor.objects.create(
        size=40, kind="tsa", name="clock", at=world.at, received_at=world.at, octets=b"token", read=False
    )
    text = words_of(page(signed_in(world, "auditor"), "/integrity/"))
    assert "Time-stamping authority clock" in text
    assert "over 40 entries" in text
    assert "Failed 3 times in a row status 500" in text
    AnchorTarget.objects.update(failures=0)
    assert "our reader cannot read this token" in words_of(page(signed_in(world, "auditor"), "/integrity/"))


def test_a_log_that_stands_still_is_an_alarm(world: World, committed_db: CommittedDatabase, settings: Settings) -> None:
    a_thread(world)
    superuser = committed_db.connect("superuser")
    superuser.execute("ALTER TABLE ledger_event DISABLE TRIGGER ALL")
    superuser.execute("UPDATE ledger_event SET created_at = now() - interval '1 hour'")
    assert "The log stands still" in page(signed_in(world, "auditor"), "/integrity/")
    logged(committed_db, world)
    assert "The log stands still" not in page(signed_in(world, "auditor"), "/integrity/")


def test_a_database_that_was_put_back_is_told_from_one_that_waits(
    world: World, committed_db: CommittedDatabase
) -> None:
    a_thread(world)
    logged(committed_db, world)
    assert "put back to an earlier state" not in page(signed_in(world, "auditor"), "/integrity/")
    superuser = committed_db.connect("superuser")
    superuser.execute("ALTER TABLE ledger_edge DISABLE TRIGGER ALL")
    superuser.execute("UPDATE ledger_edge SET size = 1")
    text = words_of(page(signed_in(world, "auditor"), "/integrity/"))
    assert "The database was put back to an earlier state" in text
    assert "this database has 1" in text


def test_the_page_and_today_say_when_the_disk_fills_up(world: World, settings: Settings) -> None:
    client = signed_in(world, "administrator")
    assert "little room left" not in page(client, "/integrity/")
    assert "Make room on the disk" not in page(client, "/")
    Job.objects.create(kind="x", due_at=world.at, created_at=world.at, failure="storage.no_room: It waits.")
    settings.SPACE_FIRST_MARK_MB = 10**9
    text = words_of(page(client, "/integrity/"))
    assert "The disk has little room left" in text
    assert "1 piece of work" in text
    settings.SPACE_SECOND_MARK_MB = 10**9
    assert "Only words, decisions and proofs are taken now" in words_of(page(client, "/integrity/"))
    assert "Make room on the disk" in page(client, "/")
    assert "Make room on the disk" not in page(signed_in(world, "pio"), "/")


def test_a_late_backup_is_on_today_of_those_who_read_integrity(world: World, settings: Settings) -> None:
    sheet = BackupSheet.objects.create(number=1, recipient="age1x", signer="x", made_at=world.at)
    run = BackupRun(name="b", sheet=sheet, kind="base", state="good", finished_at=world.at)
    run.started_at = world.at - timedelta(hours=25)
    run.save()
    client = signed_in(world, "records-manager")
    assert "Look after the backup" not in page(client, "/")
    BackupRun.objects.update(started_at=world.at - timedelta(hours=27))
    assert "older than 26 hours" in page(client, "/")
    assert "Look after the backup" not in page(signed_in(world, "pio"), "/")


def test_an_alarm_of_fixity_is_closed_with_a_reason_by_those_who_may(world: World) -> None:
    key = uuid.uuid4()
    FixityFinding.objects.create(at=world.at, object_key=key, copy_key=key, store="file", code="irreparable")
    finding = FixityFinding.objects.get()
    address = f"/integrity/alarms/{finding.ref}/"
    auditor, admin = signed_in(world, "auditor"), signed_in(world, "administrator")
    assert str(key) in page(auditor, "/integrity/")
    assert address not in page(auditor, "/integrity/")
    assert auditor.post(address, {"reason": "x"}).status_code == 403
    assert address in page(admin, "/integrity/")
    assert "Answer for damaged copies" in page(admin, "/")
    assert "The alarm stays open" in admin.post(address, {"reason": " "}).content.decode()
    assert "The alarm is closed" in admin.post(address, {"reason": "The disk broke."}, follow=True).content.decode()
    assert str(key) not in page(admin, "/integrity/")
    assert "Closed" in words_of(page(admin, address))
    assert "Closed" in admin.post(address, {"reason": "Again."}).content.decode()
    assert FixityAcknowledgement.objects.count() == 1


def test_drills_are_shown_with_their_last_result_or_as_never_run(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    settings.DRILLS_FOLDER = str(tmp_path)
    assert words_of(page(signed_in(world, "auditor"), "/integrity/")).count("never run") == len(DRILLS)
    result_write(tmp_path, DrillResult("kill", 7, world.at, True, 12.0, "0.1.0"))
    result_write(tmp_path, DrillResult("dba", 8, world.at, False, 12.0, "0.1.0"))
    text = words_of(page(signed_in(world, "auditor"), "/integrity/"))
    assert text.count("never run") == len(DRILLS) - 2
    assert "version 0.1.0, seed 7 held, 12 s" in text
    assert "seed 8 did not hold" in text


def test_findings_of_the_last_check_are_listed_and_a_check_can_be_asked_for(world: World) -> None:
    run = FsckRun.objects.create(started_at=world.at, finished_at=world.at, counts={"log": 1234}, findings=1)
    FsckFinding.objects.create(run=run, code="entry.changed", place="entry 7", expected="aa", found="bb", at=world.at)
    Job.objects.create(kind=FSCK, due_at=world.at + timedelta(days=6), created_at=world.at)
    client = signed_in(world, "records-manager")
    text = words_of(page(client, "/integrity/"))
    assert "has 1 finding" in text
    assert "entry.changed entry 7 aa bb" in text
    assert "log 1,234" in text
    answer = client.post("/integrity/check/", follow=True)
    assert "The check begins within seconds" in answer.content.decode()
    assert Job.objects.get(kind=FSCK).due_at < world.at + timedelta(minutes=5)
    assert "A check is about to begin" in page(client, "/integrity/")


def test_a_reader_without_the_authority_has_no_button(world: World) -> None:
    assert "Check now" not in page(signed_in(world, "counsel"), "/integrity/")
    assert "Check now" in page(signed_in(world, "auditor"), "/integrity/")


def test_a_stranger_reads_the_log_and_its_files_without_signing_in(
    world: World, committed_db: CommittedDatabase
) -> None:
    a_thread(world)
    logged(committed_db, world)
    stranger = Client()
    shown = page(stranger, "/log/")
    assert SIGNER.verifier().vkey() in shown
    note = stranger.get("/log/checkpoint")
    head = open_checkpoint(note.content, [SIGNER.verifier()])
    assert stranger.get(f"/log/checkpoints/{head.size}").content == note.content
    tile = stranger.get(f"/log/tile/0/000.p/{head.size}")
    assert len(tile.content) == 32 * head.size
    assert "immutable" in tile.headers["Cache-Control"]
    bundle = stranger.get(f"/log/tile/entries/000.p/{head.size}").content
    first = bundle[2:59]
    assert hashlib.sha256(b"\x00" + first).digest() == tile.content[:32]
    for path in ("../checkpoint", "0/000.p/0", "64/000", "0/1", "0/000%2f..", "checkpoint"):
        assert stranger.get(f"/log/tile/{path}").status_code == 404
    for size in ("9" * 19, "9" * 300, "9" * 5_000, "-1", "0x1"):
        assert stranger.get(f"/log/checkpoints/{size}").status_code == 404


def test_a_proof_is_downloaded_and_holds_under_the_key_alone(world: World, committed_db: CommittedDatabase) -> None:
    record = a_thread(world)["a"]
    client = signed_in(world)
    address = f"/records/{record.ref}/versions/1/proof/"
    assert client.get(address).status_code == 404, "no checkpoint covers it yet"
    assert "Download the proof" not in page(client, f"/records/{record.ref}/")
    logged(committed_db, world)
    assert address in page(client, f"/records/{record.ref}/")
    answer = client.get(address)
    octets = answer.getvalue()
    entry = bytes(LedgerEvent.objects.get(pk=record.versions.get().event_id).leaf)
    assert check_proof(octets, entry, [SIGNER.verifier()]).size > 0
    assert entry.decode() in page(client, f"/records/{record.ref}/").replace("&quot;", '"')
    assert client.get(f"/records/{record.ref}/versions/9/proof/").status_code == 404
    assert client.get(f"/records/{uuid.uuid4()}/versions/1/proof/").status_code == 404


def test_an_anchor_over_a_record_is_named_on_its_page(world: World, committed_db: CommittedDatabase) -> None:
    records = a_thread(world).values()
    logged(committed_db, world)
    record = max(records, key=lambda one: SequencedEvent.objects.get(event_id=one.current.version.event_id).seq)
    client = signed_in(world)
    assert "Last outside anchor: none yet." in page(client, f"/records/{record.ref}/")
    Anchor.objects.create(size=1, kind="mail", name="x", at=world.at, received_at=world.at, octets=b"")
    assert "it does not cover this yet" in page(client, f"/records/{record.ref}/")
    Anchor.objects.create(size=10**6, kind="mail", name="x", at=world.at, received_at=world.at, octets=b"")
    assert "First outside anchor over it" in page(client, f"/records/{record.ref}/")
