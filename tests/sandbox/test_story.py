"""The demonstration story is believable, invented, and the same every time."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import story
from sandbox.server import perform
from sandbox.world import Status, World

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def told(as_of: datetime = AS_OF) -> World:
    world = World()
    perform(world, story.demonstration(as_of))
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return told()


def split(world: World) -> tuple[list[Status], list[Status]]:
    posts = [status for status in world.statuses.values() if status.author == world.page and status.parent is None]
    return posts, [status for status in world.statuses.values() if status.parent is not None]


def test_there_are_posts_of_many_years_and_comments_of_many_people(world: World) -> None:
    posts, comments = split(world)
    assert len(posts) >= 40
    assert len(comments) >= 150
    assert {post.created_at.year for post in posts} >= set(range(2020, 2027))
    assert len({comment.author for comment in comments}) >= 20
    assert sum(bool(post.now.media) for post in posts) >= 8
    assert all(world.pictures[medium].alt for post in posts for medium in post.now.media)


def test_people_write_in_many_scripts(world: World) -> None:
    words = "".join(comment.now.text for comment in split(world)[1])
    scripts = {unicodedata.name(mark, "").split(" ")[0] for mark in words if mark.isalpha()}
    assert scripts >= {"LATIN", "ARABIC", "CJK", "CYRILLIC", "DEVANAGARI"}
    assert any(unicodedata.category(mark) == "So" for mark in words)


def test_the_acts_that_follow_find_what_they_need(world: World) -> None:
    keys = (story.OLD_POST, story.EDITED_POST, story.DELETED_COMMENT, story.HIDDEN_COMMENT, story.PRIVATE_COMMENT)
    found = [world.by_key(key) for key in keys]
    assert all(found)
    old, edited, deleted, hidden, private = (status for status in found if status)
    assert old.created_at < AS_OF - timedelta(days=7 * 365)
    assert "form Monday" in edited.now.text
    assert deleted.parent
    assert hidden.parent
    assert "309-555-0142" in private.now.text
    assert "118 Larkspur Lane" in private.now.text


@pytest.mark.parametrize("as_of", [AS_OF, datetime(2027, 1, 3, tzinfo=UTC), datetime(2028, 2, 29, 23, tzinfo=UTC)])
def test_the_same_instant_gives_the_same_story_and_nothing_lies_ahead_of_it(as_of: datetime) -> None:
    first, second = told(as_of), told(as_of)
    assert first == second
    assert all(status.created_at <= as_of for status in first.statuses.values())
    for comment in split(first)[1]:
        parent = first.statuses[comment.parent or 0]
        assert parent.created_at <= comment.created_at <= as_of


def test_every_address_and_number_is_one_that_cannot_exist(world: World) -> None:

    words = " ".join(status.now.text for status in world.statuses.values())
    assert all(host.endswith(".invalid") for host in re.findall(r"https?://([^/\s]+)", words))
    assert all(number[4:7] == "555" for number in re.findall(r"\b\d{3}-\d{3}-\d{4}\b", words))
