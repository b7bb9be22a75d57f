"""Below the first mark large media wait, below the second everything but words; what the disk refuses was not taken."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim, job_enqueue
from archive.jobs.work import job_work
from archive.ledger.shelf import FileShelf, ShelfUnavailable
from archive.storage import space
from archive.storage.contract import NoRoom
from archive.storage.file_store import FileEvidenceStore
from archive.storage.models import ObjectIntent, StoredObject
from archive.storage.services import object_put
from archive.storage.space import Room, room_require, small_only, space_now

KEY = "0b6f2b2e-5d6e-4f5c-9a5e-3f1c2d4b5a69"


def free(settings: Settings, megabytes: int) -> None:
    """Move the marks so that the disk of the tests has so much room above the second mark of 100 MB."""
    found = space_now()
    assert found.free > 2_000_000_000, "this machine has no room for tests"
    settings.SPACE_SECOND_MARK_MB = found.free // space.MEGABYTE - megabytes + 100
    settings.SPACE_FIRST_MARK_MB = settings.SPACE_SECOND_MARK_MB + 100


def test_the_room_is_told_by_the_two_marks(settings: Settings) -> None:
    for megabytes, room in ((1_000, Room.AMPLE), (150, Room.SHORT), (50, Room.SCARCE)):
        free(settings, megabytes)
        assert space_now().room is room
    with pytest.raises(NoRoom):
        room_require(Room.SHORT)
    room_require(Room.SCARCE)


def test_the_fullest_of_the_folders_counts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SPACE_FOLDERS = ["/of the database", "/not to be looked at"]
    sizes = {"/of the database": 5_000_000, "/not to be looked at": None}
    monkeypatch.setattr(space, "_free", lambda folder: sizes.get(folder, 9_000_000_000))
    assert (space_now().folder, space_now().free) == ("/of the database", 5_000_000)
    settings.STORAGE_URL = "s3://bucket?region=x"
    assert "bucket" not in "".join(space.folders_written())


def test_a_small_medium_is_taken_below_the_first_mark_and_a_large_one_is_not(settings: Settings) -> None:
    settings.SPACE_LARGE_OBJECT_KB = 1
    free(settings, 150)
    assert b"".join(small_only([b"x" * 999])) == b"x" * 999
    with pytest.raises(NoRoom, match="come by themselves"):
        list(small_only([b"x" * 600, b"x" * 600]))
    read = iter([b"x" * 600])
    with pytest.raises(NoRoom):
        list(small_only(read, declared=2_000))
    assert next(read), "nothing is read in vain"
    free(settings, 1_000)
    assert list(small_only([b"x" * 5_000], declared=5_000))


def refuse(monkeypatch: pytest.MonkeyPatch, call: str, code: int) -> None:
    def refused(*arguments: object, **named: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, refused)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["fsync", "link", "open"])
def test_a_full_disk_takes_nothing_into_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    store = FileEvidenceStore(tmp_path)
    store.put("00000000-0000-4000-8000-000000000000", [b"before"])
    (tmp_path / KEY[:2] / KEY[2:4]).mkdir(parents=True)
    with monkeypatch.context() as full:
        refuse(full, call, code)
        with pytest.raises(NoRoom):
            store.put(KEY, [b"words"])
    assert not [path for path in tmp_path.rglob(f"*{KEY}") if path.name == KEY and call != "fsync"]
    store.delete(KEY)
    assert not list(tmp_path.rglob(f"*{KEY}"))
    assert store.put(KEY, [b"words"]).size == 5, "there is room again"


@pytest.mark.parametrize("call", ["fsync", "link", "open"])
def test_a_full_disk_takes_nothing_into_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    shelf = FileShelf(tmp_path)
    shelf.put_new("tile/0/000", b"before")
    with monkeypatch.context() as full:
        refuse(full, call, errno.ENOSPC)
        with pytest.raises(ShelfUnavailable):
            shelf.put_new("tile/0/001", b"hashes")
        refuse(full, "replace", errno.ENOSPC)
        refuse(full, "rename", errno.ENOSPC)
        with pytest.raises(ShelfUnavailable):
            shelf.replace("tile/0/000", b"after")
    assert shelf.get("tile/0/000") in (b"before", b"after"), "whole, the one or the other"
    assert [name for name in os.listdir(tmp_path / "tile/0") if name.startswith(".")] == []
    shelf.put_new("tile/0/001", b"hashes")
    assert shelf.get("tile/0/001") == b"hashes"


def with_room(claim: Claim) -> dict[str, object]:
    room_require(Room.SHORT)
    return {}


@pytest.mark.django_db
def test_work_that_finds_no_room_waits_without_counting_as_failed(settings: Settings) -> None:
    at = timezone.now()
    job = job_enqueue(kind="nobody.does", at=at, due_at=at - timedelta(minutes=1))
    for _ in range(12):  # more often than a job may fail
        Job.objects.filter(pk=job.pk).update(due_at=at - timedelta(minutes=1))
        free(settings, 50)
        job_work(job.pk, with_room)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.WAITING, 0)
        assert job.failure.startswith("storage.no_room: The disk is nearly full")
        assert job.due_at > at
    Job.objects.filter(pk=job.pk).update(due_at=at - timedelta(minutes=1))
    free(settings, 1_000)
    job_work(job.pk, with_room)
    job.refresh_from_db()
    assert job.state == JobState.DONE


@pytest.mark.django_db
def test_what_was_cut_off_for_want_of_room_has_no_row(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGE_URL, settings.SPACE_LARGE_OBJECT_KB = f"file://{tmp_path}", 1
    free(settings, 150)

    def chunks() -> Iterator[bytes]:
        yield b"x" * 900
        yield b"x" * 900

    with pytest.raises(NoRoom):
        object_put(small_only(chunks()), compartment="public", at=timezone.now())
    assert not StoredObject.objects.exists()
    left: Any = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []
    assert ObjectIntent.objects.count() == 1, "the sweeper looks whether anything is left"
