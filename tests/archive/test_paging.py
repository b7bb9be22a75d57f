from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.access.models import User
from archive.paging import Page, page_of

pytestmark = pytest.mark.django_db
ORDERS = [("pk",), ("-pk",), ("name", "pk"), ("-created_at", "username"), ("name", "-created_at", "-pk")]


def people(count: int) -> None:
    since = timezone.now()
    User.objects.bulk_create(
        User(username=f"u{n:03d}", name=f"Name {n % 4}", created_at=since - timedelta(seconds=n // 3))
        for n in range(count)
    )


def walked(order: tuple[str, ...], size: int) -> list[Page[User]]:
    pages = [page_of(User.objects.all(), order=order, size=size)]
    while (cursor := pages[-1].after) is not None:
        pages.append(page_of(User.objects.all(), order=order, cursor=cursor, size=size))
    return pages


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [0, 1, 7, 14, 23])
def test_every_row_is_shown_once_and_in_order(order: tuple[str, ...], count: int) -> None:
    people(count)
    pages = walked(order, 7)
    assert [user.pk for page in pages for user in page.rows] == list(
        User.objects.order_by(*order).values_list("pk", flat=True)
    )
    assert pages[0].before is None


@pytest.mark.parametrize("order", ORDERS)
def test_the_way_back_shows_the_same_pages(order: tuple[str, ...]) -> None:
    people(23)
    pages = walked(order, 7)
    back = [pages[-1]]
    while (cursor := back[-1].before) is not None:
        back.append(page_of(User.objects.all(), order=order, cursor=cursor, size=7))
    there = [[user.pk for user in page.rows] for page in pages]
    assert [[user.pk for user in page.rows] for page in reversed(back)] == there
    assert back[-1].after is not None


def test_a_row_that_is_added_behind_the_reader_moves_nothing() -> None:
    people(10)
    first = page_of(User.objects.all(), order=("username",), size=4)
    User.objects.create(username="a-newcomer", name="N", created_at=timezone.now())
    second = page_of(User.objects.all(), order=("username",), size=4, cursor=first.after or "")
    assert [user.username for user in second.rows] == ["u004", "u005", "u006", "u007"]


@given(
    st.one_of(
        st.text(max_size=50), st.sampled_from(["WyJmIiwxXQ", "WyJmIixudWxsXQ", "WyJmIiwiXHUwMDAwIl0", "W1tbWw", "MQ"])
    )
)
@settings(max_examples=100, deadline=None)
def test_a_cursor_that_does_not_parse_shows_the_first_page(cursor: str) -> None:
    page_of(User.objects.all(), order=("name", "username"), cursor=cursor)
    page_of(User.objects.all(), order=("-created_at", "pk"), cursor=cursor)
