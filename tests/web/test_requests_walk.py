"""A request from its receipt to its answer on the pages, as people click through it; no script runs here."""

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import User
from archive.jobs.models import Job
from archive.records.panels import panels_of
from foia.collections.models import Collection
from foia.production.models import Production, ReleaseDownload
from foia.production.services import BUILD
from foia.production.waiting import productions_waiting
from foia.requests.models import RecordsRequest
from foia.requests.waiting import requests_due
from foia.review.models import Approval, Redaction, ReviewDecision
from foia.review.waiting import reviews_waiting
from retention.holds.models import Hold
from tests.foia.scene import Said, captured
from tests.web import foia_pages as scene
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer: object) -> str:
    """The page as text: tags out, white space joined."""
    html = getattr(answer, "content").decode()  # noqa: B009
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def intake(world: World, **more: object) -> dict[str, object]:
    received = timezone.localtime(world.at - timedelta(hours=5), ZoneInfo(world.department.zone))
    return {
        "text": scene.ASKED,
        "channel": "e-mail",
        "received_at": received.strftime("%Y-%m-%dT%H:%M"),
        **more,
    }


def review(collection: Collection, n: int | None = None) -> str:
    return f"/requests/{collection.purpose_ref}/review/{collection.ref}/" + (f"{n}/" if n else "")


def test_a_request_is_taken_in_with_its_own_time_of_receipt_and_everything_is_held(world: World) -> None:
    scene.years_adopted(world)
    answer = as_(world.holders["records-clerk"]).post("/requests/take/", intake(world), follow=True)
    taken = RecordsRequest.objects.get()
    assert taken.received_at < taken.entered_at - timedelta(hours=4)
    assert taken.hold_ref is not None
    assert Hold.objects.get(ref=taken.hold_ref).in_force
    page = words(answer)
    assert "Every page and every kind of record" in page
    assert "5 business days after the day of receipt" in page
    assert "5 ILCS 140/3(d)" in page
    assert "Not said, and nobody has to." in page


def test_without_the_years_holidays_nothing_is_taken_in_and_the_page_says_where_to_adopt_them(world: World) -> None:
    answer = as_(world.holders["records-clerk"]).post("/requests/take/", intake(world))
    assert not RecordsRequest.objects.exists()
    assert 'href="/requests/holidays/"' in answer.content.decode()
    assert "have not been adopted" in words(answer)


def test_a_year_is_adopted_as_it_was_ticked_with_a_day_added_by_hand(world: World) -> None:
    from archive.access.models import HolidayYear

    form = {
        "source": "the State's list",
        "take-0": "on",
        "cautious-0": "on",
        "day-1": "2027-04-06",
        "name-1": "Election",
    }
    as_(world.holders["foia-officer"]).post("/requests/holidays/2027/", form)
    days = list(HolidayYear.objects.get(year=2027).days.order_by("day").values_list("name", "excluded_conservative"))
    assert days == [("New Year's Day", True), ("Election", False)]


def test_a_day_that_is_none_adopts_nothing_and_keeps_what_was_typed(world: World) -> None:
    from archive.access.models import HolidayYear

    form = {"source": "the State's list", "day-1": "2027-02-30", "name-1": "No such day"}
    answer = as_(world.holders["foia-officer"]).post("/requests/holidays/2027/", form)
    assert not HolidayYear.objects.exists()
    assert "2027-02-30 is no day" in words(answer)
    assert 'value="No such day"' in answer.content.decode()


def test_looking_counts_and_keeps_nothing_and_freezing_leads_to_the_review(world: World) -> None:
    request = scene.a_request(world)
    captured(
        scene.a_page(world), Said("The roadworks are late"), Said("Something else"), at=world.at - timedelta(days=1)
    )
    client, url = as_(world.holders["records-clerk"]), f"/requests/{request.ref}/search/"
    assert "1 record is found." in words(client.post(url, {"words": "roadworks", "act": "look"}))
    assert not Collection.objects.exists()
    page = words(client.post(url, {"words": "roadworks", "act": "freeze"}, follow=True))
    assert "1 versions of 1 records, frozen" in page
    assert f"Sworn run {Collection.objects.get().search_run.ref}" in page


def test_a_marked_part_of_a_word_is_shown_grown_before_anything_is_saved(world: World) -> None:
    collection = scene.a_collection(world)
    client, url = as_(world.holders["records-clerk"]), review(collection, 2)
    shown = client.post(url, {"act": "preview", "passage": "555-01", "code": "7(1)(b)"})
    page = words(shown)
    assert "You marked “555-01”. It grew to whole words" in page
    assert scene.PHONE in page
    assert not ReviewDecision.objects.exists()
    asks = re.findall(r'name="ask" value="([^"]+)"', shown.content.decode())
    saved = {"act": "save", "ask": asks, "basis": "A private telephone number."}
    client.post(url, saved)
    hidden = Redaction.objects.get()
    assert (hidden.asked_start, hidden.asked_stop) == (15, 21)
    assert (hidden.shown_start, hidden.shown_stop) == (11, 24)


def test_words_are_ticked_in_runs_and_the_author_goes_whole_with_what_repeats_the_name(world: World) -> None:
    collection = scene.a_collection(world)
    form = {"act": "preview", "segment": ["/content:0", "/content:1"], "field": "/author", "code": "7(1)(c)"}
    shown = as_(world.holders["records-clerk"]).post(review(collection, 2), form)
    asks = re.findall(r'name="ask" value="([^"]+)"', shown.content.decode())
    assert asks == ["7(1)(c) 0-8 /content", "7(1)(c)  /author"]
    assert "Hidden with it, because it repeats what is hidden." in words(shown)


def test_what_was_marked_since_the_preview_is_shown_and_not_saved(world: World) -> None:
    collection = scene.a_collection(world)
    form = {
        "act": "save",
        "ask": ["7(1)(b) 11-23 /content"],
        "segment": ["/content:0"],
        "code": "7(1)(b)",
        "basis": "x",
    }
    answer = as_(world.holders["records-clerk"]).post(review(collection, 2), form)
    assert "You marked more before saving." in words(answer)
    assert not ReviewDecision.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"ask": ["nonsense"]},
        {"ask": ["7(1)(b) 0-99999999 /content"]},
        {"segment": ["/content:999999"], "code": "7(1)(b)"},
        {"segment": ["/nowhere:0"], "code": "7(1)(b)"},
        {"field": ["/event/kind"], "code": "7(1)(b)"},
        {"passage": "not there", "code": "7(1)(b)"},
        {"segment": ["/content:0"]},
        {},
    ],
)
def test_marks_that_make_no_sense_are_refused_in_a_sentence(world: World, form: dict[str, object]) -> None:
    answer = as_(world.holders["records-clerk"]).post(review(scene.a_collection(world), 2), {"act": "preview", **form})
    assert answer.status_code == 200
    assert "Nothing was saved" in words(answer)


def test_many_are_decided_at_once_and_the_rest_is_withheld_with_a_reason(world: World) -> None:
    collection = scene.a_collection(world)
    client, url = as_(world.holders["records-clerk"]), review(collection)
    client.post(url + "decide/", {"whom": "ticked", "item": ["1"], "act": "disclose"})
    bare = client.post(url + "decide/", {"whom": "undecided", "act": "withhold", "codes": ["7(1)(a)", ""]}, follow=True)
    assert "Say why" in words(bare)
    form = {"whom": "undecided", "act": "withhold", "codes": ["7(1)(a)", ""], "basis": "Juveniles."}
    client.post(url + "decide/", form)
    made = ReviewDecision.objects.order_by("item__n").values_list("decision", flat=True)
    assert list(made) == ["disclose", "withhold", "withhold"]


def test_who_decided_is_told_that_another_person_has_to_confirm(world: World) -> None:
    collection = scene.reviewed(world, world.holders["foia-officer"])
    client, url = as_(world.holders["foia-officer"]), review(collection)
    told = "You decided on 3 of these"
    assert told in words(client.get(url))
    assert told in words(client.post(url + "confirm/", follow=True))
    assert not Approval.objects.exists()
    as_(world.colleagues["foia-officer"]).post(url + "confirm/")
    assert Approval.objects.get().by == world.colleagues["foia-officer"]


def test_a_confirmed_review_is_numbered_gets_its_letter_and_is_built_by_a_job(world: World) -> None:
    collection = scene.reviewed(world, confirmed=True)
    scene.office_adopted(world, world.stranger)
    client = as_(world.holders["foia-officer"])
    page = words(client.post(f"/productions/new/{collection.ref}/", {"bates": "RPD"}, follow=True))
    assert "RPD-000001 to RPD-000003: 1 shown whole, 1 redacted, 1 withheld." in page
    url = f"/productions/{Production.objects.get().ref}/"
    assert "Issue the letter first" in words(client.post(url + "build/", follow=True))
    client.post(url + "letter/")
    assert "Waits for its turn" in words(client.post(url + "build/", follow=True))
    assert Job.objects.get(kind=BUILD).subject == str(Production.objects.get().ref)
    client.post(url + "cancel/")
    assert Job.objects.get(kind=BUILD).state == "cancelled"
    assert "Build the bundle of 3 versions" in words(client.get(url))


def test_a_bad_prefix_numbers_nothing(world: World) -> None:
    collection = scene.reviewed(world, confirmed=True)
    answer = as_(world.holders["foia-officer"]).post(f"/productions/new/{collection.ref}/", {"bates": "a b"})
    assert "A prefix has 2 to 24 capitals" in words(answer)
    assert not Production.objects.exists()


def test_the_link_is_shown_once_opens_for_anyone_and_can_be_taken_back(world: World) -> None:
    production = scene.bundled(world)
    client, url = as_(world.holders["foia-officer"]), f"/productions/{production.ref}/"
    made = client.post(url + "release/", {"days": "14"}).content.decode()
    found = re.search(r"http://testserver(/release/[^/]+/)", made)
    assert found is not None
    link = found[1]
    assert link not in client.get(url).content.decode()
    outside = Client()
    page = outside.get(link)
    assert "Download the bundle" in words(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    bundle = outside.get(link + "bundle/")
    assert b"".join(bundle) == b"PK the bundle"
    assert bundle.headers["Content-Disposition"].startswith("attachment")
    assert "1 download" in words(client.get(url))
    release = production.releases.get()
    client.post(f"{url}releases/{release.ref}/revoke/", {"reason": "Sent to the wrong address."})
    assert outside.get(link).status_code == 404
    assert outside.get(link + "bundle/").status_code == 404
    assert ReleaseDownload.objects.count() == 1
    assert "Sent to the wrong address." in words(client.get(url))


def test_a_look_at_the_headers_counts_as_no_download(world: World) -> None:
    handed = scene.released(world)
    before = ReleaseDownload.objects.count()
    assert Client().head(f"/release/{handed.token}/bundle/").status_code == 405
    assert ReleaseDownload.objects.count() == before


def test_the_parts_of_a_page_that_move_ask_for_the_whole_page_when_the_work_has_ended(world: World) -> None:
    ref = scene.production_in_work(world, world.stranger)["ref"]
    client = as_(world.holders["foia-officer"])
    assert "2 of 6 steps" in words(client.get(f"/productions/{ref}/progress/", headers={"HX-Request": "true"}))
    Job.objects.filter(kind=BUILD).update(state="done")
    assert client.get(f"/productions/{ref}/progress/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert client.get(f"/productions/{ref}/progress/").status_code == 302


def test_a_bundle_with_a_record_that_is_closed_to_someone_is_not_handed_to_them(world: World) -> None:
    from foia.collections.models import CollectionItem

    production = scene.bundled(world)
    item = CollectionItem.objects.filter(collection=production.collection).first()
    assert item is not None
    closed = CollectionItem.objects.create(
        collection=item.collection,
        n=99,
        record=item.record,
        version_id=captured_elsewhere(world),
        compartment="restricted",
        subject=bytes(16),
    )
    first = production.items.get(number=1)
    production.items.create(item=closed, decision=first.decision, number=99, bates="RPD-000099", last_n=0)
    Production.objects.filter(pk=production.pk).update(items_count=4)
    client = as_(world.holders["foia-officer"])
    assert client.get(f"/productions/{production.ref}/bundle/").status_code == 403
    assert "cannot download it" in words(client.get(f"/productions/{production.ref}/"))


def captured_elsewhere(world: World) -> int:
    [record] = captured(scene.a_page(world), Said("In another compartment"), at=world.at)
    return record.current.version_id


def test_today_says_what_waits_for_whom(world: World) -> None:
    def titles(office: str, item: object) -> list[str]:
        actor = Actor(user=world.holders[office])
        return [one.title for one in item(actor, world.at)]  # type: ignore[operator]

    collection = scene.reviewed(world)
    number = RecordsRequest.objects.get(ref=collection.purpose_ref).number
    assert titles("records-clerk", requests_due) == [f"Answer request {number}"]
    assert titles("auditor", requests_due) == []
    assert titles("foia-officer", reviews_waiting) == [f"Confirm the review of request {number}"]
    assert titles("records-clerk", reviews_waiting) == []
    as_(world.holders["foia-officer"]).post(review(collection) + "confirm/")
    assert titles("foia-officer", reviews_waiting) == []
    assert titles("records-manager", productions_waiting) == [f"Number the production for request {number}"]


def test_a_finished_bundle_waits_for_one_who_reviewed_nothing_in_it(world: World) -> None:
    production = scene.bundled(world)
    waiting = productions_waiting(Actor(user=world.holders["foia-officer"]), world.at)
    assert [one.title for one in waiting] == [f"Release {production.name}"]
    reviewer = Actor(user=world.colleagues["records-clerk"])
    assert productions_waiting(reviewer, world.at) == []


def test_a_records_page_names_its_requests_to_those_who_work_on_them_and_to_nobody_else(world: World) -> None:
    production = scene.bundled(world)
    record = production.items.get(number=1).item.record

    def found(office: str) -> list[str]:
        return [panel.anchor for panel in panels_of(Actor(user=world.holders[office]), record, world.at)]

    assert "requests" in found("records-clerk")
    assert "requests" not in found("auditor")
    page = words(as_(world.holders["foia-officer"]).get(f"/records/{record.ref}/"))
    assert "shown whole" in page
    assert "RPD-000001" in page
