"""The destroying function believes nobody: called past the services, it checks order, blocker and tombstone itself."""

import uuid
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from archive.capture.models import Slice
from archive.destruction.models import Blocker
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Tombstone
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.committed import CommittedDatabase

TODAY = date(2026, 3, 2)


def call(record: int, today: date = TODAY) -> dict[str, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT what, how_many FROM daybook_destroy_record(%s, %s)", [record, today])
        return dict(cursor.fetchall())


def refused(record: int, code: str, today: date = TODAY) -> None:
    with pytest.raises(DatabaseError) as caught:
        call(record, today)
    assert getattr(caught.value.__cause__, "sqlstate", None) == code
    assert Slice.objects.filter(record_id=record).exists()


def tombstone(record: int, certificate: uuid.UUID, subject: bytes | None = None) -> None:
    """Write an event of `subject`, or of the record's own, and a tombstone that names it."""
    [event] = append_events(
        [
            EventDraft(
                kind="disposition.executed",
                schema="disposition/1",
                subject=subject or scene.subject_of(record),
                fields={"/disposition/certificate": "26-0117"},
                compartment="public",
                at=AT,
            )
        ]
    )
    Tombstone.objects.create(
        record_id=record,
        at=AT,
        series_code="inbound",
        certificate_ref=certificate,
        versions=1,
        bytes=1,
        event_id=event.event_id,
        finalises_on=TODAY,
    )


@pytest.fixture
def record(db: None) -> int:
    [record] = scene.comments(scene.page(), {"1": "hello"})
    return record


def test_without_an_order_it_refuses(record: int) -> None:
    refused(record, "DB002")


def test_before_the_day_of_the_order_it_refuses(record: int) -> None:
    scene.order(record, not_before=date(2026, 3, 3))
    refused(record, "DB002")


def test_without_a_tombstone_it_refuses(record: int) -> None:
    scene.order(record)
    refused(record, "DB003")


def test_a_tombstone_of_another_certificate_does_not_count(record: int) -> None:
    scene.order(record)
    tombstone(record, uuid.uuid4())
    refused(record, "DB003")


def test_a_tombstone_whose_event_is_not_in_the_records_own_chain_does_not_count(record: int) -> None:
    warrant = scene.order(record)
    tombstone(record, warrant.certificate_ref, subject=bytes(range(16)))
    refused(record, "DB003")


def test_a_blocker_is_asked_about_first(record: int) -> None:
    warrant = scene.order(record)
    tombstone(record, warrant.certificate_ref)
    Blocker.objects.create(holding_kind="record", holding_id=record, reason_kind="case", reason_ref=uuid.uuid4())
    refused(record, "DB001")


def test_a_record_that_is_not_there_is_named(record: int) -> None:
    with pytest.raises(DatabaseError, match="There is no record"):
        call(record + 1)


def test_with_all_three_it_destroys_once(record: int) -> None:
    warrant = scene.order(record)
    tombstone(record, warrant.certificate_ref)
    assert call(record)["slices"] == 1
    with pytest.raises(DatabaseError, match="No order"):
        call(record)


@pytest.mark.commits
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_transaction_that_cannot_see_what_others_commit_may_not_destroy(
    level: str, committed_db: CommittedDatabase, settings: Any
) -> None:
    settings.CAPTURE_LISTENERS = []
    [record] = scene.comments(scene.page(), {"1": "hello"})
    other = committed_db.connect(autocommit=False)
    other.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
    with pytest.raises(psycopg.Error) as caught:
        other.execute("SELECT * FROM daybook_destroy_record(%s, %s)", [record, TODAY])
    assert caught.value.sqlstate == "DB004"
