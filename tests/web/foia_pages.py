"""The addresses of requests, reviews and productions, and what they show."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from archive.access.actor import Actor
from archive.access.models import User
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from foia.requests.holidays import holiday_year_adopt
from foia.requests.models import Channel, RecordsRequest
from foia.requests.review_office import review_office_adopt
from foia.requests.services import request_extend, request_take, request_withdraw
from retention.holds.services import Scope
from tests.web.rows import SENT, Row
from tests.web.world import World

READ = {"request.take", "request.review", "request.decide"}
PHONE = "312-555-0142"
ASKED = "All comments of last month about the roadworks, and who hid them."


def officer(world: World) -> Actor:
    return Actor(user=world.holders["foia-officer"])


def years_adopted(world: World) -> None:
    """Adopt the years around the test, without a holiday: due days are then plain business days."""
    for year in range(world.at.year - 1, world.at.year + 2):
        holiday_year_adopt(year=year, rows=[], source="test", actor=officer(world), at=world.at)


def a_page(world: World) -> Account:
    """An approved page of the department."""
    proposed = account_propose(
        actor=Actor(user=world.holders["pio"]),
        network="mastodon",
        handle="rivertonpd",
        name="Riverton PD",
        base_url="http://127.0.0.1:1",
        at=world.at,
    )
    return account_approve(actor=Actor(user=world.holders["chief"]), account_ref=proposed.ref, at=world.at).account


def a_request(world: World, by: User | None = None) -> RecordsRequest:
    """A request that came in three hours ago."""
    years_adopted(world)
    return request_take(
        text=ASKED,
        channel=Channel.EMAIL,
        received_at=world.at - timedelta(hours=3),
        scopes=[Scope()],
        requester="R. Equester",
        contact="PO Box 9\nNormal, Illinois",
        actor=Actor(user=by) if by else officer(world),
        at=world.at - timedelta(hours=2),
    )


def request_made(world: World, owner: User) -> Mapping[str, Any]:
    """The request's ref; the owner takes it in where their office allows it."""
    taker = next((u for u in (owner,) if Actor(user=u).offices(world.at) & {"records-clerk", "foia-officer"}), None)
    return {"ref": a_request(world, taker).ref}


def request_with_letter(world: World, owner: User) -> Mapping[str, Any]:
    request = a_request(world)
    at = world.at - timedelta(hours=1)
    letter = request_extend(request_ref=request.ref, reasons=["3(e)(ii)"], actor=officer(world), at=at)
    return {"ref": request.ref, "letter": letter.ref}


def request_withdrawn(world: World, owner: User) -> Mapping[str, Any]:
    request = a_request(world)
    request_withdraw(request_ref=request.ref, words="By telephone.", actor=officer(world), at=world.at)
    return {"ref": request.ref}


def request_listed(world: World, owner: User) -> Mapping[str, Any]:
    a_request(world)
    return {}


def office_adopted(world: World, owner: User) -> Mapping[str, Any]:
    review_office_adopt(
        name="Public Access Counselor",
        address="500 South 2nd Street",
        phone="217-555-0100",
        source="test",
        verified_on=world.at.date() - timedelta(days=2),
        actor=officer(world),
        at=world.at,
    )
    return {}


def in_year(year: int, world: World, owner: User) -> Mapping[str, Any]:
    return {"year": year}


def act(code: str, may: str, post: Mapping[str, Any], make: Callable[..., Mapping[str, Any]]) -> list[Row]:
    """The page of an act and its form; a form that lacks what the law asks for is shown again."""
    route = f"requests/<uuid:ref>/{code}/"
    return [Row(route, may={may}, make=make), Row(route, may={may}, make=make, post=post, answers=SENT)]


OFFICE = {"name": "Public Access Counselor", "address": "500 South 2nd Street", "phone": "1", "source": "its pages"}

REQUESTS: list[Row] = [
    Row("requests/", may=READ, make=request_listed),
    Row("requests/take/", may={"request.take"}),
    Row("requests/take/", may={"request.take"}, post={"text": ""}),
    Row("requests/holidays/", may=READ | {"holiday.adopt"}),
    Row("requests/holidays/<int:year>/", may={"holiday.adopt"}, make=partial(in_year, 2026)),
    Row(
        "requests/holidays/<int:year>/",
        may={"holiday.adopt"},
        make=partial(in_year, 2026),
        post={"source": "the State's list", "take-0": "on"},
        answers=SENT,
    ),
    Row("requests/review-office/", may={"request.decide"}, make=office_adopted),
    Row("requests/review-office/", may={"request.decide"}, post=OFFICE, answers=SENT),
    Row("requests/<uuid:ref>/", may=READ, make=request_with_letter),
    Row("requests/<uuid:ref>/search/", may={"request.take"}, make=request_made),
    Row("requests/<uuid:ref>/search/", may={"request.take"}, make=request_made, post={"words": "roadworks"}),
    Row("requests/<uuid:ref>/letters/<uuid:letter>/", may=READ, make=request_with_letter),
    Row("requests/<uuid:ref>/letters/<uuid:letter>/letter.pdf", may=READ, make=request_with_letter, look=False),
    *act("extend", "request.decide", {"reasons": ["3(e)(ii)"]}, request_made),
    Row("requests/<uuid:ref>/agree/", may={"request.decide"}, make=request_made),
    Row("requests/<uuid:ref>/agree/", may={"request.decide"}, make=request_made, post={"until": "never"}),
    *act("note", "request.take", {"kind": "clarified", "words": "By telephone: of the Elm Street page."}, request_made),
    *act("hold", "request.take", {}, request_made),
    *act("narrow", "hold.release", {}, request_made),
    *act("withdraw", "request.take", {"words": "By telephone."}, request_made),
    *act("close", "hold.release", {}, request_withdrawn),
]

FOIA_PAGES: list[Row] = [*REQUESTS]
