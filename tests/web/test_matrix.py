"""Address × office × {own, colleague's, stranger's}: who gets in, and what the others are told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from archive.access.models import User
from tests.web.pages import PAGES, Row, Whose
from tests.web.routes import address, routes_in_use
from tests.web.world import World, session_of, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def test_every_address_is_in_the_list_and_every_row_is_an_address() -> None:
    listed = {row.route for row in PAGES}
    in_use = routes_in_use()
    assert in_use - listed == set(), "addresses without a row in tests/web/pages.py"
    assert listed - in_use == set(), "rows of tests/web/pages.py that are no address"


def test_no_row_is_listed_twice() -> None:
    keys = [(row.route, row.method) for row in PAGES]
    assert len(keys) == len(set(keys))


@contextmanager
def undone() -> Iterator[None]:
    """Take back what a visit wrote, so that the next one meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def visit(row: Row, visitor: User | None, world: World, owner: User, values: Mapping[str, Any] | None = None) -> int:
    """Ask for the address; the thing that it names is made unless its `values` are given."""
    client = Client(raise_request_exception=False)
    if visitor is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(visitor)
    if values is None:
        values = row.make(world, owner) if row.make else {}
    target = address(row.route, values)
    answer = client.get(target) if row.post is None else client.post(target, row.post)
    return answer.status_code


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_an_address_opens_for_the_right_offices_and_for_nobody_else(row: Row, world: World) -> None:
    wrong: list[str] = []
    strangers = row.make(world, world.stranger) if row.make else None
    closed = [office for office in world.holders if not row.opens_for(office)]
    for office, holder in world.holders.items():
        owners = {Whose.OWN: holder, Whose.COLLEAGUE: world.colleagues[office], Whose.STRANGER: world.stranger}
        for whose, owner in owners.items():
            if (row.make is None or not row.owned) and whose is not Whose.STRANGER:
                continue
            # Whether an office opens the page is asked before whose the thing is; one closed office is asked of all.
            if office in closed[1:] and whose is not Whose.STRANGER:
                continue
            with undone():
                status = visit(row, holder, world, owner, strangers if whose is Whose.STRANGER else None)
            expected = row.expected(world, office, whose if row.make and row.owned else Whose.OWN)
            if status not in expected:
                wrong.append(f"{office}, {whose}: {status}, not {sorted(expected)}")
    assert wrong == []


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_an_address_is_closed_to_those_who_hold_no_office(row: Row, world: World) -> None:
    with undone():
        status = visit(row, world.stranger, world, world.stranger)
    expected = row.answers if row.public or row.may is None else {403}
    assert status in expected


@pytest.mark.parametrize("row", [row for row in PAGES if not row.public], ids=str)
def test_an_address_sends_those_who_are_not_signed_in_to_the_sign_in_page(row: Row, world: World) -> None:
    target = address(row.route, row.make(world, world.stranger) if row.make else {})
    answer = Client().get(target) if row.post is None else Client().post(target, row.post)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("row", [row for row in PAGES if row.post is None], ids=str)
def test_a_page_that_takes_a_form_has_a_row_for_it(row: Row, world: World) -> None:
    if any(other.route == row.route and other.method == "post" for other in PAGES):
        return
    office = next((office for office in world.holders if row.opens_for(office)), None)
    assert office is not None, "no office may open this page"
    holder = world.holders[office]
    client = Client(raise_request_exception=False)
    client.force_login(holder)
    with undone():
        target = address(row.route, row.make(world, holder) if row.make else {})
        status = client.post(target, {}).status_code
    assert status == 405, "this address answers a POST: decorate it with require_safe, or give it a row with `post`"
