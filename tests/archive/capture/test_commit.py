"""The capture transaction: what is new, what changed, what was disposed of, and what of it reaches the log."""

import hashlib

import orjson
import pytest
from django.db import connection

from archive.capture.commit import exchange_commit
from archive.capture.framing import reassemble
from archive.capture.models import Exchange, Observation, Quarantine
from archive.ledger.commitment import commit
from archive.ledger.encoding import base64url
from archive.ledger.models import EventContent, LedgerEvent
from archive.records.models import Current, Link, Reading, Record, RecordKey, SearchDocument, Version
from tests.archive.capture.world import approved_page, exchange_of, later, open_run

pytestmark = pytest.mark.django_db


def test_a_new_item_becomes_record_version_slice_and_event() -> None:
    account = approved_page()
    received = exchange_of([{"id": "1", "text": "Road closed at Main St."}])
    result = exchange_commit(open_run(account), account, received, at=later(0))
    version = Version.objects.get()
    assert (result.new, result.quarantined) == (1, 0)
    content = EventContent.objects.get(event_id=version.event_id)
    fields = orjson.loads(bytes(content.fields))
    assert fields["/content/0"] == "Road "
    assert fields["/event/kind"] == "capture"
    assert fields["/raw/slice/sha256"] == base64url(hashlib.sha256(bytes(version.slice.raw)).digest())
    event = LedgerEvent.objects.get(event_id=version.event_id)
    assert commit(content.schema, fields, bytes(content.key)).entry == bytes(event.leaf)
    assert bytes(event.subject) == bytes(version.record.subject)


def test_the_same_words_again_leave_only_a_sign_of_life() -> None:
    account = approved_page()
    post = {"id": "1", "text": "Road closed"}
    exchange_commit(open_run(account), account, exchange_of([post]), at=later(0))
    result = exchange_commit(open_run(account, later(60)), account, exchange_of([post]), at=later(60))
    assert (result.new, result.unchanged, Version.objects.count()) == (0, 1, 1)
    assert Current.objects.get().last_seen_at == later(60)


def test_an_edit_is_a_further_version_of_the_same_chain() -> None:
    account = approved_page()
    run = open_run(account)
    exchange_commit(run, account, exchange_of([{"id": "1", "text": "Road closed"}]), at=later(0))
    result = exchange_commit(run, account, exchange_of([{"id": "1", "text": "Road open"}]), at=later(60))
    first, second = Version.objects.order_by("n")
    assert len(result.edited) == 1
    assert Current.objects.get().version == second
    events = LedgerEvent.objects.filter(subject=first.record.subject).order_by("n")
    assert [e.event_id for e in events] == [first.event_id, second.event_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsv::text LIKE '%%closed%%' AND tsv::text LIKE '%%open%%' FROM search_document")
        assert cursor.fetchone()[0], "both versions stay findable"


def test_the_whole_answer_can_be_put_together_again() -> None:
    account = approved_page()
    received = exchange_of([{"id": str(n), "text": f"Post {n} 🚧"} for n in range(5)], bad=[b'{"id":9,,}'])
    exchange_commit(open_run(account), account, received, at=later(0))
    exchange = Exchange.objects.get()
    pieces = {(s.start, s.stop): bytes(s.raw) for s in exchange.slices.all()}
    pieces |= {(q.start, q.stop): bytes(q.raw or b"") for q in Quarantine.objects.all()}
    holes = [tuple(hole) for hole in exchange.frame.holes]
    body, missing = reassemble(bytes(exchange.frame.body), holes, pieces, exchange.size)
    assert (body, missing) == (received.body, [])
    assert b"Post" not in bytes(exchange.frame.body)


def test_a_bad_item_is_quarantined_with_its_bytes_and_the_rest_goes_on() -> None:
    account = approved_page()
    received = exchange_of([{"id": "1", "text": "good"}], bad=[b'{"id": nope'])
    result = exchange_commit(open_run(account), account, received, at=later(0))
    kept = Quarantine.objects.get()
    assert (result.new, result.quarantined) == (1, 1)
    assert (kept.code, bytes(kept.raw or b"")) == ("malformed", b'{"id": nope')


def test_hiding_and_showing_are_dated_observations_not_versions() -> None:
    account = approved_page()
    run = open_run(account)
    for n, hidden in enumerate([False, True, True, False]):
        exchange_commit(run, account, exchange_of([{"id": "1", "text": "x", "hidden": hidden}]), at=later(n))
    seen = list(Observation.objects.order_by("at").values_list("kind", "who", "at"))
    assert seen == [("hidden", "us", later(1)), ("shown", "unknown", later(3))]
    assert Version.objects.count() == 1
    assert SearchDocument.objects.get().state == "live"


def test_a_comment_captured_before_its_post_is_hung_into_the_thread_later() -> None:
    account = approved_page()
    run = open_run(account)
    exchange_commit(run, account, exchange_of([{"id": "3", "text": "reply", "parent": "2"}]), at=later(0))
    exchange_commit(run, account, exchange_of([{"id": "2", "text": "comment", "parent": "1"}]), at=later(1))
    exchange_commit(run, account, exchange_of([{"id": "1", "text": "post"}]), at=later(2))
    ids = dict(RecordKey.objects.values_list("value", "record_id"))
    links = {link.record_id: (link.parent_id, link.root_id) for link in Link.objects.all()}
    assert links == {
        ids["1"]: (None, ids["1"]),
        ids["2"]: (ids["1"], ids["1"]),
        ids["3"]: (ids["2"], ids["1"]),
    }


def test_a_thread_in_one_answer_is_hung_together_in_any_order() -> None:
    account = approved_page()
    posts = [
        {"id": "9", "text": "deep", "parent": "8"},
        {"id": "7", "text": "post"},
        {"id": "8", "text": "comment", "parent": "7"},
    ]
    exchange_commit(open_run(account), account, exchange_of(posts), at=later(0))
    ids = dict(RecordKey.objects.values_list("value", "record_id"))
    assert set(Link.objects.values_list("root_id", flat=True)) == {ids["7"]}
    assert Link.objects.get(record_id=ids["9"]).parent_id == ids["8"]


def test_an_earlier_revision_does_not_become_the_current_version() -> None:
    account = approved_page()
    run = open_run(account)
    exchange_commit(run, account, exchange_of([{"id": "1", "text": "third"}]), at=later(0))
    revisions = exchange_of([{"id": "1", "text": "first"}, {"id": "1", "text": "second"}], historic=True)
    exchange_commit(run, account, revisions, at=later(1))
    assert list(Version.objects.order_by("n").values_list("n", flat=True)) == [1, 2, 3]
    assert Current.objects.get().version.n == 1


def test_counters_are_thinned_to_one_reading_a_day() -> None:
    account = approved_page()
    run = open_run(account)
    for n in range(3):
        exchange_commit(run, account, exchange_of([{"id": "1", "text": "x"}]), at=later(n * 60))
    assert Reading.objects.count() == 1


def test_an_item_listed_twice_is_taken_once_and_counted() -> None:
    account = approved_page()
    post = {"id": "1", "text": "x"}
    result = exchange_commit(open_run(account), account, exchange_of([post, post]), at=later(0))
    assert (result.new, result.repeated, Record.objects.count()) == (1, 1, 1)
