"""The page of a record: its words, what changed, its thread, how it was captured, its proof, and its tombstone."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from archive.access.actor import Actor
from archive.capture.models import Observation, Slice, Who
from archive.capture.removals import removal_explain
from archive.records.models import Current, Record, SearchDocument, Tombstone
from archive.served import POLICY
from tests.web.captured import PIXEL, a_page, a_thread, captured, named, with_picture
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(world: World, office: str = "records-clerk") -> Client:
    client = Client()
    client.force_login(world.holders[office])
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def shown(world: World, record: Record, more: str = "") -> str:
    return page(signed_in(world), f"/records/{record.ref}/{more}")


def part(text: str, heading: str) -> str:
    """The part of the page under one heading."""
    return text.split(f'id="{heading}"', 1)[1].split("<h2", 1)[0]


def test_it_says_who_wrote_what_where_and_when_in_the_departments_zone_and_in_utc(world: World) -> None:
    record = a_thread(world)["a"]
    text = shown(world, record)
    assert "Comment by" in words_of(text)
    assert "Ann (@ann)" in text
    assert "Again? The #MainSt works never end." in part(text, "words")
    posted = record.current.version.posted_at
    assert f"{posted:%Y-%m-%d %H:%M:%S} UTC" in text
    assert "CST" in text or "CDT" in text
    assert "Riverton Police" in part(text, "facts")


def test_the_difference_of_two_versions_is_marked_and_said_to_those_who_listen(world: World) -> None:
    text = part(shown(world, a_thread(world)["p"]), "versions")
    assert "What version 2 changed in version 1:" in words_of(text)
    assert re.search(r"<del>.*removed:.*form .*end of removed.*</del>", text)
    assert re.search(r"<ins>.*added:.*from .*end of added.*</ins>", text)


def test_an_earlier_version_can_be_shown(world: World) -> None:
    record = a_thread(world)["p"]
    text = shown(world, record, "?version=1")
    assert "one lane form Monday" in part(text, "words")
    assert "What it said in version 1" in text
    assert signed_in(world).get(f"/records/{record.ref}/?version=3").status_code == 404
    assert signed_in(world).get(f"/records/{record.ref}/?version=-1").status_code == 200


def test_an_edit_that_the_network_told_of_later_stands_where_it_belongs(world: World) -> None:
    account = a_page(world)
    posted = world.at - timedelta(hours=5)
    captured(account, [{"id": "1", "text": "one", "published": posted}], at=world.at - timedelta(hours=4))
    last = {"id": "1", "text": "three", "published": posted, "updated": world.at - timedelta(hours=2)}
    captured(account, [last], at=world.at - timedelta(hours=1))
    between = {"id": "1", "text": "two", "published": posted, "updated": world.at - timedelta(hours=3)}
    captured(account, [between], at=world.at, historic=True)
    text = part(shown(world, named(account, "1")), "versions")
    assert "What version 2 changed in version 3:" in words_of(text)
    rows = re.findall(r'<th scope="row">(?:<a[^>]*>)?(\d)', text)
    assert rows == ["2", "3", "1"]


def test_the_thread_shows_the_record_among_the_others(world: World) -> None:
    records = a_thread(world)
    text = part(shown(world, records["c"]), "thread")
    assert text.count('aria-current="true"') == 1
    assert f'href="/records/{records["p"].ref}/"' in text
    assert f'href="/records/{records["c"].ref}/"' not in text
    assert "This record" in text


def test_its_life_is_told_in_plain_words_with_the_run_that_saw_it(world: World) -> None:
    records = a_thread(world)
    text = words_of(part(shown(world, records["d"]), "history"))
    assert text.index("First captured") < text.index("Removed from the network, by whom is not known")
    assert "the network answered that there is no such item (404)" in text
    assert "/runs/" in part(shown(world, records["d"]), "history")
    assert "Hidden, by this department" in words_of(part(shown(world, records["c"]), "history"))


def test_what_a_person_found_out_stands_beside_it(world: World) -> None:
    record = a_thread(world)["d"]
    removal_explain(
        actor=Actor(user=world.holders["pio"]),
        observation_ref=Observation.objects.get(kind="removed").ref,
        who=Who.AUTHOR,
        words="She wrote to us <b>yesterday</b>.",
        at=world.at,
    )
    answer = signed_in(world).get(f"/records/{record.ref}/").content.decode()
    assert "Found to be by its author, says Pio Holder" in words_of(answer)
    assert "She wrote to us &lt;b&gt;yesterday&lt;/b&gt;." in answer


def test_how_it_was_captured_names_the_delay_and_that_credentials_are_masked(world: World) -> None:
    text = words_of(part(shown(world, a_thread(world)["p"]), "received"))
    assert "credentials are masked" in text
    assert "2 hours" in text
    assert "the list of posts" in text


def test_the_bytes_as_received_are_saved_and_never_run(world: World) -> None:
    record = a_thread(world)["a"]
    answer = signed_in(world).get(f"/records/{record.ref}/versions/1/as-received/")
    assert b"".join(answer.streaming_content) == bytes(Slice.objects.get(record=record).raw)  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert signed_in(world).get(f"/records/{record.ref}/versions/9/as-received/").status_code == 404


def test_a_picture_is_drawn_from_the_captured_bytes_and_has_words(world: World) -> None:
    account = a_page(world)
    pictures = ["A map", ""]
    captured(account, [{"id": "1", "text": "Look", "published": world.at, "pictures": pictures}], at=world.at)
    record = named(account, "1")
    with_picture(record, world.at)
    text = part(shown(world, record), "words")
    assert f'<img src="/records/{record.ref}/media/1/" alt="A map"' in text
    assert "Attachment 2 is not here." in text
    answer = signed_in(world).get(f"/records/{record.ref}/media/1/")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == PIXEL  # type: ignore[attr-defined]
    for number in (0, 2, 99):
        assert signed_in(world).get(f"/records/{record.ref}/media/{number}/").status_code == 404


def test_a_page_of_the_network_that_came_as_an_attachment_is_only_saved(world: World) -> None:
    record = a_thread(world)["p"]
    with_picture(record, world.at, media_type="text/html", octets=b"<script>alert(1)</script>")
    assert "<img" not in part(shown(world, record), "words")
    answer = signed_in(world).get(f"/records/{record.ref}/media/1/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_bytes_that_the_store_does_not_hand_out_become_a_page_that_says_so(world: World) -> None:
    record = a_thread(world)["p"]
    medium = with_picture(record, world.at)
    medium.stored.copies.update(key=uuid.uuid4())
    answer = signed_in(world).get(f"/records/{record.ref}/media/1/")
    assert answer.status_code == 503
    assert "The bytes could not be read" in answer.content.decode()
    assert "storage.missing" in answer.content.decode()


def test_the_proof_says_what_it_is_worth_and_what_it_is_not(world: World) -> None:
    text = words_of(part(shown(world, a_thread(world)["a"]), "proof"))
    assert "tamper-evident" in text
    assert "Last outside anchor: none yet." in text
    assert "it does not say that what was written is true" in text
    for word in ("immutable", "tamper-proof", "complete", "exact "):
        assert word not in text


def test_hidden_and_hostile_characters_are_named_and_run_nothing(world: World) -> None:
    account = a_page(world)
    text = "<img src=x onerror=alert(1)> a\u202eb\u200bc \ud800 \x07"
    captured(
        account,
        [
            {
                "id": "1",
                "text": text,
                "published": world.at,
                "name": "Eve\u202e<b>",
                "warning": "\u2066w",
                "language": "x<",
            }
        ],
        at=world.at,
    )
    answer = signed_in(world).get(f"/records/{named(account, '1').ref}/").content.decode()
    assert "<img src=x" not in answer
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer
    for name in ("[U+202E]", "[U+200B]", "[U+D800]", "[U+0007]", "[U+2066]"):
        assert name in answer
    assert 'lang="x' not in answer
    assert "\u202e" not in answer
    assert "<b>" not in answer


def test_a_record_of_a_closed_compartment_is_no_page(world: World) -> None:
    record = a_thread(world, a_page(world, compartment="restricted"))["a"]
    for address in (f"/records/{record.ref}/", f"/records/{record.ref}/versions/1/as-received/"):
        assert signed_in(world).get(address).status_code == 404
        assert signed_in(world, "counsel").get(address).status_code == 200


def test_a_destroyed_record_shows_its_tombstone_and_nothing_of_what_it_said(world: World) -> None:
    records = a_thread(world)
    record = records["b"]
    version = record.current.version
    SearchDocument.objects.filter(record=record).delete()
    Current.objects.filter(record=record).delete()
    Tombstone.objects.create(
        record=record,
        at=world.at,
        series_code="comments",
        certificate_ref=uuid.uuid4(),
        versions=1,
        bytes=120,
        event_id=version.event_id,
        finalises_on=(world.at + timedelta(days=35)).date(),
    )
    text = words_of(shown(world, record))
    assert "This record was destroyed" in text
    assert "Under certificate" in text
    assert "comments" in text
    assert "Thank you for the notice" not in text
    assert "Bob" not in text
    assert "Destroyed under a certificate" in words_of(part(shown(world, records["a"]), "thread"))


def test_a_panel_that_fails_says_so_and_hides_no_other(world: World, settings: object) -> None:
    settings.RECORD_PANELS = [f"{__name__}.broken_panel", "archive.capture.panels.history_panel"]  # type: ignore[attr-defined]
    text = shown(world, a_thread(world)["a"])
    assert "could not say what it knows of this record" in text
    assert "First captured" in text


def broken_panel(actor: object, record: object, at: object) -> None:
    raise RuntimeError("inside")


def test_an_address_that_names_nothing_is_no_page(world: World) -> None:
    assert signed_in(world).get(f"/records/{uuid.uuid4()}/").status_code == 404


def test_a_record_costs_the_same_queries_whatever_its_length(
    world: World, settings: object, django_assert_max_num_queries: Callable[[int], DjangoAssertNumQueries]
) -> None:
    settings.RECORD_PANELS = [  # type: ignore[attr-defined]
        "archive.capture.panels.history_panel",
        "archive.capture.panels.received_panel",
    ]
    account = a_page(world)
    captured(account, [{"id": "p", "text": "0", "published": world.at}], at=world.at)
    answers = [{"id": f"a{n}", "text": f"{n}", "parent": "p", "published": world.at} for n in range(60)]
    captured(account, answers, at=world.at)
    for n in range(12):
        captured(account, [{"id": "p", "text": f"{n} again", "published": world.at}], at=world.at)
    client = signed_in(world)
    record = named(account, "p")
    client.get(f"/records/{record.ref}/")
    with django_assert_max_num_queries(45):  # type: ignore[attr-defined]
        client.get(f"/records/{record.ref}/")
