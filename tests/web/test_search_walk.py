"""Searching as a clerk does it: words, filters, counts that say what they are, and a search that is frozen."""

import html
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from archive.access.models import AuditEntry
from archive.records.filters import FilterOption
from archive.records.models import Record, SearchDocument, SearchRun
from tests.web.captured import a_page, a_thread, captured, named
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(world: World, office: str = "records-clerk") -> Client:
    client = Client()
    client.force_login(world.holders[office])
    return client


def page(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def words_of(text: str) -> str:
    """The text of a page, as one reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def hits(text: str) -> list[str]:
    """The titles of the results."""
    return [words_of(title).strip() for title in re.findall(r'class="hit-title">(.*?)</h2>', text, re.DOTALL)]


def test_the_start_page_shows_the_newest_and_how_to_search(world: World) -> None:
    a_thread(world)
    text = page(signed_in(world), "/search/")
    assert hits(text)[0] == "Comment by Dana (@dana)"
    assert "How to write a search" in text
    assert "5 records" in words_of(text)


def test_with_nothing_captured_the_page_says_how_records_come_here(world: World) -> None:
    assert "Nothing has been captured yet." in page(signed_in(world), "/search/")


def test_words_find_every_version_and_are_marked(world: World) -> None:
    a_thread(world)
    text = page(signed_in(world), "/search/?q=lane")
    assert hits(text) == ["Post by Riverton_Pd (@riverton_pd)"]
    assert "<mark>lane</mark>" in text
    earlier = page(signed_in(world), "/search/?q=form")
    assert "Found in an earlier version" in earlier
    assert "<mark>form</mark>" in earlier


def test_a_hit_outside_the_text_says_where_it_is(world: World) -> None:
    account = a_page(world)
    posts = [{"id": "1", "text": "Look", "published": world.at, "pictures": ["A map of Elm Street"], "author": "zed"}]
    captured(account, posts, at=world.at)
    assert "Found in the description of a picture" in page(signed_in(world), "/search/?q=elm")
    assert "Found in the author's name" in page(signed_in(world), "/search/?q=zed")


def test_what_was_captured_is_never_run_or_reordered(world: World) -> None:
    account = a_page(world)
    posts = [{"id": "1", "text": "<script>alert(1)</script> road \u202e\ud83d end", "published": world.at}]
    captured(account, posts, at=world.at)
    text = signed_in(world).get("/search/?q=road").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "[U+202E]" in text
    assert "[U+D83D]" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ('q="road', "A quotation mark is missing"),
        ("q=road+OR", "OR"),
        ("q=%2A", "star"),
        ("since=2026-05-02&until=2026-05-01", "The first day lies after the last one."),
        ("since=yesterday", "Enter a valid date."),
        ("kind=poem", "poem"),
        ("author=nobody-here", "Nobody is known by that handle or id."),
    ],
)
def test_a_search_that_cannot_be_run_says_why_in_a_sentence(world: World, query: str, sentence: str) -> None:
    a_thread(world)
    text = page(signed_in(world), f"/search/?{query}")
    assert sentence in text
    assert hits(text) == []


def test_filters_narrow_and_each_can_be_let_go(world: World) -> None:
    a_thread(world)
    client = signed_in(world)
    assert len(hits(page(client, "/search/?kind=comment"))) == 4
    assert hits(page(client, "/search/?state=removed")) == ["Comment by Dana (@dana)"]
    text = page(client, "/search/?kind=comment&state=hidden")
    assert hits(text) == ["Comment by Cem (@cem)"]
    assert 'href="?kind=comment"' in text
    assert 'href="?state=hidden"' in text


def test_a_year_a_span_of_days_and_an_account_narrow(world: World) -> None:
    account = a_page(world, name="Other page")
    captured(account, [{"id": "1", "text": "Old", "published": world.at - timedelta(days=800)}], at=world.at)
    a_thread(world)
    client = signed_in(world)
    old = (world.at - timedelta(days=800)).year
    assert hits(page(client, f"/search/?year={old}")) == ["Post by Resident (@resident)"]
    assert hits(page(client, f"/search/?account={account.ref}")) == ["Post by Resident (@resident)"]
    assert hits(page(client, f"/search/?until={old}-12-31")) == ["Post by Resident (@resident)"]
    assert len(hits(page(client, f"/search/?since={old + 1}-01-01"))) == 5


def test_an_author_is_found_by_handle_and_by_id_but_not_by_being_mentioned(world: World) -> None:
    records = a_thread(world)
    captured(records["p"].account, [{"id": "x", "text": "Hello @ann", "published": world.at}], at=world.at)
    client = signed_in(world)
    for asked in ("@ann", "ann", "ANN", "id-ann", "mastodon:id-ann"):
        assert hits(page(client, f"/search/?author={asked}")) == ["Comment by Ann (@ann)"]


def test_the_counts_beside_the_results_have_names_and_lead_on(world: World) -> None:
    a_thread(world)
    text = page(signed_in(world), "/search/?q=main+OR+bus")
    aside = text[text.index('id="search-facets"') :]
    assert "Riverton Police" in aside
    assert "Comment" in aside
    assert 'href="?q=main+OR+bus&kind=comment"' in aside
    assert "On the network" in words_of(aside)


def test_what_lies_in_closed_compartments_is_counted_and_not_shown(world: World) -> None:
    a_thread(world)
    messages = a_page(world, name="Messages", compartment="messages")
    captured(messages, [{"id": "m", "text": "secret road", "kind": "message", "published": world.at}], at=world.at)
    text = page(signed_in(world), "/search/?q=road")
    assert "1 further record fits and lies in “Private messages”" in words_of(text)
    assert "secret" not in text
    assert messages.name not in text
    assert "secret" in page(signed_in(world, "counsel"), "/search/?q=road")


def test_older_and_newer_pages_leave_nothing_out_and_repeat_nothing(world: World) -> None:
    account = a_page(world)
    posts = [
        {"id": f"{n}", "text": f"number{n} road", "published": world.at - timedelta(minutes=n // 3)} for n in range(60)
    ]
    captured(account, posts, at=world.at)
    client = signed_in(world)
    seen: list[str] = []
    address = "/search/?q=road"
    while True:
        text = page(client, address)
        seen += re.findall(r"number\d+", words_of(text))
        older = re.search(r'rel="next" href="([^"]+)"', text)
        if older is None:
            break
        address = "/search/" + older[1]
    assert sorted(seen) == sorted(f"number{n}" for n in range(60))
    back = re.search(r'rel="prev" href="([^"]+)"', text)
    assert back is not None
    assert len(hits(page(client, "/search/" + back[1]))) == 25


@pytest.mark.parametrize("place", ["x", "W10", "WyJhIiwxXQ", "A" * 500, "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgMV0"])
def test_a_place_that_was_tampered_with_shows_the_first_page(world: World, place: str) -> None:
    a_thread(world)
    assert len(hits(page(signed_in(world), f"/search/?older={place}"))) == 5


def test_a_search_costs_the_same_queries_however_much_it_finds(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    records = a_thread(world)
    posts = [{"id": f"n{n}", "text": f"road {n}", "published": world.at} for n in range(25)]
    captured(records["p"].account, posts, at=world.at)
    client = signed_in(world)
    client.get("/search/?q=main")
    with django_assert_max_num_queries(40):
        client.get("/search/?q=road&kind=post")


class Series:
    """A filter of an upper room."""

    name = "series"
    column = "series_id"
    title = "Series"
    nothing = "In no series"

    def options(self, actor: object, at: object) -> Sequence[FilterOption]:
        return [FilterOption("comments", 7, "Comments of the public"), FilterOption("posts", 8, "Posts")]


SERIES = Series()


def test_an_upper_rooms_filter_is_offered_named_and_narrows(world: World, settings: object) -> None:
    settings.RECORD_FILTERS = [f"{__name__}.SERIES"]  # type: ignore[attr-defined]
    records = a_thread(world)
    SearchDocument.objects.filter(record=records["a"]).update(series_id=7)
    client = signed_in(world)
    aside = page(client, "/search/?q=main+OR+bus")
    assert "Comments of the public" in aside
    text = page(client, "/search/?series=comments")
    assert hits(text) == ["Comment by Ann (@ann)"]
    assert "Series: Comments of the public" in text


def test_without_such_a_filter_none_is_offered(world: World, settings: object) -> None:
    settings.RECORD_FILTERS = []  # type: ignore[attr-defined]
    a_thread(world)
    assert 'name="series"' not in page(signed_in(world), "/search/?q=main")


def test_a_search_is_frozen_with_one_audit_entry_and_keeps_its_count(world: World) -> None:
    records = a_thread(world)
    client = signed_in(world)
    before = AuditEntry.objects.count()
    answer = client.post("/search/runs/", {"q": "main OR bus", "kind": ["post", "comment"]})
    run = SearchRun.objects.get()
    assert answer.headers["Location"] == f"/search/runs/{run.ref}/"
    assert AuditEntry.objects.count() == before + 1
    captured(records["p"].account, [{"id": "n", "text": "another bus", "published": world.at}], at=world.at)
    text = words_of(page(client, f"/search/runs/{run.ref}/"))
    assert "2 records" in text
    assert "main OR bus" in text
    assert "Kind: Post, Comment" in text
    digest = bytes(run.found_sha256).hex()
    assert " ".join(digest[n : n + 8] for n in range(0, 64, 8)) in text
    assert "Public pages" in text
    assert text.count("main OR bus") == words_of(page(client, "/search/runs/")).count("main OR bus") == 1


def test_freezing_a_search_that_cannot_be_run_says_why_and_keeps_nothing(world: World) -> None:
    answer = signed_in(world).post("/search/runs/", {"q": '"road'})
    assert "A quotation mark is missing" in html.unescape(answer.content.decode())
    assert not SearchRun.objects.exists()


def test_a_frozen_search_beside_now_says_what_came_and_what_went(world: World) -> None:
    records = a_thread(world)
    client = signed_in(world)
    client.post("/search/runs/", {"q": "main OR bus OR works", "state": ["live", "removed"]})
    run = SearchRun.objects.get()
    SearchDocument.objects.filter(record=records["a"]).update(state="hidden")
    later = run.at + timedelta(seconds=1)
    captured(records["p"].account, [{"id": "n", "text": "another bus", "published": world.at}], at=later)
    text = words_of(page(client, f"/search/runs/{run.ref}/?compare=now"))
    assert "the same search finds 3; then it found 3" in text
    assert "2 are in both lists." in text
    assert "Found now: captured since" in text
    assert "No longer: its state on the network changed" in text
    assert "The kept list still gives the digest above." in text
    alone = page(client, f"/search/runs/{run.ref}/?compare=now", **{"HX-Request": "true"})
    assert "<html" not in alone
    assert "Found now" in alone


def test_a_frozen_search_of_another_is_not_found_and_the_auditor_sees_it(world: World) -> None:
    a_thread(world)
    signed_in(world).post("/search/runs/", {"q": "main"})
    address = f"/search/runs/{SearchRun.objects.get().ref}/"
    assert signed_in(world, "pio").get(address).status_code == 404
    assert "No search is frozen." in page(signed_in(world, "pio"), "/search/runs/")
    assert "main" in page(signed_in(world, "auditor"), address)


def test_a_record_of_the_results_opens_with_the_words_marked(world: World) -> None:
    a_thread(world)
    client = signed_in(world)
    link = re.search(r'href="(/records/[^"]+)"', page(client, "/search/?q=lane"))
    assert link is not None
    assert "<mark>lane</mark>" in page(client, link[1])


def test_a_destroyed_record_is_in_no_result(world: World) -> None:
    records = a_thread(world)
    record = Record.objects.get(pk=records["b"].pk)
    SearchDocument.objects.filter(record=record).delete()
    assert "Bob" not in page(signed_in(world), "/search/?q=notice")
    assert named(record.account, "b") == record
