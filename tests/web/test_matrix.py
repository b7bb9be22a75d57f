"""Address × office × {own, colleague's, stranger's}: who gets in, and what the others are told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
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


# One browser for all: a new one would load the middleware anew for every visit.
BROWSER = Client(raise_request_exception=False)


def answer(row: Row, visitor: User | None, values: Mapping[str, Any]) -> Any:
    """What a visitor gets at the address of the thing that `values` name; None is somebody who is not signed in."""
    BROWSER.cookies.clear()
    if visitor is not None:
        BROWSER.cookies[settings.SESSION_COOKIE_NAME] = session_of(visitor)
    target = address(row.route, values)
    return BROWSER.get(target) if row.post is None else BROWSER.post(target, row.post)


def made(row: Row, world: World, owner: User) -> Mapping[str, Any]:
    """The thing that the address names, as the owner's."""
    return row.make(world, owner) if row.make else {}


def by_offices(row: Row, world: World, strangers: Mapping[str, Any]) -> Iterator[str]:
    """Every office at its own thing, a colleague's and a stranger's: what is answered wrongly."""
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
                values = strangers if whose is Whose.STRANGER else made(row, world, owner)
                status = answer(row, holder, values).status_code
            expected = row.expected(world, office, whose if row.make and row.owned else Whose.OWN)
            if status not in expected:
                yield f"{office}, {whose}: {status}, not {sorted(expected)}"


def without_office(row: Row, world: World, strangers: Mapping[str, Any]) -> Iterator[str]:
    """Somebody who holds no office: what is answered wrongly."""
    with undone():
        status = answer(row, world.stranger, strangers).status_code
    expected = row.answers if row.public or row.may is None else {403}
    if status not in expected:
        yield f"no office: {status}, not {sorted(expected)}"


def not_signed_in(row: Row, strangers: Mapping[str, Any]) -> Iterator[str]:
    """Somebody who is not signed in is sent to the sign-in page, if the address is not for everybody."""
    if row.public:
        return
    with undone():
        given = answer(row, None, strangers)
    if given.status_code != 302 or not given.headers["Location"].startswith("/sign-in/?next="):
        yield f"not signed in: {given.status_code}, not sent to the sign-in page"


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_an_address_opens_for_the_right_offices_and_for_nobody_else(row: Row, world: World) -> None:
    strangers = made(row, world, world.stranger)
    wrong = [*by_offices(row, world, strangers), *without_office(row, world, strangers), *not_signed_in(row, strangers)]
    assert wrong == []


@pytest.mark.parametrize("row", [row for row in PAGES if row.post is None], ids=str)
def test_a_page_that_takes_a_form_has_a_row_for_it(row: Row, world: World) -> None:
    if any(other.route == row.route and other.method == "post" for other in PAGES):
        return
    office = next((office for office in world.holders if row.opens_for(office)), None)
    assert office is not None, "no office may open this page"
    holder = world.holders[office]
    with undone():
        status = answer(replace(row, post={}), holder, made(row, world, holder)).status_code
    assert status == 405, "this address answers a POST: decorate it with require_safe, or give it a row with `post`"
