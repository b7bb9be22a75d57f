"""Destroying removes every copy: the row of an object goes when a look in every store has found nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from archive.destruction.doomed import JOB, doomed_delete
from archive.jobs.models import Job, JobState
from archive.storage.contract import EvidenceStore, Level, StoreError
from archive.storage.models import StoredCopy, StoredObject
from archive.storage.s3_store import S3EvidenceStore
from archive.storage.selection import stores
from archive.storage.services import object_put
from tests.archive.destruction.scene import AT
from tests.archive.destruction.test_doomed import claimed
from tests.archive.storage.scene import Flaky, follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(settings: Settings, tmp_path: Path) -> list[Path]:
    found = [tmp_path / "first", tmp_path / "second"]
    for folder in found:
        folder.mkdir()
    settings.STORAGE_URL, settings.STORAGE_COPY_URL = (f"file://{folder}" for folder in found)
    return found


def doomed() -> StoredObject:
    """Return a copied object whose content is destroyed, with the job that comes for it."""
    from archive.destruction.doomed import doomed_enqueue

    stored = object_put([b"picture"], compartment="public", at=AT)
    stored.save(force_insert=True)
    follow(AT)
    StoredObject.objects.filter(pk=stored.pk).update(doomed_at=AT)
    doomed_enqueue(at=AT)
    return stored


def files(folders: list[Path]) -> list[str]:
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_both_copies_and_every_row_of_them_go(folders: list[Path]) -> None:
    doomed()
    assert len(files(folders)) == 2
    doomed_delete(claimed(), stores=stores(), now=lambda: AT)
    assert files(folders) == []
    assert not StoredObject.objects.exists()
    assert not StoredCopy.objects.exists()
    assert Job.objects.get(kind=JOB).state == JobState.DONE


@pytest.mark.parametrize("which", ["file", "file-copy"])
@pytest.mark.parametrize("step", ["delete", "exists"])
@pytest.mark.parametrize("trouble", ["failed", "failed but happened"])
def test_the_row_stays_until_each_store_has_shown_that_its_copy_is_gone(
    folders: list[Path], which: str, step: str, trouble: str
) -> None:
    stored = doomed()
    troubled: dict[str, EvidenceStore] = {**stores()}
    troubled[which] = Flaky(troubled[which], **{step: trouble})
    claim = claimed()
    with pytest.raises(StoreError):
        doomed_delete(claim, stores=troubled, now=lambda: AT)
    assert StoredCopy.objects.get(object=stored).store == which  # the other store's went meanwhile
    claim.fail(at=AT, sentence="no answer", retry=True)
    doomed_delete(claimed(AT + timedelta(hours=1)), stores=troubled, now=lambda: AT + timedelta(hours=1))
    assert files(folders) == []
    assert not StoredObject.objects.exists()


def test_a_copy_in_a_store_that_is_no_longer_in_force_keeps_the_row_and_is_named(
    folders: list[Path], settings: Settings
) -> None:
    doomed()
    settings.STORAGE_COPY_URL = ""
    with pytest.raises(StoreError, match="file-copy"):
        doomed_delete(claimed(), stores=stores(), now=lambda: AT)
    assert [copy.store for copy in StoredCopy.objects.all()] == ["file-copy"]


def test_a_flag_that_is_left_on_a_doomed_copy_is_taken_off_and_the_copy_goes(folders: list[Path]) -> None:
    stored = doomed()
    for copy in StoredCopy.objects.filter(object=stored):
        stores()[copy.store].hold(str(copy.key), "", on=True)
    doomed_delete(claimed(), stores=stores(), now=lambda: AT)
    assert files(folders) == []


@pytest.mark.usefixtures("credentials")
def test_on_s3_every_version_under_the_key_goes(folders: list[Path], settings: Settings, s3: S3EvidenceStore) -> None:
    settings.STORAGE_COPY_URL = f"s3://{s3.bucket_name}?endpoint={s3.endpoint_url}&region=us-east-1&lock=none"
    assert s3.level is Level.ADVISORY
    stored = doomed()
    key = str(StoredCopy.objects.get(object=stored, store="s3-copy").key)
    s3.connection.meta.client.put_object(Bucket=s3.bucket_name, Key=key, Body=b"by another hand")
    doomed_delete(claimed(), stores=stores(), now=lambda: AT)
    assert not s3.connection.meta.client.list_object_versions(Bucket=s3.bucket_name, Prefix=key).get("Versions")
    assert not StoredObject.objects.exists()
