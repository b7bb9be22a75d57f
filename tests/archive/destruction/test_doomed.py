"""Bytes of the destroyed go until a re-read says gone, whatever the store does meanwhile."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from archive.destruction.doomed import JOB, doomed_delete, doomed_enqueue
from archive.destruction.services import destroy_record
from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim, job_claim, job_enqueue
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Media, Version
from archive.storage.contract import Locked, StoreError, Unavailable
from archive.storage.file_store import FileEvidenceStore
from archive.storage.models import StoredObject
from archive.storage.services import object_put
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT

pytestmark = pytest.mark.django_db


class Flaky(FileEvidenceStore):
    """A real store whose next deletions go wrong: each word says how."""

    def __init__(self, location: Path, *troubles: str) -> None:
        super().__init__(location)
        self.troubles = list(troubles)

    def delete(self, key: str, version_id: str = "") -> None:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "failed":
            raise Unavailable("no answer")
        if trouble.startswith("locked"):
            raise Locked("under lock", AT + timedelta(days=35) if trouble == "locked" else None)
        if trouble != "pretended":
            super().delete(key, version_id)
        if trouble == "failed but happened":
            raise Unavailable("no answer")


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    return tmp_path / "store"


def doomed_record(account: Any, network_id: str, manager: Any) -> StoredObject:
    """Capture a record with one medium and destroy it; return the doomed object."""
    [record] = scene.comments(account, {network_id: "look"})
    version = Version.objects.get(record_id=record)
    stored = object_put([b"picture of " + network_id.encode()], compartment="public", at=AT)
    stored.save(force_insert=True)
    [event] = append_events(
        [
            EventDraft(
                kind="capture.media",
                schema="capture.media/1",
                subject=uuid.uuid4().bytes,
                fields={"/version": str(version.ref)},
                compartment="public",
                at=AT,
            )
        ]
    )
    Media.objects.create(
        version=version,
        record_id=record,
        n=0,
        media_type="image/png",
        stored=stored,
        event_id=event.event_id,
        captured_at=AT,
        compartment="public",
    )
    connection.check_constraints()
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    stored.refresh_from_db()
    assert stored.doomed_at is not None
    return stored


def claimed(at: datetime = AT) -> Claim:
    claim = job_claim(Job.objects.get(kind=JOB, state=JobState.WAITING).pk, at=at)
    assert claim is not None
    return claim


def work(store: FileEvidenceStore, at: datetime = AT) -> None:
    doomed_delete(claimed(at), stores={store.name: store}, now=lambda: at)


def test_the_bytes_and_their_row_go_and_the_job_ends(folder: Path) -> None:
    stored = doomed_record(scene.page(), "1", scene.person("manager", "records-manager"))
    store = FileEvidenceStore(folder)
    assert store.exists(str(stored.key))
    work(store)
    assert not store.exists(str(stored.key))
    assert not StoredObject.objects.exists()
    assert Job.objects.get(kind=JOB).state == JobState.DONE
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_the_digest_of_destroyed_bytes_stays_nowhere(folder: Path) -> None:
    stored = doomed_record(scene.page(), "1", scene.person("manager", "records-manager"))
    digest = bytes(stored.sha256)
    work(FileEvidenceStore(folder))
    assert not StoredObject.objects.filter(sha256=digest).exists()


@pytest.mark.parametrize("trouble", ["failed", "failed but happened", "pretended"])
def test_a_deletion_that_fails_or_only_seems_to_is_tried_again_until_gone(folder: Path, trouble: str) -> None:
    stored = doomed_record(scene.page(), "1", scene.person("manager", "records-manager"))
    store = Flaky(folder, trouble)
    claim = claimed()
    with pytest.raises(StoreError):
        doomed_delete(claim, stores={store.name: store}, now=lambda: AT)
    assert StoredObject.objects.filter(pk=stored.pk).exists()
    claim.fail(at=AT, sentence="no answer", retry=True)
    work(store, AT + timedelta(hours=1))
    assert not store.exists(str(stored.key))
    assert not StoredObject.objects.exists()


def test_bytes_under_lock_wait_for_its_end_and_do_not_hold_up_the_others(folder: Path) -> None:
    manager, account = scene.person("manager", "records-manager"), scene.page()
    locked, free = (doomed_record(account, n, manager) for n in "12")
    store = Flaky(folder, "locked")
    work(store)
    assert (store.exists(str(locked.key)), store.exists(str(free.key))) == (True, False)
    job = Job.objects.get(kind=JOB)
    assert (job.state, job.due_at) == (JobState.WAITING, AT + timedelta(days=35))
    work(store, AT + timedelta(days=35))
    assert not StoredObject.objects.exists()


def test_newly_doomed_bytes_do_not_wait_for_the_lock_of_others(folder: Path) -> None:
    manager, account = scene.person("manager", "records-manager"), scene.page()
    doomed_record(account, "1", manager)
    store = Flaky(folder, "locked")
    work(store)
    late = doomed_record(account, "2", manager)
    work(store)
    assert not store.exists(str(late.key))


def test_bytes_that_another_record_shows_are_spared(folder: Path) -> None:
    manager, account = scene.person("manager", "records-manager"), scene.page()
    stored = doomed_record(account, "1", manager)
    [other] = scene.comments(account, {"2": "same picture"})
    Media.objects.create(
        version=Version.objects.get(record_id=other),
        record_id=other,
        n=0,
        media_type="image/png",
        stored=stored,
        event_id=uuid.uuid4(),
        captured_at=AT,
        compartment="public",
    )
    work(FileEvidenceStore(folder))
    assert FileEvidenceStore(folder).exists(str(stored.key))


def test_a_job_that_runs_takes_what_is_doomed_before_it_ends() -> None:
    job = job_enqueue(kind=JOB, at=AT)
    assert job_claim(job.pk, at=AT) is not None
    doomed_enqueue(at=AT)
    assert Job.objects.filter(kind=JOB).count() == 1
