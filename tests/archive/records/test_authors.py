"""Finding an author by handle or id: people change handles, and a handle may have had several owners."""

import pytest

from archive.access.actor import Actor
from archive.records.authors import authors_named
from archive.records.models import Author
from tests.web.captured import a_page, a_thread, captured
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def named(world: World, text: str, office: str = "records-clerk") -> list[str]:
    actor = Actor(user=world.holders[office])
    return [choice.code for choice in authors_named(text, actor=actor, at=world.at)]


def test_a_handle_an_id_and_a_code_lead_to_the_same_author(world: World) -> None:
    a_thread(world)
    for text in ("@ann", "ann", " ANN ", "id-ann", "mastodon:id-ann"):
        assert named(world, text) == ["mastodon:id-ann"]


def test_who_is_only_mentioned_is_no_author(world: World) -> None:
    account = a_page(world)
    captured(account, [{"id": "1", "text": "Ask @nobody", "published": world.at}], at=world.at)
    assert named(world, "@nobody") == []


def test_a_handle_with_two_owners_gives_both(world: World) -> None:
    account = a_page(world)
    posts = [{"id": n, "text": "Hello", "published": world.at, "author": "sam"} for n in ("1", "2")]
    captured(account, posts[:1], at=world.at)
    captured(account, [{**posts[1], "author_id": "id-other"}], at=world.at)
    assert sorted(named(world, "@sam")) == ["mastodon:id-other", "mastodon:id-sam"]


def test_an_author_of_closed_records_only_is_not_known(world: World) -> None:
    a_thread(world, a_page(world, compartment="restricted"))
    assert Author.objects.filter(stable_id="id-ann").exists()
    assert named(world, "@ann") == []
    assert named(world, "id-ann") == []
    assert named(world, "@ann", "counsel") == ["mastodon:id-ann"]


def test_what_no_network_gives_finds_nobody(world: World) -> None:
    for text in ("", "@", ":", "x" * 300, "\x00", "ünï"):
        assert named(world, text.replace("\x00", " ")) == []
