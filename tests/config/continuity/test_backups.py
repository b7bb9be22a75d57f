"""A backup is sealed, read back, signed, incremental, and gone on the day on which retention says so."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from archive.access.actor import Actor
from archive.storage.backups import BackupCopy, BackupKind, BackupProof, BackupRun, BackupState
from archive.storage.contract import Unavailable
from archive.storage.models import StoredObject
from config.continuity.backups import backup_make
from config.continuity.errors import NoSheet, NotOurs, WrongKey
from config.continuity.file_place import FilePlace
from config.continuity.keeping import Round, round_due
from config.continuity.manifest import checked_part, folder, manifest_names, manifest_read
from config.continuity.pruning import backups_prune, leftovers_sweep
from config.continuity.restoring import newest_manifest, state_fetch, trusted_by
from config.continuity.scratch import backup_prove, sheet_prove
from config.continuity.sealing import identity_new, identity_read, unseal
from config.continuity.selectors import Alarm, backup_state
from config.continuity.sheets import sheet_confirm, sheet_new
from tests.config.continuity.house import House

PEOPLE = Actor(process="test")


def test_without_a_sheet_nothing_is_backed_up(home: House, place: Path) -> None:
    with pytest.raises(NoSheet, match="recovery-sheet"):
        backup_make(FilePlace(place), at=timezone.now())
    assert Alarm.NO_SHEET in backup_state(timezone.now()).alarms


def test_a_backup_is_whole_then_incremental_and_says_nothing_in_clear(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    base = backup_make(second, at=timezone.now())
    more = backup_make(second, at=timezone.now())
    assert (base.kind, more.kind) == (BackupKind.BASE, BackupKind.INCREMENT)
    assert more.parent == base
    assert more.octets * 4 < base.octets
    assert base.objects_copied == StoredObject.objects.count()
    assert more.objects_copied == 0
    everything = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    secrets = [path.read_bytes() for path in (home.state.directory / "secrets").iterdir()]
    assert b"river walk" not in everything
    assert not any(secret in everything for secret in secrets)
    assert made.identity.encode() not in everything
    kept = b"".join(path.read_bytes() for path in home.state.directory.rglob("*") if path.is_file())
    assert made.identity.encode() not in kept  # the private key is on paper only


def test_the_sheets_key_alone_opens_and_recognises_a_backup(home: House, place: Path, tmp_path: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    run = backup_make(second, at=timezone.now())
    typed = identity_read(f"copied by hand:\n{made.identity[:20].lower()} {made.identity[20:]}\n")
    manifest = newest_manifest(second, trusted_by(typed, second))
    assert manifest.name == run.name
    state_fetch(second, manifest, typed, tmp_path / "state")
    for name in ("log-key", "recapture-key", "secret-key"):
        assert (tmp_path / "state" / "secrets" / name).read_bytes() == home.state.secrets.key_file(name).read_bytes()
    stranger = identity_new()
    with pytest.raises(NotOurs):
        newest_manifest(second, trusted_by(stranger, second))
    with pytest.raises(WrongKey):
        unseal((checked_part(second, part) for part in manifest.state), stranger, lambda chunk: None)


def test_a_forged_or_altered_backup_is_refused(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    run = backup_make(second, at=timezone.now())
    trusted = trusted_by(identity_read(made.identity), second)
    manifest = manifest_read(second, run.name, trusted)
    part = place / manifest.cluster[0].name
    octets = bytearray(part.read_bytes())
    octets[len(octets) // 2] ^= 1
    part.unlink()
    part.write_bytes(octets)
    with pytest.raises(NotOurs, match="not what was put there"):
        checked_part(second, manifest.cluster[0])
    listing = place / folder(run.name) / "manifest.json"
    told = listing.read_bytes().replace(b'"objects": ', b'"objects":  ')
    listing.unlink()
    listing.write_bytes(told)
    with pytest.raises(NotOurs):
        manifest_read(second, run.name, trusted)


def test_a_new_sheet_begins_anew_and_copies_every_object_again(home: House, place: Path) -> None:
    second = FilePlace(place)
    first = sheet_new(actor=PEOPLE, at=timezone.now())
    backup_make(second, at=timezone.now())
    other = sheet_new(actor=PEOPLE, at=timezone.now())
    run = backup_make(second, at=timezone.now())
    assert run.kind == BackupKind.BASE
    assert run.objects_copied == StoredObject.objects.count()
    for made, names in ((first, 1), (other, 1)):
        assert len(trusted_by(identity_read(made.identity), second)) == names
    assert newest_manifest(second, trusted_by(identity_read(first.identity), second)).sheet == 1
    assert newest_manifest(second, trusted_by(identity_read(other.identity), second)).sheet == 2


def test_a_sheet_is_read_when_its_key_was_typed_from_paper(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    assert Alarm.SHEET_UNREAD in backup_state(timezone.now()).alarms
    with pytest.raises(WrongKey, match="checksum"):
        sheet_confirm(made.identity[:-1] + ("Q" if made.identity[-1] != "Q" else "P"), actor=PEOPLE, at=timezone.now())
    with pytest.raises(WrongKey, match="no sheet"):
        sheet_confirm(str(identity_new()), actor=PEOPLE, at=timezone.now())
    assert sheet_confirm(made.identity, actor=PEOPLE, at=timezone.now()) == made.sheet
    assert Alarm.SHEET_UNREAD not in backup_state(timezone.now()).alarms


def test_a_place_that_is_not_mounted_fails_the_run_and_says_so(home: House, place: Path) -> None:
    sheet_new(actor=PEOPLE, at=timezone.now())
    place.rmdir()
    with pytest.raises(Unavailable, match="mounted"):
        backup_make(FilePlace(place), at=timezone.now())
    [run] = BackupRun.objects.all()
    assert run.state == BackupState.FAILED
    assert "mounted" in run.failure


def test_the_alarm_comes_after_26_hours(home: House, place: Path) -> None:
    sheet_new(actor=PEOPLE, at=timezone.now())
    run = backup_make(FilePlace(place), at=timezone.now())
    assert Alarm.LATE not in backup_state(run.started_at + timedelta(hours=26)).alarms
    assert Alarm.LATE in backup_state(run.started_at + timedelta(hours=26, seconds=1)).alarms


def test_a_chain_ages_out_on_the_very_day_that_retention_reckons_with(home: House, place: Path) -> None:
    sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    began = datetime.fromisoformat("2026-03-02T05:30:00+00:00")  # still the first of March in Chicago
    base = backup_make(second, at=began)
    more = backup_make(second, at=began + timedelta(days=1))
    assert more.base == base
    assert backups_prune(second, at=datetime.fromisoformat("2026-04-05T04:59:00+00:00")) == []  # 4 April in Chicago
    assert manifest_names(second) == [base.name, more.name]
    gone = backups_prune(second, at=datetime.fromisoformat("2026-04-05T05:00:00+00:00"))
    assert gone == [base.name, more.name]
    assert manifest_names(second) == []
    assert not list((place / "backups").rglob("*.0*")) if (place / "backups").exists() else True
    assert {run.state for run in BackupRun.objects.all()} == {BackupState.PRUNED}


def test_the_copy_of_a_destroyed_object_goes_with_the_horizon(home: House, place: Path) -> None:
    sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    now = timezone.now()
    backup_make(second, at=now)
    stored = StoredObject.objects.filter(doomed_at=None).first()
    assert stored is not None
    try:
        StoredObject.objects.filter(pk=stored.pk).update(doomed_at=now)
        backups_prune(second, at=now + timedelta(days=33))
        assert BackupCopy.objects.filter(key=stored.key).exists()
        assert list(place.rglob(f"{stored.key}.*"))
        backups_prune(second, at=now + timedelta(days=36))
        assert not BackupCopy.objects.filter(key=stored.key).exists()
        assert not list(place.rglob(f"{stored.key}.*"))
    finally:
        StoredObject.objects.filter(pk=stored.pk).update(doomed_at=None)


def test_a_backup_proves_itself_by_a_key_that_nobody_keeps(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    proof = backup_prove(FilePlace(place), at=timezone.now(), records=100)
    assert proof.held, proof.finding
    assert proof.records == 100
    assert proof.run.kind == BackupKind.INCREMENT
    whole = sheet_prove(FilePlace(place), identity_read(made.identity), records=100)
    assert whole.held, whole.finding
    assert whole.records == 100
    assert whole.objects_opened == StoredObject.objects.count()
    standing = backup_state(timezone.now())
    assert standing.scratch_proof
    assert standing.sheet_proof
    assert Alarm.PROOF_LATE not in standing.alarms
    assert not list(home.state.cluster.parent.glob("*.scratch-*"))


def test_a_proof_finds_what_was_altered_at_the_second_place(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    backup_make(FilePlace(place), at=timezone.now())
    copy = next(iter((place / "objects").rglob("*.00000")))
    octets = bytearray(copy.read_bytes())
    octets[-1] ^= 1
    copy.unlink()
    copy.write_bytes(octets)
    proof = sheet_prove(FilePlace(place), identity_read(made.identity), records=100)
    assert not proof.held
    assert "Object" in proof.finding
    assert Alarm.PROOF_FAILED in backup_state(timezone.now()).alarms


def test_a_backup_that_was_cut_short_is_told_and_its_files_are_swept(home: House, place: Path) -> None:
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    second = FilePlace(place)
    whole = backup_make(second, at=timezone.now())
    cut = BackupRun.objects.create(
        name=whole.name.replace("base", "increment"), kind="increment", sheet=made.sheet, started_at=timezone.now()
    )
    second.put(f"{folder(cut.name)}/cluster.00000", b"a part")
    second.put(f"objects/{made.sheet.number}/00/00000000-0000-4000-8000-000000000000.abcd.00000", b"a try")
    assert newest_manifest(second, trusted_by(identity_read(made.identity), second)).name == whole.name
    backup_make(second, at=timezone.now())
    cut.refresh_from_db()
    assert cut.state == BackupState.FAILED
    assert backups_prune(second, at=timezone.now()) == [cut.name]
    assert not list(second.names(folder(cut.name)))
    assert leftovers_sweep(second) == 1


def test_a_round_is_due_when_the_last_is_a_day_old_and_a_proof_once_a_month(home: House, place: Path) -> None:
    assert round_due(timezone.now()) is Round.NOTHING  # no sheet
    made = sheet_new(actor=PEOPLE, at=timezone.now())
    now = timezone.now()
    assert round_due(now) is Round.PROOF
    run = BackupRun.objects.create(name="x-base-1", kind="base", sheet=made.sheet, started_at=now, state="good")
    assert round_due(now + timedelta(hours=23)) is Round.NOTHING
    proof = {"run": run, "kind": "scratch", "records": 1, "seconds": 1.0, "held": True}
    BackupProof.objects.create(at=now, **proof)
    assert round_due(now + timedelta(hours=24)) is Round.BACKUP
    assert round_due(now + timedelta(days=30)) is Round.PROOF
    BackupRun.objects.create(name="x-base-2", kind="base", sheet=made.sheet, started_at=now, state="failed")
    assert round_due(now + timedelta(minutes=14)) is Round.NOTHING
