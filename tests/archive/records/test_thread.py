"""Threads: in order, in parts, with the way to what is shown, whatever is missing or destroyed."""

from datetime import timedelta

import pytest

from archive.access.actor import Actor
from archive.records.models import Link, Record
from archive.records.thread import PART, thread_of
from tests.web.captured import a_page, a_thread, captured, named
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def clerk(world: World) -> Actor:
    return Actor(user=world.holders["records-clerk"])


def told(world: World, record: Record, part: int | None = None) -> list[tuple[str, int]]:
    thread = thread_of(record, actor=clerk(world), at=world.at, part=part)
    assert thread is not None
    return [("".join(run.text for run in item.excerpt.runs)[:5], item.depth) for item in thread.items]


def test_answers_stand_below_what_they_answer_in_order_of_time(world: World) -> None:
    records = a_thread(world)
    expected = [("Main ", 0), ("Again", 1), ("You p", 2), ("Does ", 2), ("Thank", 1)]
    assert all(told(world, record) == expected for record in records.values())


def test_the_record_of_the_page_is_the_only_one_marked(world: World) -> None:
    records = a_thread(world)
    thread = thread_of(records["c"], actor=clerk(world), at=world.at)
    assert thread is not None
    assert [item.ref for item in thread.items if item.this] == [records["c"].ref]


def test_a_post_alone_has_no_thread(world: World) -> None:
    account = a_page(world)
    captured(account, [{"id": "1", "text": "Alone", "published": world.at}], at=world.at)
    assert thread_of(named(account, "1"), actor=clerk(world), at=world.at) is None


def test_an_answer_to_something_that_was_not_captured_says_so(world: World) -> None:
    account = a_page(world)
    captured(account, [{"id": "1", "text": "Me too", "published": world.at, "parent": "gone"}], at=world.at)
    thread = thread_of(named(account, "1"), actor=clerk(world), at=world.at)
    assert thread is not None
    assert thread.unknown_parent
    assert len(thread.items) == 1


def long_thread(world: World, answers: int) -> Record:
    account = a_page(world)
    start = world.at - timedelta(days=2)
    posts = [{"id": "p", "text": "The post", "published": start}]
    posts += [
        {"id": f"a{n}", "text": f"answer {n}", "parent": "p", "published": start + timedelta(minutes=n + 1)}
        for n in range(answers)
    ]
    for piece in range(0, len(posts), 400):
        captured(account, posts[piece : piece + 400], at=world.at)
    return named(account, f"a{answers - 1}")


def test_a_long_thread_is_shown_in_the_part_where_the_record_stands_below_its_post(world: World) -> None:
    last = long_thread(world, 2 * PART)
    thread = thread_of(last, actor=clerk(world), at=world.at)
    assert thread is not None
    assert (thread.part, thread.parts, thread.size) == (3, 3, 2 * PART + 1)
    assert [item.this for item in thread.items] == [True]
    assert [item.depth for item in thread.above] == [0]
    first = thread_of(last, actor=clerk(world), at=world.at, part=1)
    assert first is not None
    assert first.above == ()
    assert len(first.items) == PART


def test_a_part_that_there_is_not_is_the_nearest(world: World) -> None:
    record = a_thread(world)["a"]
    assert told(world, record, part=99) == told(world, record, part=1)


def test_links_that_go_round_in_a_ring_end(world: World) -> None:
    records = a_thread(world)
    Link.objects.filter(record=records["a"]).update(parent=records["c"])
    assert sorted(text for text, _ in told(world, records["a"])) == ["Again", "Does ", "Main ", "Thank", "You p"]


def test_a_thread_costs_the_same_queries_however_long_it_is(
    world: World, django_assert_max_num_queries: object
) -> None:
    record = long_thread(world, 120)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        thread_of(record, actor=clerk(world), at=world.at)


def test_what_is_closed_to_the_reader_is_not_in_the_thread(world: World) -> None:
    record = a_thread(world, a_page(world, compartment="restricted"))["a"]
    counsel = Actor(user=world.holders["counsel"])
    open_ = thread_of(record, actor=counsel, at=world.at)
    assert open_ is not None
    assert open_.size == 5
    closed = thread_of(record, actor=clerk(world), at=world.at)
    assert closed is None or closed.items == ()
