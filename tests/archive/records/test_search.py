"""Search answers from one snapshot, labels its numbers, and a frozen search can be sworn to."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from archive.access.actor import Actor
from archive.access.models import Words
from archive.accounts.models import Account
from archive.capture.commit import exchange_commit
from archive.records import search as module
from archive.records.models import Record, RecordKey, SearchDocument, SearchRunHit
from archive.records.search import FilterError, Filters, search, search_exactly
from archive.records.search_run import search_freeze
from tests.archive.capture.world import AT, approved_page, exchange_of, open_run, person

pytestmark = pytest.mark.django_db


def clerk() -> Actor:
    """Return a records clerk."""
    return Actor(person("clerk", "records-clerk"))


def captured(account: Account, *texts: str, first: int = 1) -> None:
    """Capture posts with these texts, a day apart, the first one oldest."""
    piece = exchange_of([{"id": str(n), "text": text} for n, text in enumerate(texts, first)])
    items = [msgspec.structs.replace(item, published=AT - timedelta(days=100 - int(item.id))) for item in piece.items]
    exchange_commit(open_run(account), account, replace(piece, items=items), at=AT)


def found(words: str, **filters: object) -> list[str]:
    """Return the network ids found, newest first."""
    answer = search(actor=clerk(), at=AT, words=words, filters=Filters(**filters))  # type: ignore[arg-type]
    keys = dict(RecordKey.objects.values_list("record_id", "value"))
    return [keys[place.record_id] for place in answer.rows]


def test_words_phrases_minus_and_prefix() -> None:
    captured(approved_page(), "Road closed at Main St.", "Road open again", "Parking on Main", "closed road")
    assert found("road") == ["4", "2", "1"]
    assert found('"road closed"') == ["1"]
    assert found("road -open") == ["4", "1"]
    assert found("park*") == ["3"]
    assert found("parking OR open") == ["3", "2"]


def test_every_version_of_a_record_stays_findable() -> None:
    account = approved_page()
    captured(account, "first words")
    captured(account, "second words")
    assert found("first") == found("second") == ["1"]


def test_a_phrase_never_reaches_from_one_version_into_the_next() -> None:
    account = approved_page()
    captured(account, "alpha beta")
    captured(account, "gamma delta")
    assert found('"beta gamma"') == []


def test_total_and_facets_are_exact_and_agree() -> None:
    captured(approved_page(), *["road"] * 30, "park")
    answer = search(actor=clerk(), at=AT, words="road")
    exact = search_exactly(actor=clerk(), at=AT, words="road")
    assert (answer.total, len(answer.rows), answer.has_older) == (30, 25, True)
    assert (exact.total, exact.facets) == (answer.total, answer.facets)
    assert answer.facets is not None
    assert answer.facets["kind"] == {"post": 30}


def test_beyond_the_cap_no_number_is_claimed_but_the_newest_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAP", 10)
    captured(approved_page(), *["road"] * 30)
    answer = search(actor=clerk(), at=AT, words="road")
    assert (answer.total, answer.facets) == (None, None)
    newest = list(SearchDocument.objects.order_by("-sort_at", "-record_id").values_list("record_id", flat=True)[:25])
    assert [place.record_id for place in answer.rows] == newest
    assert search_exactly(actor=clerk(), at=AT, words="road").total == 30


def test_older_and_newer_pages_show_every_row_once() -> None:
    captured(approved_page(), *["road"] * 60)
    first = search(actor=clerk(), at=AT, words="road")
    second = search(actor=clerk(), at=AT, words="road", older_than=first.rows[-1])
    third = search(actor=clerk(), at=AT, words="road", older_than=second.rows[-1])
    ids = [place.record_id for page in (first, second, third) for place in page.rows]
    assert len(ids) == len(set(ids)) == 60
    assert not third.has_older
    back = search(actor=clerk(), at=AT, words="road", newer_than=third.rows[0])
    assert back.rows == second.rows


def test_days_are_the_departments_and_both_inclusive() -> None:
    captured(approved_page(), "a", "b", "c")
    day = (AT - timedelta(days=98)).date()
    assert found("", since=day, until=day) == ["2"]


def test_filters_that_make_no_sense_are_refused() -> None:
    with pytest.raises(FilterError):
        Filters(states=("vanished",))
    with pytest.raises(FilterError):
        Filters(since=date(2026, 2, 1), until=date(2026, 1, 1))


def test_hits_behind_closed_doors_are_counted_not_shown() -> None:
    account = approved_page()
    captured(account, "road one", "road two")
    SearchDocument.objects.filter(record__keys__value="2").update(compartment="restricted")
    answer = search(actor=clerk(), at=AT, words="road")
    assert (answer.total, answer.closed) == (1, {"restricted": 1})


def test_a_frozen_search_keeps_every_hit_and_its_digest() -> None:
    captured(approved_page(), "road one", "road two", "park")
    run = search_freeze(actor=clerk(), words="road", filters=Filters(), at=AT)
    refs = sorted(Record.objects.filter(keys__value__in=["1", "2"]).values_list("ref", flat=True))
    assert (run.total, SearchRunHit.objects.filter(run=run).count()) == (2, 2)
    assert bytes(run.found_sha256) == hashlib.sha256(b"".join(ref.bytes for ref in refs)).digest()
    assert Words.objects.get(ref=run.query_ref).text == "road"


def test_a_frozen_search_names_what_words_cannot_find() -> None:
    captured(approved_page(), "road", "🙂 …", "")
    run = search_freeze(actor=clerk(), words="road", filters=Filters(), at=AT)
    assert set(run.limits) == {"without_text", "text_past_limit", "older_tokenizer"}


def test_a_frozen_search_of_nothing_is_an_answer_too() -> None:
    approved_page()
    run = search_freeze(actor=clerk(), words="nobody said this", filters=Filters(), at=AT)
    assert run.total == 0
    assert bytes(run.found_sha256) == hashlib.sha256(b"").digest()
