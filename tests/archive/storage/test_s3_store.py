"""S3 with Object Lock on a real server, also over a wire that fails."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from archive.storage.contract import Level, Locked, StoreError, Unavailable
from archive.storage.s3_store import PART, S3EvidenceStore
from tests.archive.storage.seaweed import Server
from tests.archive.storage.trouble import Wire, wire


def new_key() -> str:
    return str(uuid.uuid4())


def test_a_locked_version_cannot_be_deleted_and_says_until_when(locking: S3EvidenceStore) -> None:
    before = datetime.now(UTC)
    stored = locking.put(new_key(), [b"evidence"])
    assert stored.version_id
    assert stored.lock_until is not None
    assert timedelta(days=34) < stored.lock_until - before < timedelta(days=36)
    with pytest.raises(Locked) as refusal:
        locking.delete(stored.key, stored.version_id)
    assert refusal.value.until == stored.lock_until
    with pytest.raises(Locked):
        locking.delete(stored.key)
    with locking.open(stored.key, stored.version_id) as file:
        assert file.read() == b"evidence"


def test_large_objects_are_locked_too(locking: S3EvidenceStore) -> None:
    stored = locking.put(new_key(), [bytes(PART), b"x"])
    with pytest.raises(Locked):
        locking.delete(stored.key, stored.version_id)


def test_a_lock_is_moved_on_and_never_back(locking: S3EvidenceStore) -> None:
    stored = locking.put(new_key(), [b"evidence"])
    assert stored.lock_until is not None
    later = stored.lock_until + timedelta(days=7)
    assert locking.lock(stored.key, stored.version_id, later) == later
    assert locking.lock(stored.key, stored.version_id, stored.lock_until) == later
    with pytest.raises(Locked) as refusal:
        locking.delete(stored.key, stored.version_id)
    assert refusal.value.until == later


def test_when_the_lock_is_over_the_version_goes_for_good(server: Server, credentials: None) -> None:
    store = S3EvidenceStore(server.bucket, endpoint=server.endpoint, lock_for=timedelta(seconds=4))
    stored = store.put(new_key(), [b"evidence"])
    assert stored.lock_until is not None
    while datetime.now(UTC) <= stored.lock_until + timedelta(seconds=1):  # the lock must really run out
        assert store.exists(stored.key)
    store.delete(stored.key, stored.version_id)
    assert not store.exists(stored.key)
    assert server.client().list_object_versions(Bucket=server.bucket, Prefix=stored.key).get("Versions", []) == []


def test_a_delete_marker_made_behind_our_back_hides_nothing_from_us(server: Server, locking: S3EvidenceStore) -> None:
    stored = locking.put(new_key(), [b"evidence"])
    server.client().delete_object(Bucket=server.bucket, Key=stored.key)
    assert locking.exists(stored.key, stored.version_id)
    with locking.open(stored.key, stored.version_id) as file:
        assert file.read() == b"evidence"


def test_deleting_a_key_takes_every_version_marker_and_unfinished_upload(server: Server, s3: S3EvidenceStore) -> None:
    key, client = new_key(), server.client()
    s3.put(key, [b"one"])
    client.put_object(Bucket=server.bucket, Key=key, Body=b"two")
    client.delete_object(Bucket=server.bucket, Key=key)
    client.create_multipart_upload(Bucket=server.bucket, Key=key)
    s3.delete(key)
    answer = client.list_object_versions(Bucket=server.bucket, Prefix=key)
    assert not answer.get("Versions")
    assert not answer.get("DeleteMarkers")
    assert not client.list_multipart_uploads(Bucket=server.bucket, Prefix=key).get("Uploads")


def test_a_source_that_breaks_leaves_no_unfinished_upload(server: Server, s3: S3EvidenceStore) -> None:
    def source() -> Iterator[bytes]:
        yield bytes(2 * PART)
        raise ZeroDivisionError

    key = new_key()
    with pytest.raises(ZeroDivisionError):
        s3.put(key, source())
    assert not server.client().list_multipart_uploads(Bucket=server.bucket, Prefix=key).get("Uploads")


def test_no_access_is_no_proof_of_absence(s3: S3EvidenceStore, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = s3.put(new_key(), [b"x"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    stranger = S3EvidenceStore(server.bucket, endpoint=server.endpoint)
    for act in (stranger.exists, stranger.delete, stranger.open):
        with pytest.raises(Unavailable):
            act(stored.key, stored.version_id)
    assert s3.exists(stored.key)


def test_a_missing_bucket_is_no_proof_of_absence(server: Server, credentials: None) -> None:
    store = S3EvidenceStore("no-such-bucket", endpoint=server.endpoint)
    for act in (store.exists, store.open, store.delete):
        with pytest.raises(Unavailable):
            act(new_key())


def test_a_bucket_that_keeps_no_versions_is_no_place_for_evidence(server: Server, credentials: None) -> None:
    server.client().create_bucket(Bucket="plain-bucket")
    store = S3EvidenceStore("plain-bucket", endpoint=server.endpoint)
    with pytest.raises(StoreError):
        store.put(new_key(), [b"x"])


@pytest.fixture
def line(server: Server) -> Iterator[Wire]:
    with wire(server.port) as laid:
        yield laid


@pytest.fixture
def shaky(line: Wire, server: Server, credentials: None) -> S3EvidenceStore:
    return S3EvidenceStore(server.bucket, endpoint=f"http://127.0.0.1:{line.port}", level=Level.ADVISORY)


@pytest.mark.parametrize("size", [5, PART + 1])
@pytest.mark.parametrize("trouble", ["refused", "unanswered"])
def test_a_put_that_failed_or_failed_but_happened_is_cleared_by_deleting_its_key(
    shaky: S3EvidenceStore, s3: S3EvidenceStore, server: Server, line: Wire, trouble: str, size: int
) -> None:
    key = new_key()
    line.trouble = trouble
    with pytest.raises(Unavailable):
        shaky.put(key, [bytes(size)])
    if size == 5:
        assert s3.exists(key) is (trouble == "unanswered")
    s3.delete(key)
    assert not s3.exists(key)
    assert not server.client().list_multipart_uploads(Bucket=server.bucket, Prefix=key).get("Uploads")


@pytest.mark.parametrize("trouble", ["refused", "unanswered"])
def test_a_delete_that_failed_or_failed_but_happened_can_be_repeated(
    shaky: S3EvidenceStore, s3: S3EvidenceStore, line: Wire, trouble: str
) -> None:
    stored = s3.put(new_key(), [b"x"])
    line.trouble = trouble
    with pytest.raises(Unavailable):
        shaky.delete(stored.key, stored.version_id)
    assert s3.exists(stored.key) is (trouble == "refused")
    line.trouble = ""
    shaky.delete(stored.key, stored.version_id)
    assert not s3.exists(stored.key)


@pytest.mark.parametrize("trouble", ["refused", "unanswered"])
def test_a_look_that_is_not_answered_is_no_proof_of_absence(shaky: S3EvidenceStore, line: Wire, trouble: str) -> None:
    line.trouble = trouble
    with pytest.raises(Unavailable):
        shaky.exists(new_key())


def test_a_body_that_is_cut_is_not_taken_for_the_whole(shaky: S3EvidenceStore, s3: S3EvidenceStore, line: Wire) -> None:
    stored = s3.put(new_key(), [bytes(100_000)])
    line.trouble = "cut"
    with shaky.open(stored.key, stored.version_id) as file, pytest.raises(Unavailable):
        file.read()
