"""The addresses of requests, reviews and productions, and what they show."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from archive.access.actor import Actor
from archive.access.models import User
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from archive.records.search import Filters
from foia.collections.models import Collection
from foia.requests.holidays import holiday_year_adopt
from foia.requests.models import Channel, RecordsRequest
from foia.requests.review_office import review_office_adopt
from foia.requests.services import request_extend, request_search, request_take, request_withdraw
from foia.review.redaction import Ask
from foia.review.services import review_confirm, review_disclose, review_redact, review_withhold
from retention.holds.services import Scope
from tests.foia.scene import Said, captured
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
    Row("requests/<uuid:ref>/narrow/", may={"hold.release"}, make=request_made),
    *act("withdraw", "request.take", {"words": "By telephone."}, request_made),
    *act("close", "hold.release", {}, request_withdrawn),
]


def a_collection(world: World, by: Actor | None = None) -> Collection:
    """Three comments, one with two attachments, collected for a request by the FOIA officer."""
    request = a_request(world)
    said = (
        Said("The road is closed until noon", handle="roadwatch", attachments=("A barrier", "A detour")),
        Said(f"Call me at {PHONE} about the café 🚧 tomorrow", handle="caller"),
        Said("My neighbour was arrested as a child", handle="whisperer", name="Whisper"),
    )
    captured(a_page(world), *said, at=world.at - timedelta(days=1))
    return request_search(
        request_ref=request.ref,
        words="",
        filters=Filters(),
        actor=by or officer(world),
        at=world.at - timedelta(hours=1),
    )


def reviewed(world: World, by: User | None = None, *, confirmed: bool = False) -> Collection:
    """A collection of which everything is decided: one shown, one redacted, one withheld."""
    collection = a_collection(world)
    at, reviewer = world.at - timedelta(minutes=30), Actor(user=by or world.colleagues["records-clerk"])
    items = {str(item.n): item for item in collection.items.select_related("version", "record", "collection")}
    review_disclose(items=[items["1"]], actor=reviewer, at=at)
    review_redact(
        item=items["2"],
        asks=[Ask("/content", "7(1)(b)", 11, 15)],
        basis="A private telephone number.",
        actor=reviewer,
        at=at,
    )
    review_withhold(
        items=[items["3"]], codes=["7(1)(a)"], basis="A juvenile law-enforcement record.", actor=reviewer, at=at
    )
    if confirmed:
        review_confirm(collection=collection, actor=officer(world), at=world.at - timedelta(minutes=20))
    return collection


def values_of(collection: Collection, **more: Any) -> Mapping[str, Any]:
    return {"ref": collection.purpose_ref, "collection": collection.ref, **more}


def collection_made(world: World, owner: User) -> Mapping[str, Any]:
    return values_of(a_collection(world), n=2)


def collected_by_clerk(world: World, owner: User) -> Mapping[str, Any]:
    """A clerk's search leaves the wide hold in force, because clerks lift no holds."""
    return values_of(a_collection(world, Actor(user=world.holders["records-clerk"])))


def review_made(world: World, owner: User) -> Mapping[str, Any]:
    """A review that the owner made, where their office reviews."""
    offices = Actor(user=owner).offices(world.at)
    return values_of(reviewed(world, owner if offices & {"records-clerk", "counsel"} else None), n=2)


REVIEWS = {"request.review", "request.decide"}
ITEM = "requests/<uuid:ref>/review/<uuid:collection>/<int:n>/"
REVIEW: list[Row] = [
    Row("requests/<uuid:ref>/narrow/", may={"hold.release"}, make=collected_by_clerk, post={}, answers=SENT),
    Row("requests/<uuid:ref>/review/", may=REVIEWS, make=collection_made, answers=SENT, look=False),
    Row("requests/<uuid:ref>/review/<uuid:collection>/", may=REVIEWS, make=review_made),
    Row(
        "requests/<uuid:ref>/review/<uuid:collection>/decide/",
        may={"request.review"},
        make=collection_made,
        post={"item": ["1", "3"], "whom": "ticked", "act": "disclose"},
        answers=SENT,
    ),
    Row(
        "requests/<uuid:ref>/review/<uuid:collection>/confirm/",
        may={"request.decide"},
        make=review_made,
        post={},
        answers=SENT,
    ),
    Row(ITEM, may=REVIEWS, make=review_made),
    Row(
        ITEM, may={"request.review"}, make=collection_made, post={"act": "preview", "passage": "555", "code": "7(1)(b)"}
    ),
]

FOIA_PAGES: list[Row] = [*REQUESTS, *REVIEW]
