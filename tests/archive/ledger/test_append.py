import os
import pickle
import threading
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from archive.ledger.commitment import commit
from archive.ledger.drafting import prepare_first
from archive.ledger.encoding import base64url
from archive.ledger.errors import FieldError
from archive.ledger.models import EventContent, LedgerEvent, PendingEvent, Subject
from archive.ledger.services import AppendedEvent, EventDraft, append_events, append_first
from tests.committed import CommittedDatabase

AT = datetime(2026, 3, 1, 12, 35, tzinfo=UTC)


def draft(subject: bytes | None = None, text: str = "x", kind: str = "removal.observed") -> EventDraft:
    return EventDraft(
        kind=kind,
        schema="removal.observed/1",
        subject=subject or os.urandom(16),
        fields={"/removal/how": text},
        compartment="public",
        at=AT,
    )


def check_written(event: AppendedEvent, expected: EventDraft, prev: AppendedEvent | None) -> None:
    """What the database holds of an event commits, under its own key, to just the entry that was queued."""
    content = EventContent.objects.get(pk=event.event_id)
    row = LedgerEvent.objects.get(pk=event.event_id)
    fields = orjson.loads(bytes(content.fields))
    assert fields == {
        **expected.fields,
        "/event/kind": expected.kind,
        "/event/n": 0 if prev is None else prev.n + 1,
        "/event/prev": None if prev is None else base64url(prev.leaf),
        "/event/subject": base64url(expected.subject),
        "/event/time": "2026-03-01T12:35:00.000000Z",
    }
    assert commit(content.schema, fields, bytes(content.key)) == (event.entry, event.leaf)
    assert (bytes(row.leaf), bytes(row.subject), row.n) == (event.entry, expected.subject, fields["/event/n"])
    assert (row.created_at, content.compartment) == (AT, "public")
    assert PendingEvent.objects.filter(event_id=event.event_id).count() == 1


@pytest.mark.django_db
def test_new_subjects_begin_their_chains_and_later_events_extend_them() -> None:
    first = [draft() for _ in range(3)]
    begun = append_events(first)
    again = [draft(first[1].subject), draft(), draft(first[0].subject), draft(first[1].subject)]
    extended = append_events(again)
    for event, expected in zip(begun, first, strict=True):
        check_written(event, expected, None)
    for event, expected, prev in zip(extended, again, [begun[1], None, begun[0], extended[0]], strict=True):
        check_written(event, expected, prev)
    head = Subject.objects.get(subject=first[1].subject)
    assert (head.n, bytes(head.head or b"")) == (3, extended[3].leaf)


@pytest.mark.django_db
def test_two_events_of_one_new_subject_chain_in_the_order_given() -> None:
    subject = os.urandom(16)
    drafts = [draft(subject, "one"), draft(), draft(subject, "two")]
    events = append_events(drafts)
    check_written(events[0], drafts[0], None)
    check_written(events[2], drafts[2], events[0])
    assert Subject.objects.get(subject=subject).n == 2


@pytest.mark.django_db
def test_every_event_has_a_key_of_its_own() -> None:
    events = append_events([draft() for _ in range(200)])
    keys = {bytes(key) for key in EventContent.objects.values_list("key", flat=True)}
    assert len(keys) == len({event.event_id for event in events}) == 200
    assert {len(key) for key in keys} == {32}


@pytest.mark.django_db
def test_first_events_made_ahead_are_written_as_if_made_here_and_chain_on() -> None:
    drafts = [draft() for _ in range(3)]
    prepared = prepare_first(drafts)
    assert not LedgerEvent.objects.exists()
    append_first(pickle.loads(pickle.dumps(prepared)))
    for each, expected in zip(prepared, drafts, strict=True):
        check_written(each.event, expected, None)
    again = draft(drafts[1].subject)
    [extended] = append_events([again])
    check_written(extended, again, prepared[1].event)


@pytest.mark.django_db
def test_a_first_event_of_a_subject_that_exists_is_refused() -> None:
    [begun] = prepare_first([draft()])
    append_first([begun])
    with pytest.raises(UniqueViolation), transaction.atomic():
        append_first(prepare_first([draft(begun.subject)]))
    assert LedgerEvent.objects.count() == 1


@pytest.mark.parametrize("bad", [{"/a": 1.5}, {"a": "x"}, {"/event/n": 7}, {"/a": "\ud800"}])
def test_a_bad_draft_is_refused_before_any_transaction(bad: dict[str, str]) -> None:
    with pytest.raises(FieldError):
        prepare_first([draft(), replace(draft(), fields=bad)])


@pytest.mark.commits
def test_outside_a_transaction_nothing_is_written() -> None:
    with pytest.raises(RuntimeError):
        append_events([draft()])
    with pytest.raises(RuntimeError):
        append_first(prepare_first([draft()]))
    assert not LedgerEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [{"/a": 1.5}, {"a": "x"}, {"/event/n": 7}, {"/a": "\ud800"}, {"/a": "x" * 40_000}])
def test_one_bad_draft_refuses_all_of_them(bad: dict[str, str]) -> None:
    wrong = EventDraft(
        kind="heartbeat", schema="heartbeat/1", subject=os.urandom(16), fields=bad, compartment="public", at=AT
    )
    with pytest.raises(FieldError):
        append_events([draft(), wrong])
    with pytest.raises(FieldError):
        append_events([draft(), replace(wrong, fields={}), wrong])
    assert not LedgerEvent.objects.exists()
    assert not EventContent.objects.exists()
    assert not Subject.objects.exists()


@pytest.mark.commits
def test_a_rolled_back_writer_leaves_no_event_no_queue_and_an_unmoved_head() -> None:
    subject = os.urandom(16)
    with transaction.atomic():
        [kept] = append_events([draft(subject)])
    with transaction.atomic():
        append_events([draft(subject), draft()])
        transaction.set_rollback(True)
    with transaction.atomic():
        [next_] = append_events([draft(subject)])
    assert (next_.n, LedgerEvent.objects.count(), PendingEvent.objects.count()) == (1, 2, 2)
    fields = orjson.loads(bytes(EventContent.objects.get(pk=next_.event_id).fields))
    assert fields["/event/prev"] == base64url(kept.leaf)


@pytest.mark.commits
def test_writers_of_one_subject_wait_for_each_other_and_leave_one_chain(committed_db: CommittedDatabase) -> None:
    shared = [os.urandom(16) for _ in range(3)]
    failed: list[BaseException] = []

    def write(turned: bool) -> None:
        try:
            for _ in range(8):
                order = shared[::-1] if turned else shared
                with transaction.atomic():
                    append_events([draft(subject) for subject in order] + [draft()])
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[i % 2 == 1]) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    for subject in shared:
        rows = LedgerEvent.objects.filter(subject=subject).order_by("n")
        assert [row.n for row in rows] == list(range(32))
        head = None
        for row in rows:
            content = EventContent.objects.get(pk=row.pk)
            fields = orjson.loads(bytes(content.fields))
            assert fields["/event/prev"] == (None if head is None else base64url(head))
            head = commit(content.schema, fields, bytes(content.key)).leaf
    assert Subject.objects.filter(n=1).count() == 32


@pytest.mark.commits
def test_a_subject_created_by_another_writer_in_between_is_extended(committed_db: CommittedDatabase) -> None:
    """Both writers saw no such subject; the second waits for the first and chains on."""
    subject = os.urandom(16)
    looked, events = threading.Event(), list[AppendedEvent]()

    def write() -> None:
        with transaction.atomic():
            looked.set()
            events.extend(append_events([draft(subject)]))
        connection.close()

    with transaction.atomic():
        first = append_events([draft(subject)])
        thread = threading.Thread(target=write)
        thread.start()
        looked.wait(10)
        with committed_db.connect("superuser") as watch:
            for _ in range(1_000):
                waiting = watch.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                ).fetchone()
                if waiting == (1,):
                    break
            assert waiting == (1,)
    thread.join()
    assert [event.n for event in [*first, *events]] == [0, 1]
