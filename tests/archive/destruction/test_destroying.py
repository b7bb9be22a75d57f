"""The only door out: what goes, what stays, and who may not open it."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from archive.access import policy
from archive.access.models import AuditEntry
from archive.capture.models import Frame, Slice
from archive.destruction.errors import Blocked, NoOrder, Refused
from archive.destruction.models import Blocker, DestructionOrder
from archive.destruction.services import destroy_record
from archive.ledger.models import EventContent, LedgerEvent
from archive.records.models import (
    Author,
    Current,
    Link,
    Record,
    RecordKey,
    SearchDocument,
    SearchToken,
    Tombstone,
    TombstoneKey,
    Version,
)
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def willing(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS = ["tests.archive.destruction.scene.WILLING"]
    settings.REQUIRED_GUARDS = []


def test_a_destroyed_record_leaves_its_envelope_and_no_content() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"7001": "see @sheriff at https://example.org/x"}, about="7001")
    subject = scene.subject_of(record)
    before = LedgerEvent.objects.filter(subject=subject).count()
    done = destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)

    assert not done.again
    assert Record.objects.filter(pk=record).exists()
    assert Version.objects.filter(record_id=record).exists()
    assert LedgerEvent.objects.filter(subject=subject).count() == before + 1
    for content in (Slice, RecordKey, Current, SearchDocument, SearchToken):
        assert not content.objects.filter(record_id=record).exists(), content
    assert not Frame.objects.filter(about_id=record).exists()
    assert not Author.objects.exists()
    left = EventContent.objects.filter(event_id__in=LedgerEvent.objects.filter(subject=subject).values("event_id"))
    assert [row.schema for row in left] == ["disposition/1"]
    assert not DestructionOrder.objects.exists()


def test_no_column_of_the_database_still_holds_the_words_or_the_names_of_a_destroyed_record() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"70017001": "xylophonic zebra"}, about="70017001")
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        for [table] in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~* 'xylophonic|70017001'")
            assert cursor.fetchone() == (0,), table
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~* %s", [b"xylophonic".hex()])
            assert cursor.fetchone() == (0,), table


def test_the_tombstone_says_under_which_certificate_and_how_much_went() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    size = sum(len(bytes(row.raw)) for row in Slice.objects.filter(record_id=record))
    warrant = scene.order(record)
    done = destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)
    tombstone = Tombstone.objects.get(record_id=record)
    assert (tombstone.certificate_ref, tombstone.series_code) == (warrant.certificate_ref, "inbound")
    assert (tombstone.versions, tombstone.bytes, done.bytes) == (1, size, size)
    assert tombstone.event_id == done.event_id
    fields = bytes(EventContent.objects.get(event_id=done.event_id).fields).decode()
    assert "DC-2026-17" in fields
    assert "hello" not in fields


def test_destroying_twice_changes_nothing_the_second_time() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    warrant = scene.order(record)
    first = destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)
    audited, events = AuditEntry.objects.count(), LedgerEvent.objects.count()
    second = destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)
    assert second.again
    assert second.event_id == first.event_id
    assert (AuditEntry.objects.count(), LedgerEvent.objects.count()) == (audited, events)


def test_each_destruction_has_one_audit_entry() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    entry = AuditEntry.objects.get(action="disposition.execute")
    assert (entry.actor, entry.object_ref) == (manager.user, str(Record.objects.get(pk=record).ref))


@pytest.mark.parametrize("offices", [(), ("records-clerk",), ("chief",), ("administrator",)])
def test_only_the_office_that_executes_dispositions_destroys(offices: tuple[str, ...]) -> None:
    [record] = scene.comments(scene.page(), {"1": "hello"})
    with pytest.raises(policy.Denied):
        destroy_record(record_id=record, warrant=scene.order(record), actor=scene.person("one", *offices), at=AT)
    assert Slice.objects.filter(record_id=record).exists()


def test_without_an_order_nothing_goes() -> None:
    manager = scene.person("manager", "records-manager")
    one, other = scene.comments(scene.page(), {"1": "hello", "2": "there"})
    with pytest.raises(NoOrder):
        destroy_record(record_id=one, warrant=scene.order(other), actor=manager, at=AT)
    assert not Tombstone.objects.exists()


def test_before_its_day_an_order_is_not_in_force() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    warrant = scene.order(record, not_before=(AT + timedelta(days=1)).date())
    with pytest.raises(NoOrder):
        destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)


def test_a_blocker_wins_even_when_every_guard_is_willing() -> None:
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    warrant = scene.order(record)
    Blocker.objects.create(
        holding_kind="record", holding_id=record, reason_kind="hold", reason_ref=warrant.certificate_ref
    )
    with pytest.raises(Blocked):
        destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)
    assert not Tombstone.objects.exists()
    assert Slice.objects.filter(record_id=record).exists()


def test_destroying_one_of_a_hundred_leaves_the_bytes_and_keys_of_the_others() -> None:
    manager = scene.person("manager", "records-manager")
    records = scene.comments(scene.page(), {str(n): f"comment {n}" for n in range(100)})
    destroy_record(record_id=records[40], warrant=scene.order(records[40]), actor=manager, at=AT)
    others = [record for record in records if record != records[40]]
    assert Slice.objects.filter(record_id__in=others).count() == 99
    events = Version.objects.filter(record_id__in=others).values("event_id")
    assert EventContent.objects.filter(event_id__in=events).count() == 99
    assert Frame.objects.count() == 1


def test_a_reply_keeps_its_place_in_the_thread_and_loses_the_name_of_what_it_answered() -> None:
    manager = scene.person("manager", "records-manager")
    parent, child = scene.comments(scene.page(), {"1": "question", "2": "answer"})
    Link.objects.filter(record_id=child).update(parent_id=parent, parent_namespace="status", parent_value="1")
    destroy_record(record_id=parent, warrant=scene.order(parent), actor=manager, at=AT)
    link = Link.objects.get(record_id=child)
    assert (link.parent_id, link.parent_value) == (parent, "")


def test_an_author_of_another_record_stays() -> None:
    manager = scene.person("manager", "records-manager")
    one, other = scene.comments(scene.page(), {"1": "hello", "2": "there"})
    author = Current.objects.get(record_id=one).author
    Current.objects.filter(record_id=other).update(author=author)
    SearchDocument.objects.filter(record_id=other).update(author=author)
    destroy_record(record_id=one, warrant=scene.order(one), actor=manager, at=AT)
    assert Author.objects.filter(pk=author.pk).exists()  # type: ignore[union-attr]


def test_capture_counts_what_was_disposed_of_and_does_not_take_it_in_again() -> None:
    manager = scene.person("manager", "records-manager")
    account = scene.page()
    [record] = scene.comments(account, {"1": "hello"})
    destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    assert TombstoneKey.objects.count() == 1
    assert scene.comments(account, {"1": "hello", "2": "new"}) == list(
        RecordKey.objects.filter(value="2").values_list("record_id", flat=True)
    )
    assert not RecordKey.objects.filter(value="1").exists()
    assert Version.objects.filter(record_id=record).count() == 1


def test_two_pages_of_one_network_may_each_dispose_of_the_same_item() -> None:
    manager = scene.person("manager", "records-manager")
    records = [scene.comments(scene.page(handle), {"1": "hello"})[0] for handle in ("first", "second")]
    for record in records:
        destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    assert (Tombstone.objects.count(), TombstoneKey.objects.count()) == (2, 1)


def test_a_guard_that_refuses_is_obeyed_and_quoted(settings: Settings) -> None:
    settings.DESTRUCTION_GUARDS = ["tests.archive.destruction.scene.WILLING", "tests.archive.destruction.scene.BROKEN"]
    manager = scene.person("manager", "records-manager")
    [record] = scene.comments(scene.page(), {"1": "hello"})
    with pytest.raises(Refused) as caught:
        destroy_record(record_id=record, warrant=scene.order(record), actor=manager, at=AT)
    assert caught.value.reasons[0][0] == "guard.failed"
    assert Slice.objects.filter(record_id=record).exists()
