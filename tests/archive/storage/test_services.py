"""Bytes go under a committed intent, come back checked, and are swept when nothing came of them."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from archive.storage import reading
from archive.storage.contract import Damaged, Level, Missing, Unavailable
from archive.storage.file_store import FileEvidenceStore
from archive.storage.locks import LOCK_FOR, locks_roll
from archive.storage.models import ObjectIntent, StoredObject
from archive.storage.s3_store import S3EvidenceStore
from archive.storage.selection import evidence_store
from archive.storage.services import SWEEP_AFTER, intents_sweep, object_bytes, object_chunks, object_put
from tests.archive.storage.seaweed import Server

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = AT + SWEEP_AFTER + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The store of these tests."""
    (tmp_path / "store").mkdir()
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return tmp_path / "store"


def there(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_the_row_comes_back_unsaved_and_says_what_was_put() -> None:
    stored = object_put([b"evi", b"dence"], compartment="messages", at=AT)
    assert stored._state.adding
    assert (stored.store, stored.size, stored.compartment, stored.created_at) == ("file", 8, "messages", AT)
    assert ObjectIntent.objects.get().key == stored.key
    stored.save()
    assert object_bytes(StoredObject.objects.get()) == b"evidence"


def test_two_objects_of_the_same_bytes_have_keys_of_their_own() -> None:
    first, second = (object_put([b"same"], compartment="public", at=AT) for _ in range(2))
    assert first.key != second.key
    assert first.sha256 == second.sha256


def test_bytes_that_were_changed_on_disk_are_never_taken_for_the_stored_ones(folder: Path) -> None:
    stored = object_put([b"evidence"], compartment="public", at=AT)
    path = FileEvidenceStore(folder).path_of(str(stored.key))
    for changed in (b"Evidence", b"evidenc", b"evidence!", b""):
        path.unlink()
        path.write_bytes(changed)
        with pytest.raises(Damaged):
            object_bytes(stored)
    path.unlink()
    with pytest.raises(Missing):
        object_bytes(stored)


def test_a_large_object_is_read_in_pieces() -> None:
    stored = object_put([bytes(reading.CHUNK)] * 3, compartment="public", at=AT)
    assert [len(chunk) for chunk in object_chunks(stored)] == [reading.CHUNK] * 3


def test_the_intent_of_a_kept_object_is_forgotten_and_its_bytes_stay(folder: Path) -> None:
    stored = object_put([b"x"], compartment="public", at=AT)
    stored.save()
    assert intents_sweep(at=LATER) == 0
    assert not ObjectIntent.objects.exists()
    assert there(folder) == [str(stored.key)]


def test_bytes_that_came_to_no_row_are_swept_when_they_are_old_and_not_before(folder: Path) -> None:
    object_put([b"x"], compartment="public", at=AT)
    assert intents_sweep(at=AT + SWEEP_AFTER) == 0
    assert len(there(folder)) == 1
    assert intents_sweep(at=LATER) == 1
    assert there(folder) == []
    assert not ObjectIntent.objects.exists()
    assert intents_sweep(at=LATER) == 0


def test_a_put_that_failed_leaves_its_intent_for_the_sweeper(folder: Path) -> None:
    def source() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        object_put(source(), compartment="public", at=AT)
    assert ObjectIntent.objects.count() == 1
    assert intents_sweep(at=LATER) == 1
    assert there(folder) == []


def test_a_store_that_does_not_answer_loses_no_intent(folder: Path) -> None:
    object_put([b"x"], compartment="public", at=AT)
    folder.rename(folder.with_name("away"))
    assert intents_sweep(at=LATER) == 0
    assert ObjectIntent.objects.count() == 1
    folder.with_name("away").rename(folder)
    assert intents_sweep(at=LATER) == 1


def test_nothing_is_put_inside_a_transaction_that_could_take_the_intent_back() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        object_put([b"x"], compartment="public", at=AT)


def use_s3(settings: Settings, server: Server, options: str = "") -> S3EvidenceStore:
    settings.STORAGE_URL = f"s3://{server.bucket}?endpoint={server.endpoint}&region=us-east-1{options}"
    store = evidence_store()
    assert isinstance(store, S3EvidenceStore)
    return store


def test_on_s3_bytes_without_a_row_wait_for_the_end_of_their_lock(
    settings: Settings, server: Server, credentials: None
) -> None:
    now = datetime.now(UTC)
    use_s3(settings, server)
    stored = object_put([b"x"], compartment="public", at=now - SWEEP_AFTER - timedelta(hours=1))
    assert stored.lock_until is not None
    assert intents_sweep(at=now) == 0
    intent = ObjectIntent.objects.get()
    assert intent.created_at == stored.lock_until - SWEEP_AFTER
    assert intents_sweep(at=now + timedelta(days=1)) == 0
    assert ObjectIntent.objects.filter(created_at__lt=stored.lock_until + timedelta(days=1) - SWEEP_AFTER).exists()


def test_on_s3_locks_that_run_out_are_moved_on_and_those_of_the_doomed_are_not(
    settings: Settings, server: Server, credentials: None
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    store = use_s3(settings, server, "&days=20")
    kept, doomed = (object_put([b"x"], compartment="public", at=now) for _ in range(2))
    kept.save()
    doomed.doomed_at = now
    doomed.save()
    before = doomed.lock_until
    assert locks_roll(at=now) == 1
    assert kept.copies.get().lock_until == now + LOCK_FOR
    assert doomed.copies.get().lock_until == before
    assert locks_roll(at=now) == 0
    assert store.lock(str(kept.key), kept.version_id, now) == now + LOCK_FOR  # and S3 says the same


def test_on_files_there_is_no_lock_to_move() -> None:
    object_put([b"x"], compartment="public", at=AT).save()
    assert locks_roll(at=AT) == 0


def test_each_address_names_its_store(settings: Settings, credentials: None) -> None:
    settings.STORAGE_URL = "file:///var/lib/my%20store"
    store = evidence_store()
    assert isinstance(store, FileEvidenceStore)
    assert str(store.location) == "/var/lib/my store"
    for lock, level in (("compliance", Level.COMPLIANCE), ("governance", Level.GOVERNANCE), ("none", Level.ADVISORY)):
        settings.STORAGE_URL = f"s3://bucket?lock={lock}&endpoint=http://127.0.0.1:1"
        assert evidence_store().level is level
    settings.STORAGE_URL = "s3://bucket"
    assert evidence_store().level is Level.COMPLIANCE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/var/lib/store",
        "file://relative/folder",
        "file:relative",
        "file:///folder?x=1",
        "s3://",
        "s3://bucket/folder",
        "s3://key:secret@bucket",
        "s3://bucket?lock=forever",
        "s3://bucket?days=x",
        "s3://bucket?colour=blue",
        "http://bucket",
    ],
)
def test_an_address_that_names_no_store_fails_loudly(settings: Settings, url: str) -> None:
    from django.core.exceptions import ImproperlyConfigured

    settings.STORAGE_URL = url
    with pytest.raises(ImproperlyConfigured):
        evidence_store()


def test_a_store_without_an_answer_is_unavailable_and_not_empty(settings: Settings, credentials: None) -> None:
    settings.STORAGE_URL = "s3://bucket?endpoint=http://127.0.0.1:1&region=us-east-1"
    with pytest.raises(Unavailable):
        evidence_store().exists(str(uuid.uuid4()))
