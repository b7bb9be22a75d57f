"""A walk through the holds as a browser sends it: place, look, be refused, have another person lift."""

import pytest
from django.test import Client

from archive.access.models import User
from archive.records.models import Record
from retention.holds.models import Hold
from tests.web.retention_pages import some_records
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def placed(client: Client, **more: str) -> Hold:
    answer = client.post("/holds/place/", {"kind": "legal", "reason": "Smith v. Riverton", **more})
    assert answer.status_code == 302, answer.content.decode()
    return Hold.objects.get(ref=answer.headers["Location"].split("/")[2])


def test_a_hold_on_pasted_addresses_covers_those_records(world: World) -> None:
    first, second, _third = Record.objects.filter(pk__in=some_records()).order_by("pk")
    client = signed_in(world.holders["records-manager"])
    hold = placed(client, records=f"https://daybook.example/records/{first.ref}/\r\n {second.ref}\r\n")
    assert sorted(hold.items.values_list("holding_id", flat=True)) == [first.pk, second.pk]
    page = client.get(f"/holds/{hold.ref}/").content.decode()
    assert str(first.ref) in page
    assert "keeps 2 records" in page


def test_a_record_that_the_person_may_not_see_is_as_unknown_as_one_that_is_not_there(world: World) -> None:
    closed = Record.objects.get(pk=some_records(1, compartment="restricted")[0])
    client = signed_in(world.holders["records-manager"])
    for ref in (str(closed.ref), "4c1b5a52-0f4e-4a0e-9a5a-1d1f5c0d7b11"):
        answer = client.post("/holds/place/", {"kind": "audit", "reason": "x", "records": ref})
        assert f"There is no record {ref} that you may see." in answer.content.decode()
    assert not Hold.objects.exists()
    placed(signed_in(world.holders["counsel"]), records=str(closed.ref))


def test_what_a_hold_covers_in_a_closed_compartment_is_counted_and_not_named(world: World) -> None:
    closed = Record.objects.get(pk=some_records(1, compartment="restricted")[0])
    hold = placed(signed_in(world.holders["counsel"]), records=str(closed.ref))
    assert str(closed.ref) in signed_in(world.holders["counsel"]).get(f"/holds/{hold.ref}/").content.decode()
    page = signed_in(world.holders["records-manager"]).get(f"/holds/{hold.ref}/").content.decode()
    assert str(closed.ref) not in page
    assert "closed to you" in page


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "legal", "reason": "x"},
        {"kind": "legal", "reason": "", "standing": "every"},
        {"kind": "war", "reason": "x", "standing": "every"},
        {"kind": "legal", "reason": "x", "standing": "nowhere"},
        {"kind": "legal", "reason": "x", "run": "not-a-run"},
        {"kind": "legal", "reason": "x", "records": "no reference here"},
        {"kind": "legal", "reason": "x", "record_kind": "message"},
        {"kind": "legal", "reason": "\x00", "standing": "every"},
    ],
)
def test_a_form_that_says_too_little_or_nonsense_places_nothing(world: World, form: dict[str, str]) -> None:
    answer = signed_in(world.holders["counsel"]).post("/holds/place/", form)
    assert answer.status_code == 200
    assert 'id="error-summary"' in answer.content.decode()
    assert not Hold.objects.exists()


def test_a_legal_hold_is_lifted_by_another_person_and_the_page_says_so(world: World) -> None:
    mine, other = signed_in(world.holders["counsel"]), signed_in(world.colleagues["counsel"])
    hold = placed(mine, standing="every", record_kind="message")
    assert "Another person lifts this hold" in mine.get(f"/holds/{hold.ref}/").content.decode()
    refused = mine.post(f"/holds/{hold.ref}/lift/", {"reason": "dismissed"})
    assert "You placed this legal hold" in refused.content.decode()
    assert other.post(f"/holds/{hold.ref}/lift/", {"reason": "dismissed"}).status_code == 302
    hold.refresh_from_db()
    assert hold.released_by == world.colleagues["counsel"]
    assert str(hold.ref) not in other.get("/holds/").content.decode()
    assert str(hold.ref) in other.get("/holds/?show=lifted").content.decode()


def test_words_of_a_reason_are_shown_as_words(world: World) -> None:
    client = signed_in(world.holders["counsel"])
    hold = placed(client, standing="every", reason="<script>alert(1)</script>")
    page = client.get(f"/holds/{hold.ref}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
