"""The second copy follows by itself, holds up nothing, and stands in for the first."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from archive.jobs.models import Job
from archive.jobs.services import job_enqueue
from archive.storage import copies, reading
from archive.storage.contract import Damaged, Missing, Unavailable
from archive.storage.copies import COPIES, copies_follow, copies_nudge, copies_recount
from archive.storage.models import ObjectIntent, StoredCopy, StoredObject
from archive.storage.reading import AT_ONCE, object_bytes, object_chunks
from archive.storage.selection import copy_store, stores
from archive.storage.services import SWEEP_AFTER, intents_sweep
from tests.archive.storage.scene import AT, Flaky, claim_of, copied, copy_in, flip, follow, kept, path_in

pytestmark = pytest.mark.django_db
LATER = AT + SWEEP_AFTER + timedelta(seconds=1)
TROUBLES = ["failed", "failed but happened"]


@pytest.fixture(autouse=True)
def _folders(two_folders: tuple[Path, Path]) -> None:
    """Two stores."""


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_the_row_of_the_first_copy_comes_with_the_object_however_it_is_inserted() -> None:
    stored = kept()
    others = [
        StoredObject(key=uuid.uuid4(), store="file", size=0, sha256=b"", crc32=0, created_at=AT) for _ in range(3)
    ]
    StoredObject.objects.bulk_create(others)
    first = copy_in(stored, "file")
    assert (first.key, first.put_at, first.checked_at, first.outcome) == (stored.key, AT, None, "")
    assert StoredCopy.objects.count() == 4


def test_the_second_copy_follows_under_a_key_of_its_own() -> None:
    stored = kept()
    assert follow() == {"copied": 1, "passed_over": 0}
    second = copy_in(stored, "file-copy")
    assert second.key != stored.key
    assert path_in(stored, "file").read_bytes() == path_in(stored, "file-copy").read_bytes() == b"evidence"
    assert not ObjectIntent.objects.filter(key=second.key).exists()
    assert follow() == {"copied": 0, "passed_over": 0}
    assert StoredCopy.objects.filter(object=stored).count() == 2


def test_a_second_store_that_is_away_never_blocks_what_is_acknowledged(two_folders: tuple[Path, Path]) -> None:
    two_folders[1].rmdir()
    two_folders[1].write_text("no folder")
    stored = kept()
    assert object_bytes(stored) == b"evidence"
    with pytest.raises(Unavailable):
        follow()
    assert StoredObject.objects.get(copied_at=None) == stored
    two_folders[1].unlink()
    two_folders[1].mkdir()
    Job.objects.all().delete()
    assert follow()["copied"] == 1


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_second_put_that_failed_or_failed_but_happened_is_done_again_and_its_bytes_are_swept(
    trouble: str, monkeypatch: pytest.MonkeyPatch, two_folders: tuple[Path, Path]
) -> None:
    stored, second = kept(), copy_store()
    assert second is not None
    flaky = Flaky(second, put=trouble)
    monkeypatch.setattr(copies, "copy_store", lambda: flaky)
    claim = claim_of(COPIES)
    with pytest.raises(Unavailable):
        copies_follow(claim, now=lambda: AT)
    assert len(files(two_folders[1])) == (trouble == "failed but happened")
    assert copies_follow(claim, now=lambda: AT)["copied"] == 1
    intents_sweep(at=LATER)
    assert files(two_folders[1]) == [str(copy_in(stored, "file-copy").key)]
    assert not ObjectIntent.objects.exists()


def test_a_damaged_first_copy_is_never_copied_and_does_not_hold_up_the_others() -> None:
    bad, missing, good = kept(), kept(), kept()
    StoredCopy.objects.update(checked_at=AT)
    flip(path_in(bad, "file"))
    path_in(missing, "file").unlink()
    assert follow() == {"copied": 1, "passed_over": 2}
    assert set(StoredObject.objects.filter(copied_at=None)) == {bad, missing}
    assert set(StoredCopy.objects.filter(checked_at=None, store="file").values_list("object_id", flat=True)) == {
        bad.pk,
        missing.pk,
    }  # fixity looks at them next
    assert StoredCopy.objects.filter(object=good).count() == 2


def test_an_object_that_is_destroyed_while_it_is_copied_leaves_no_second_copy(
    monkeypatch: pytest.MonkeyPatch, two_folders: tuple[Path, Path]
) -> None:
    kept()
    chunks = reading.object_chunks

    def doomed_meanwhile(stored: StoredObject):  # type: ignore[no-untyped-def]
        yield from chunks(stored)
        StoredObject.objects.update(doomed_at=AT)

    monkeypatch.setattr(copies, "object_chunks", doomed_meanwhile)
    assert follow()["copied"] == 0
    assert files(two_folders[1]) == []
    assert not StoredCopy.objects.filter(store="file-copy").exists()


def test_a_nudge_brings_the_waiting_round_forward() -> None:
    job = job_enqueue(kind=COPIES, at=AT, due_at=AT + timedelta(minutes=1))
    copies_nudge(at=AT)
    job.refresh_from_db()
    assert job.due_at == AT


def test_without_a_second_store_nothing_is_copied_and_nothing_nudged(settings: Settings) -> None:
    settings.STORAGE_COPY_URL = ""
    kept()
    job = job_enqueue(kind=COPIES, at=AT, due_at=AT + timedelta(minutes=1))
    copies_nudge(at=AT)
    job.refresh_from_db()
    assert job.due_at == AT + timedelta(minutes=1)
    assert list(stores()) == ["file"]
    assert copies_follow(claim_of("test.copies"), now=lambda: AT) == {"copied": 0}


def test_another_second_store_is_filled_from_the_beginning() -> None:
    stored = copied()
    StoredCopy.objects.filter(store="file-copy").update(store="s3-copy")  # the one that was configured before
    assert follow()["copied"] == 0
    assert copies_recount(at=AT) == 1
    assert follow()["copied"] == 1
    assert copy_in(stored, "file-copy").object == stored


@pytest.mark.parametrize("size", [8, AT_ONCE + 1])
@pytest.mark.parametrize("harm", ["flipped", "cut", "missing"])
def test_what_the_first_store_lost_is_read_from_the_second(size: int, harm: str) -> None:
    stored = copied(bytes(size))
    path = path_in(stored, "file")
    if harm == "flipped":
        flip(path)
    path.chmod(0o644)
    if harm == "cut":
        path.write_bytes(bytes(size - 1))
    if harm == "missing":
        path.unlink()
    assert b"".join(object_chunks(stored)) == bytes(size)


def test_when_both_copies_are_bad_reading_says_so() -> None:
    stored = copied()
    path_in(stored, "file").unlink()
    flip(path_in(stored, "file-copy"))
    with pytest.raises(Damaged):
        object_bytes(stored)
    path_in(stored, "file-copy").unlink()
    with pytest.raises(Missing):
        object_bytes(stored)


def test_the_second_store_must_be_another_place(settings: Settings) -> None:
    settings.STORAGE_COPY_URL = settings.STORAGE_URL
    with pytest.raises(ImproperlyConfigured):
        stores()
