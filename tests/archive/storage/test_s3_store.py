"""S3 with Object Lock on a real server, also over a wire that fails."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from archive.storage.contract import Level, Locked, NoRoom, StoreError, Unavailable
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
def test_a_store_without_room_says_so_and_has_taken_nothing(
    shaky: S3EvidenceStore, s3: S3EvidenceStore, line: Wire, size: int
) -> None:
    key, line.trouble = new_key(), "full"
    with pytest.raises(NoRoom, match="it is full"):
        shaky.put(key, [bytes(size)])
    assert not s3.exists(key)


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


@pytest.mark.parametrize("trouble", ["refused", "unanswered"])
def test_a_lock_that_failed_or_failed_but_happened_can_be_set_again(
    line: Wire, server: Server, locking: S3EvidenceStore, trouble: str
) -> None:
    shaky = S3EvidenceStore(server.bucket, endpoint=f"http://127.0.0.1:{line.port}", region="us-east-1")
    stored = locking.put(new_key(), [b"x"])
    assert stored.lock_until is not None
    later = stored.lock_until + timedelta(days=7)
    line.trouble = trouble
    with pytest.raises(Unavailable):
        shaky.lock(stored.key, stored.version_id, later)
    line.trouble = ""
    assert shaky.lock(stored.key, stored.version_id, later) == later


@pytest.mark.parametrize("trouble", ["refused", "unanswered"])
@pytest.mark.parametrize("on", [True, False])
def test_a_flag_that_failed_or_failed_but_happened_can_be_set_again(
    line: Wire, server: Server, locking: S3EvidenceStore, trouble: str, on: bool
) -> None:
    shaky = S3EvidenceStore(server.bucket, endpoint=f"http://127.0.0.1:{line.port}", region="us-east-1")
    stored = locking.put(new_key(), [b"x"])
    locking.hold(stored.key, stored.version_id, on=not on)
    line.trouble = trouble
    with pytest.raises(Unavailable):
        shaky.hold(stored.key, stored.version_id, on=on)
    with pytest.raises(Unavailable):
        shaky.standing(stored.key, stored.version_id)
    line.trouble = ""
    shaky.hold(stored.key, stored.version_id, on=on)
    assert shaky.standing(stored.key, stored.version_id).held is on


def refused(act: object) -> bool:
    """Tell whether the server denies the act; every other error comes out."""
    try:
        act()  # type: ignore[operator]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
            return True
        raise
    return False


def test_what_this_server_itself_enforces_of_locks_and_flags(server: Server, locking: S3EvidenceStore) -> None:
    """Asked past our own code, so that what we say of a level rests on the server and not on our good manners."""
    client, now = server.client(), datetime.now(UTC).replace(microsecond=0)

    def fresh(mode: str) -> dict[str, Any]:
        key = new_key()
        put = client.put_object(
            Bucket=server.bucket,
            Key=key,
            Body=b"x",
            ObjectLockMode=mode,  # type: ignore[arg-type]
            ObjectLockRetainUntilDate=now + timedelta(days=2),
        )
        return {"Bucket": server.bucket, "Key": key, "VersionId": put["VersionId"]}

    def shorten(where: dict[str, Any], mode: str, **bypass: bool) -> bool:
        less: Any = {"Mode": mode, "RetainUntilDate": now + timedelta(days=1)}
        return refused(lambda: client.put_object_retention(**where, Retention=less, **bypass))  # type: ignore[arg-type]

    bypass: dict[str, Any] = {"BypassGovernanceRetention": True}
    strict, lenient = fresh("COMPLIANCE"), fresh("GOVERNANCE")
    assert shorten(strict, "COMPLIANCE")
    assert shorten(strict, "COMPLIANCE", **bypass)
    assert shorten(strict, "GOVERNANCE", **bypass)
    assert refused(lambda: client.delete_object(**strict, **bypass))
    assert shorten(lenient, "GOVERNANCE")
    assert not shorten(lenient, "GOVERNANCE", **bypass)  # governance binds all but the holders of one permission
    held = locking.put(new_key(), [b"x"])
    where: dict[str, Any] = {"Bucket": server.bucket, "Key": held.key, "VersionId": held.version_id}
    client.put_object_legal_hold(**where, LegalHold={"Status": "ON"})
    assert refused(lambda: client.delete_object(**where, **bypass))
    flagged = fresh("GOVERNANCE")
    client.put_object_legal_hold(**flagged, LegalHold={"Status": "ON"})
    assert refused(lambda: client.delete_object(**flagged, **bypass))
    client.put_object_legal_hold(**flagged, LegalHold={"Status": "OFF"})
    assert not refused(lambda: client.delete_object(**flagged, **bypass))


def test_our_code_never_asks_for_a_shorter_lock_even_where_a_server_would_grant_it(
    server: Server, credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = S3EvidenceStore(server.bucket, endpoint=server.endpoint, level=Level.GOVERNANCE)
    stored = store.put(new_key(), [b"x"])
    assert stored.lock_until is not None
    asked = []
    store._reading.meta.events.register("before-call.s3.PutObjectRetention", lambda **call: asked.append(call))
    for earlier in (timedelta(0), timedelta(seconds=1), timedelta(days=34)):
        assert store.lock(stored.key, stored.version_id, stored.lock_until - earlier) == stored.lock_until
    assert asked == []
