"""What blocks destruction here is flagged in the stores: durable, repeatable, compared, and put right."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from archive.destruction import flags
from archive.destruction.blockers import blockers_lift, blockers_place
from archive.destruction.flags import (
    FLAGS,
    FLAGS_COMPARE,
    TURN,
    FlagCode,
    flags_compare,
    flags_mirror,
    flags_reconcile,
)
from archive.jobs.models import Job, JobState
from archive.records.models import Media, Version
from archive.storage.contract import EvidenceStore, Locked, StoreError
from archive.storage.models import StoredCopy, StoredObject
from archive.storage.s3_store import S3EvidenceStore
from archive.storage.selection import stores
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.archive.storage.scene import Flaky, claim_of, follow, kept

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> list[Path]:
    """Two file stores."""
    found = [tmp_path / "first", tmp_path / "second"]
    for folder in found:
        folder.mkdir()
    settings.STORAGE_URL, settings.STORAGE_COPY_URL = (f"file://{folder}" for folder in found)
    return found


def with_media(account: Any, *network_ids: str) -> list[tuple[int, StoredObject]]:
    """Capture records with a picture each, in both stores."""
    records = scene.comments(account, dict.fromkeys(network_ids, "look"))
    found = [(record, kept(b"picture", AT)) for record in records]
    for record, stored in found:
        Media.objects.create(
            version=Version.objects.get(record_id=record),
            record_id=record,
            n=0,
            media_type="image/png",
            stored=stored,
            event_id=uuid.uuid4(),
            captured_at=AT,
            compartment="public",
        )
    follow(AT)
    return found


def place(*records: int, reason: uuid.UUID | None = None) -> uuid.UUID:
    reason = reason or uuid.uuid4()
    with transaction.atomic():
        blockers_place(holding_kind="record", ids=records, reason_kind="hold", reason_ref=reason)
    return reason


def mirror(known: dict[str, EvidenceStore] | None = None, at: datetime = AT) -> dict[str, object] | None:
    claim = claim_of(FLAGS, at)
    try:
        result = flags_mirror(claim, stores=known or stores(), now=lambda: at)
    except StoreError:
        claim.fail(at=at - HOUR, sentence="no answer", retry=True)
        raise
    claim.finish(at=at)
    return result


def shown(stored: StoredObject) -> dict[str, bool]:
    """Return the flags that the stores themselves show."""
    known = stores()
    return {copy.store: known[copy.store].standing(str(copy.key), copy.version_id).held for copy in stored.copies.all()}


def all_compared(at: datetime = AT) -> list[str]:
    found, after = [], 0
    while True:
        differences, last = flags_compare(after=after, limit=1, at=at)
        found += [one.code.value for one in differences]
        if last is None:
            return found
        after = last


def test_a_hold_is_flagged_on_every_copy_and_a_neighbour_is_not() -> None:
    (held, its), (_, other) = with_media(scene.page(), "1", "2")
    place(held)
    assert mirror() == {"on": 2, "off": 0}
    assert (shown(its), shown(other)) == ({"file": True, "file-copy": True}, {"file": False, "file-copy": False})
    assert mirror() == {"on": 0, "off": 0}
    assert all_compared() == []
    with pytest.raises(Locked):
        stores()["file"].delete(str(its.key))


def test_the_flag_stays_until_no_reason_is_left() -> None:
    [(record, its)] = with_media(scene.page(), "1")
    first, second = place(record), place(record)
    mirror()
    blockers_lift(reason_ref=first)
    mirror()
    assert shown(its) == {"file": True, "file-copy": True}
    blockers_lift(reason_ref=second)
    assert mirror() == {"on": 0, "off": 2}
    assert shown(its) == {"file": False, "file-copy": False}


def test_a_picture_that_comes_after_the_hold_is_flagged_too() -> None:
    account = scene.page()
    [record] = scene.comments(account, {"1": "look"})
    place(record)
    mirror()
    stored = kept(b"late", AT)
    Media.objects.create(
        version=Version.objects.get(record_id=record),
        record_id=record,
        n=0,
        media_type="image/png",
        stored=stored,
        event_id=uuid.uuid4(),
        captured_at=AT,
        compartment="public",
    )
    mirror()
    follow(AT)
    mirror()
    assert shown(stored) == {"file": True, "file-copy": True}


@pytest.mark.parametrize("lift", [False, True])
@pytest.mark.parametrize("name", ["file", "file-copy"])
@pytest.mark.parametrize("trouble", ["failed", "failed but happened"])
def test_a_flag_that_failed_or_failed_but_happened_ends_as_the_blockers_say(
    name: str, trouble: str, lift: bool
) -> None:
    [(record, its)] = with_media(scene.page(), "1")
    reason = place(record)
    known: dict[str, EvidenceStore] = {**stores()}
    known[name] = Flaky(known[name], hold=trouble)
    with pytest.raises(StoreError):
        mirror(known)
    assert StoredCopy.objects.get(object=its, store=name).held is None
    others = StoredCopy.objects.filter(object=its).exclude(store=name)
    assert [copy.held for copy in others] == [True]  # its store is another one
    if lift:  # the hold goes before anybody knows whether the flag was set
        blockers_lift(reason_ref=reason)
    mirror(known, AT + HOUR)
    assert shown(its) == {"file": not lift, "file-copy": not lift}
    assert all_compared(AT + HOUR) == []


def test_a_blocker_placed_while_its_flag_is_set_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    [(record, its)] = with_media(scene.page(), "1")
    look: Callable[[Any], set[int]] = flags.blocked_objects
    reasons: list[uuid.UUID] = []

    def look_and_place(ids: Any) -> set[int]:
        found = look(ids)
        if not reasons:
            reasons.append(place(record))
        return found

    monkeypatch.setattr(flags, "blocked_objects", look_and_place)
    mirror()
    assert shown(its) == {"file": True, "file-copy": True}


def test_a_large_hold_gives_the_process_back_after_a_turn() -> None:
    place(*(record for record, _ in with_media(scene.page(), "1", "2")))
    time = [AT]

    def now() -> datetime:
        time[0] += TURN
        return time[0]

    assert flags_mirror(claim_of(FLAGS), stores=stores(), now=now) is None
    assert Job.objects.get(kind=FLAGS).state == JobState.WAITING


def test_what_differs_is_named_and_put_right() -> None:
    (held, its), (_, other), (lost, gone) = with_media(scene.page(), "1", "2", "3")
    place(held, lost)
    mirror()
    first = stores()["file"]
    first.hold(str(its.key), "", on=False)  # behind our back
    first.hold(str(other.key), "", on=True)
    first.hold(str(gone.key), "", on=False)
    first.delete(str(gone.key))
    assert sorted(all_compared()) == [FlagCode.MISSING, FlagCode.STRAY, FlagCode.UNSEEN]
    claim = claim_of(FLAGS_COMPARE)
    result = flags_reconcile(claim, now=lambda: AT)
    assert result == {"marked": 0, FlagCode.MISSING: 1, FlagCode.UNSEEN: 1}
    mirror()
    assert shown(its) == {"file": True, "file-copy": True}
    assert StoredCopy.objects.get(object=gone, store="file").checked_at is None  # fixity is next
    assert all_compared() == [FlagCode.STRAY, FlagCode.UNSEEN]  # the stray one is fixity's to notice


def test_rows_that_say_another_flag_than_the_blockers_are_marked_and_put_right() -> None:
    [(record, its)] = with_media(scene.page(), "1")
    mirror()
    place(record)
    StoredCopy.objects.update(flag_due_at=None)  # as if the mark had been lost
    assert flags_reconcile(claim_of(FLAGS_COMPARE), now=lambda: AT) == {"marked": 2}
    mirror()
    assert shown(its) == {"file": True, "file-copy": True}


def test_a_flag_on_its_way_is_no_difference_until_it_is_late() -> None:
    [(record, _)] = with_media(scene.page(), "1")
    mirror()
    place(record)
    StoredCopy.objects.update(flag_due_at=AT)
    assert all_compared(AT) == []
    assert all_compared(AT + 2 * HOUR) == [FlagCode.LATE] * 2


@pytest.mark.usefixtures("credentials")
def test_on_s3_the_flag_is_a_legal_hold_that_the_server_enforces(settings: Settings, locking: S3EvidenceStore) -> None:
    settings.STORAGE_COPY_URL = f"s3://{locking.bucket_name}?endpoint={locking.endpoint_url}&region=us-east-1"
    [(record, its)] = with_media(scene.page(), "1")
    reason = place(record)
    mirror()
    copy = its.copies.get(store="s3-copy")
    client = locking.connection.meta.client
    where = {"Bucket": locking.bucket_name, "Key": str(copy.key), "VersionId": copy.version_id}
    assert client.get_object_legal_hold(**where)["LegalHold"]["Status"] == "ON"
    blockers_lift(reason_ref=reason)
    mirror()
    assert client.get_object_legal_hold(**where)["LegalHold"]["Status"] == "OFF"
    assert all_compared() == []


@pytest.mark.usefixtures("credentials")
def test_a_store_without_flags_is_left_alone(settings: Settings, s3: S3EvidenceStore) -> None:
    settings.STORAGE_COPY_URL = f"s3://{s3.bucket_name}?endpoint={s3.endpoint_url}&region=us-east-1&lock=none"
    [(record, its)] = with_media(scene.page(), "1")
    place(record)
    assert mirror() == {"on": 1, "off": 0}
    assert shown(its) == {"file": True, "s3-copy": False}
    assert all_compared() == []
