"""Removals that wait for a person: the oldest first, explained once, then the next; and the quarantine."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from archive.access.actor import Actor
from archive.access.models import AuditEntry
from archive.capture.models import Attribution, Observation, Quarantine, Unexplained
from archive.capture.waiting import quarantine as quarantine_items
from archive.capture.waiting import removals as removal_items
from archive.storage.services import object_put
from tests.web.captured import a_page, a_thread
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db

FINDING = {"who": "author", "words": "She told us on the telephone."}


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(world: World, office: str = "pio") -> Client:
    client = Client()
    client.force_login(world.holders[office])
    return client


def words_of(answer: object) -> str:
    text = html.unescape(answer.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def two_waiting(world: World) -> list[Observation]:
    a_thread(world)
    a_thread(world)
    waiting = list(Unexplained.objects.order_by("pk"))
    Unexplained.objects.filter(pk=waiting[1].pk).update(since=world.at - timedelta(days=9))
    return [waiting[1].observation, waiting[0].observation]


def test_with_none_waiting_the_page_says_what_would_come_here(world: World) -> None:
    assert "Every removal is explained." in words_of(signed_in(world).get("/removals/"))


def test_the_oldest_comes_first_with_its_words_and_how_it_is_known(world: World) -> None:
    oldest, newer = two_waiting(world)
    answer = signed_in(world).get("/removals/")
    text = answer.content.decode()
    assert text.index(str(oldest.ref)) < text.index(str(newer.ref))
    assert "Does the bus still stop there?" in words_of(answer)
    assert "no such item (404)" in words_of(answer)


def test_a_finding_is_kept_once_with_one_audit_entry_and_the_next_is_shown(world: World) -> None:
    oldest, newer = two_waiting(world)
    client = signed_in(world)
    before = AuditEntry.objects.count()
    answer = client.post(f"/removals/{oldest.ref}/", FINDING)
    assert answer.headers["Location"] == f"/removals/{newer.ref}/"
    assert AuditEntry.objects.count() == before + 1
    assert Attribution.objects.get().who == "author"
    answer = client.post(f"/removals/{newer.ref}/", FINDING, follow=True)
    assert "Every removal is explained." in words_of(answer)


def test_the_second_who_explains_is_told_and_changes_nothing(world: World) -> None:
    oldest, _ = two_waiting(world)
    signed_in(world).post(f"/removals/{oldest.ref}/", FINDING)
    answer = signed_in(world, "records-clerk").post(f"/removals/{oldest.ref}/", {**FINDING, "who": "us"}, follow=True)
    assert "no longer waits" in words_of(answer)
    assert Attribution.objects.count() == 1


def test_a_finding_without_words_or_without_a_choice_is_not_kept(world: World) -> None:
    oldest, _ = two_waiting(world)
    answer = signed_in(world).post(f"/removals/{oldest.ref}/", {"words": " "})
    text = words_of(answer)
    assert "Choose one." in text
    assert "Say in a sentence how you know." in text
    assert not Attribution.objects.exists()


def test_a_removal_in_a_closed_compartment_is_neither_listed_nor_opened(world: World) -> None:
    a_thread(world, a_page(world, compartment="restricted"))
    observation = Observation.objects.get(kind="removed")
    assert "Every removal is explained." in words_of(signed_in(world).get("/removals/"))
    assert signed_in(world).get(f"/removals/{observation.ref}/").status_code == 404
    assert signed_in(world).post(f"/removals/{observation.ref}/", FINDING).status_code == 404


def test_today_counts_the_removals_for_those_who_may_explain_them(world: World) -> None:
    two_waiting(world)
    [item] = removal_items(Actor(user=world.holders["pio"]), world.at)
    assert (item.title, item.url) == ("Explain 2 removals", "/removals/")
    assert removal_items(Actor(user=world.holders["auditor"]), world.at) == []


def test_what_could_not_be_read_is_listed_with_its_reason_and_its_bytes(world: World) -> None:
    a_thread(world)
    item = Quarantine.objects.get()
    client = signed_in(world)
    text = words_of(client.get("/quarantine/"))
    assert "The answer is not JSON that can be read." in text
    assert "25 bytes" in text.replace("\xa0", " ")
    one = words_of(client.get(f"/quarantine/{item.ref}/"))
    assert r'{"id": 7, "text": "\xff' in one
    assert "[U+0000]" in one
    assert "000000 7b 22 69 64" in one
    answer = client.get(f"/quarantine/{item.ref}/bytes/")
    assert b"".join(answer.streaming_content) == bytes(item.raw)  # type: ignore[attr-defined, arg-type]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_large_bytes_in_quarantine_come_from_the_store_and_only_their_beginning_is_drawn(world: World) -> None:
    a_thread(world)
    stored = object_put([b"<b>big</b>" * 100_000], compartment="public", at=world.at)
    stored.save(force_insert=True)
    small = Quarantine.objects.get()
    item = Quarantine.objects.create(
        run=small.run,
        exchange=small.exchange,
        code="too-large",
        detail="",
        start=0,
        stop=1_000_000,
        stored=stored,
        at=world.at,
        compartment="public",
    )
    client = signed_in(world)
    answer = client.get(f"/quarantine/{item.ref}/")
    assert len(answer.content) < 80_000
    assert b"<b>big" not in answer.content
    assert "more are not drawn here" in words_of(answer)
    assert b"".join(client.get(f"/quarantine/{item.ref}/bytes/").streaming_content) == b"<b>big</b>" * 100_000  # type: ignore[attr-defined]


def test_the_quarantine_of_a_closed_compartment_stays_closed(world: World) -> None:
    a_thread(world, a_page(world, compartment="restricted"))
    item = Quarantine.objects.get()
    client = signed_in(world)
    assert "Nothing is in quarantine." in words_of(client.get("/quarantine/"))
    for address in (f"/quarantine/{item.ref}/", f"/quarantine/{item.ref}/bytes/"):
        assert client.get(address).status_code == 404


def test_the_quarantine_can_be_narrowed_to_a_run(world: World) -> None:
    a_thread(world)
    item = Quarantine.objects.get()
    client = signed_in(world)
    assert str(item.ref) in client.get(f"/quarantine/?run={item.run.ref}").content.decode()
    assert client.get("/quarantine/?run=x").status_code == 404


def test_today_counts_the_quarantine_of_the_last_week_for_those_who_capture(world: World) -> None:
    a_thread(world)
    [item] = quarantine_items(Actor(user=world.holders["records-clerk"]), world.at)
    assert item.title == "Look at 1 quarantined item"
    assert quarantine_items(Actor(user=world.holders["records-clerk"]), world.at + timedelta(days=8)) == []
    assert quarantine_items(Actor(user=world.holders["counsel"]), world.at) == []
