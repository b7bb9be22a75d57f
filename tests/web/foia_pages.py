"""The addresses of requests, reviews and productions, and what they show."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from archive.access.actor import Actor
from archive.access.models import User
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from archive.jobs.models import Job, JobState
from archive.records.search import Filters
from archive.storage.models import StoredObject
from archive.storage.selection import evidence_store
from foia.collections.models import Collection
from foia.production.answer import answer_letter_issue
from foia.production.models import (
    Bundle,
    LeakScan,
    Production,
    ProductionSealed,
    ProductionState,
    ReleaseDownload,
)
from foia.production.releases import Handed, production_release
from foia.production.services import production_build_request, production_number
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
        handle=f"rivertonpd-{uuid.uuid4().hex[:8]}",
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
    return [Row(route, may={may}, make=make, owned=False), Row(route, may={may}, make=make, post=post, answers=SENT)]


OFFICE = {"name": "Public Access Counselor", "address": "500 South 2nd Street", "phone": "1", "source": "its pages"}

REQUESTS: list[Row] = [
    Row("requests/", may=READ, make=request_listed, owned=False),
    Row("requests/take/", may={"request.take"}),
    Row("requests/take/", may={"request.take"}, post={"text": ""}),
    Row("requests/holidays/", may=READ | {"holiday.adopt"}),
    Row("requests/holidays/<int:year>/", may={"holiday.adopt"}, make=partial(in_year, 2026), owned=False),
    Row(
        "requests/holidays/<int:year>/",
        may={"holiday.adopt"},
        make=partial(in_year, 2026),
        owned=False,
        post={"source": "the State's list", "take-0": "on"},
        answers=SENT,
    ),
    Row("requests/review-office/", may={"request.decide"}, make=office_adopted, owned=False),
    Row("requests/review-office/", may={"request.decide"}, post=OFFICE, answers=SENT),
    Row("requests/<uuid:ref>/", may=READ, make=request_with_letter, owned=False),
    Row("requests/<uuid:ref>/search/", may={"request.take"}, make=request_made),
    Row("requests/<uuid:ref>/search/", may={"request.take"}, make=request_made, post={"words": "roadworks"}),
    Row("requests/<uuid:ref>/letters/<uuid:letter>/", may=READ, make=request_with_letter, owned=False),
    Row(
        "requests/<uuid:ref>/letters/<uuid:letter>/letter.pdf",
        may=READ,
        make=request_with_letter,
        owned=False,
        look=False,
    ),
    *act("extend", "request.decide", {"reasons": ["3(e)(ii)"]}, request_made),
    Row("requests/<uuid:ref>/agree/", may={"request.decide"}, make=request_made),
    Row("requests/<uuid:ref>/agree/", may={"request.decide"}, make=request_made, post={"until": "never"}),
    *act("note", "request.take", {"kind": "clarified", "words": "By telephone: of the Elm Street page."}, request_made),
    *act("team", "request.take", {"role": "member"}, request_made),
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
    account = a_page(world)
    captured(account, *said, at=world.at - timedelta(days=1))
    return request_search(
        request_ref=request.ref,
        words="",
        filters=Filters(account_ids=(account.pk,)),
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
    Row(
        "requests/<uuid:ref>/narrow/", may={"hold.release"}, make=collected_by_clerk, owned=False, post={}, answers=SENT
    ),
    Row("requests/<uuid:ref>/review/", may=REVIEWS, make=collection_made, owned=False, answers=SENT, look=False),
    Row("requests/<uuid:ref>/review/<uuid:collection>/", may=REVIEWS, make=review_made),
    Row(
        "requests/<uuid:ref>/review/<uuid:collection>/decide/",
        may={"request.review"},
        make=collection_made,
        owned=False,
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
        ITEM,
        may={"request.review"},
        make=collection_made,
        owned=False,
        post={"act": "preview", "passage": "555", "code": "7(1)(b)"},
    ),
]


def confirmed(world: World, owner: User) -> Mapping[str, Any]:
    return {"collection": reviewed(world, confirmed=True).ref}


def numbered(world: World, *, letter: bool) -> Production:
    """A production of a confirmed review, with or without its letter."""
    office_adopted(world, world.stranger)
    collection = reviewed(world, confirmed=True)
    at = world.at - timedelta(minutes=10)
    production = production_number(collection=collection, prefix="RPD", actor=officer(world), at=at)
    if letter:
        answer_letter_issue(production=production, actor=officer(world), at=at)
        production.refresh_from_db()
    return production


def kept(octets: bytes, world: World) -> StoredObject:
    """Bytes in the evidence store. The matrix takes everything back, so there is no intent to commit first."""
    store, key = evidence_store(), uuid.uuid4()
    put = store.put(str(key), [octets])
    return StoredObject.objects.create(
        key=key,
        store=store.name,
        size=put.size,
        sha256=put.sha256,
        crc32=put.crc32,
        version_id=put.version_id,
        lock_until=put.lock_until,
        compartment="public",
        created_at=world.at,
    )


def bundled(world: World) -> Production:
    """A production whose bundle lies in the store. Its bytes are no real bundle: no page looks into them."""
    production = numbered(world, letter=True)
    at = world.at - timedelta(minutes=5)
    scan = LeakScan.objects.create(
        production=production, at=at, manifest_sha256=bytes(32), searched=12, files=34, octets=56_000, passed=True
    )
    ProductionSealed.objects.create(
        production=production, scan=scan, manifest_sha256=bytes(32), records=3, at=at, event_id=uuid.uuid4()
    )
    stored = kept(b"PK the bundle", world)
    Bundle.objects.create(
        production=production, checkpoint_size=9, stored=stored, size=stored.size, sha256=stored.sha256, at=at
    )
    production.state = ProductionState.BUNDLED
    production.save(update_fields=["state"])
    return production


def released(world: World) -> Handed:
    """A link, fetched once."""
    at = world.at - timedelta(minutes=2)
    handed = production_release(
        production=bundled(world), expires_at=at + timedelta(days=30), actor=officer(world), at=at
    )
    ReleaseDownload.objects.create(release=handed.release, at=world.at - timedelta(minutes=1))
    return handed


def production_without_letter(world: World, owner: User) -> Mapping[str, Any]:
    return {"ref": numbered(world, letter=False).ref}


def production_with_letter(world: World, owner: User) -> Mapping[str, Any]:
    return {"ref": numbered(world, letter=True).ref}


def production_page_made(world: World, owner: User) -> Mapping[str, Any]:
    production = numbered(world, letter=True)
    return {"ref": production.ref, "number": production.first + 1, "n": 0}


def production_in_work(world: World, owner: User) -> Mapping[str, Any]:
    production = numbered(world, letter=True)
    job = production_build_request(production=production, actor=officer(world), at=world.at)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done=2, total=6)
    return {"ref": production.ref}


def production_refused(world: World, owner: User) -> Mapping[str, Any]:
    production = numbered(world, letter=True)
    findings = [{"file": "data/production.pdf", "form": "plain", "bates": "RPD-000002", "path": "/content"}]
    LeakScan.objects.create(
        production=production,
        at=world.at,
        manifest_sha256=bytes(32),
        searched=12,
        files=34,
        octets=56_000,
        findings=findings,
        passed=False,
    )
    production.state = ProductionState.REFUSED
    production.save(update_fields=["state"])
    return {"ref": production.ref}


def production_bundled(world: World, owner: User) -> Mapping[str, Any]:
    return {"ref": bundled(world).ref}


def release_made(world: World, owner: User) -> Mapping[str, Any]:
    handed = released(world)
    return {"ref": handed.release.production.ref, "release": handed.release.ref, "token": handed.token}


MAKE, HAND = {"production.make"}, {"production.release"}
ONE = "productions/<uuid:ref>/"
PRODUCTIONS: list[Row] = [
    Row("productions/", may=MAKE | HAND, make=release_made, owned=False),
    Row("productions/new/<uuid:collection>/", may=MAKE, make=confirmed, owned=False),
    Row(
        "productions/new/<uuid:collection>/", may=MAKE, make=confirmed, owned=False, post={"bates": "RPD"}, answers=SENT
    ),
    Row(ONE, may=MAKE | HAND, make=release_made, owned=False),
    Row(ONE + "progress/", may=MAKE | HAND, make=production_in_work, owned=False, look=False),  # a part of a page
    Row(ONE + "letter/", may={"request.decide"}, make=production_without_letter, owned=False, post={}, answers=SENT),
    Row(ONE + "build/", may=MAKE, make=production_with_letter, owned=False, post={}, answers=SENT),
    Row(ONE + "cancel/", may=MAKE, make=production_in_work, owned=False, post={}, answers=SENT),
    Row(ONE + "bundle/", may=MAKE | HAND, make=production_bundled, owned=False, look=False),
    Row(ONE + "pages/<int:number>/", may=MAKE | HAND, make=production_page_made, owned=False),
    Row(
        ONE + "pages/<int:number>/pictures/<int:n>/",
        may=MAKE | HAND,
        make=production_page_made,
        owned=False,
        look=False,
        answers=frozenset({404}),  # the record has no picture
    ),
    Row(ONE + "release/", may=HAND, make=production_bundled, owned=False, post={"days": "30"}),
    Row(ONE + "releases/<uuid:release>/revoke/", may=HAND, make=release_made, owned=False, post={}, answers=SENT),
    Row("release/<str:token>/", public=True, make=release_made, owned=False),
    Row("release/<str:token>/bundle/", public=True, make=release_made, owned=False, look=False),
]

FOIA_PAGES: list[Row] = [*REQUESTS, *REVIEW, *PRODUCTIONS]
