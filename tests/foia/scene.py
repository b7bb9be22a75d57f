"""A department with people, a captured page, and requests about it, all through the product's own services."""

import io
import itertools
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from PIL import Image

from archive.access.actor import Actor
from archive.access.models import Appointment, Department, User
from archive.access.services import department_found
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from archive.capture.batch import Received
from archive.capture.commit import exchange_commit
from archive.capture.models import CaptureRun
from archive.connectors.contract import Item, Kind
from archive.ledger import segments
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Media, Record, RecordKey, Version
from archive.records.search import Filters
from archive.storage.services import object_put
from foia.clocks.business_days import Holiday
from foia.collections.models import Collection, CollectionItem
from foia.requests.holidays import holiday_year_adopt
from foia.requests.models import Channel, RecordsRequest
from foia.requests.review_office import review_office_adopt
from foia.requests.services import request_search, request_take
from foia.review.redaction import Ask
from foia.review.services import review_confirm, review_disclose, review_redact, review_withhold
from retention.holds.services import Scope

RECEIVED = datetime(2026, 2, 6, 16, 0, tzinfo=UTC)
"""Friday 2026-02-06, ten in the morning in Chicago: the golden row of legal.md 10."""
CAPTURED = RECEIVED - timedelta(days=3)
PHONE = "312-555-0142"
WITHHELD = "My neighbour Dana Quillfeather was arrested as a child"
LINCOLN, PRESIDENTS = date(2026, 2, 12), date(2026, 2, 16)
_posts = itertools.count(102938475610290000)


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of the department, each in the office that does the work."""

    clerk: Actor
    officer: Actor
    manager: Actor
    stranger: Actor


def staff(*, demonstration: bool = True) -> Staff:
    """Found the department and appoint its people."""
    department_found(name="Bloomington Police Department", demonstration=demonstration)
    Department.objects.filter(pk=1).update(demonstration=demonstration)
    return Staff(
        person("clerk", "records-clerk"),
        person("officer", "foia-officer"),
        person("manager", "records-manager"),
        person("auditor", "auditor"),
    )


def person(username: str, *offices: str) -> Actor:
    """Return a person who holds the offices since long ago, and who never signs in."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    defaults = {"name": username.title(), "created_at": since, "password": "!"}
    user, created = User.objects.get_or_create(username=username, defaults=defaults)
    if created:
        Appointment.objects.bulk_create(Appointment(user=user, office_id=office, since=since) for office in offices)
    return Actor(user=user)


def holidays_of(year: int, *days: date, actor: Actor, cautious: bool = False) -> None:
    """Adopt a year with these holidays and no other."""
    rows = [Holiday(day, day.isoformat(), excluded_conservative=cautious) for day in days]
    holiday_year_adopt(year=year, rows=rows, source="test", actor=actor, at=CAPTURED)


def year_2026(actor: Actor) -> None:
    """Adopt 2026 with the two holidays of the golden row."""
    holidays_of(2026, LINCOLN, PRESIDENTS, actor=actor)


def office_known(actor: Actor, *, verified_on: date | None = date(2026, 1, 5)) -> None:
    """Adopt where a requester may ask for review."""
    review_office_adopt(
        name="Public Access Counselor",
        address="500 South 2nd Street, Springfield, Illinois",
        phone="217-555-0100",
        source="test",
        verified_on=verified_on,
        actor=actor,
        at=RECEIVED,
    )


def page(handle: str = "bloomingtonpd") -> Account:
    """Return an approved page."""
    proposed = account_propose(
        actor=person("pio", "pio"),
        network="mastodon",
        handle=handle,
        name="Bloomington PD",
        base_url="http://127.0.0.1:1",
        at=CAPTURED,
    )
    account_approve(actor=person("chief", "chief"), account_ref=proposed.ref, at=CAPTURED)
    return Account.objects.get(pk=proposed.pk)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said on the page: by whom, and what."""

    text: str
    handle: str = "resident"
    name: str = "A. Resident"
    attachments: tuple[str, ...] = ()  #: the alt text of each picture
    hidden: bool = False
    id: str = field(default_factory=lambda: str(next(_posts)))


def captured(account: Account, *said: Said, at: datetime = CAPTURED) -> list[Record]:
    """Capture one exchange of these items; return their records in that order."""
    body, items = b"[", []
    for each in said:
        raw = json.dumps({"id": each.id, "content": each.text, "by": each.handle}).encode()
        start = len(body)
        body += raw + b","
        items.append(_item(each, start, start + len(raw), at))
    run = CaptureRun.objects.create(account=account, kind="capture", subject=os.urandom(16), started_at=at)
    received = Received(
        purpose="thread", outcome="ok", status=200, received_at=at, head=b"{}", body=body + b"]", items=items
    )
    exchange_commit(run, account, received, at=at)
    by_key = {key.value: key.record for key in RecordKey.objects.filter(account=account).select_related("record")}
    return [by_key[each.id] for each in said]


def _item(said: Said, start: int, stop: int, at: datetime) -> Item:
    fields: dict[str, object] = {
        "/network": "mastodon",
        "/type": "Note",
        "/kind": "comment",
        "/id": said.id,
        "/url": f"http://127.0.0.1:1/@{said.handle}/{said.id}",
        "/published": "2026-02-02T14:00:00.000000Z",
        "/author/id": f"9{said.id}",
        "/author/url": f"http://127.0.0.1:1/@{said.handle}",
        "/language": "en",
        "/sensitive": False,
        "/visibility": "public",
        **segments.fields("/content", said.text),
    }
    for n, alt in enumerate(said.attachments):
        fields |= {
            f"/attachment/{n}/type": "Image",
            f"/attachment/{n}/mediaType": "image/png",
            f"/attachment/{n}/name": alt,
            f"/attachment/{n}/reference": f"media-{said.id}-{n}",
        }
    return Item(
        start=start,
        stop=stop,
        namespace="status",
        id=said.id,
        kind=Kind.COMMENT,
        content=fields,  # type: ignore[arg-type]
        context={"/author/handle": said.handle, "/author/name": said.name},
        state={"/hidden": said.hidden},
        author_id=f"9{said.id}",
        published=at - timedelta(hours=1),
    )


def picture(colour: str = "navy") -> bytes:
    """Return a small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(out, "PNG")
    return out.getvalue()


def media_of(record: Record, octets: bytes, *, n: int = 0, at: datetime = CAPTURED) -> Media:
    """Keep the bytes of an attachment of the record's latest version, as the fetching job does."""
    version = Version.objects.filter(record=record).order_by("-n")[0]
    stored = object_put([octets], compartment="public", at=at)
    with transaction.atomic():
        [event] = append_events(
            [
                EventDraft(
                    kind="capture.media",
                    schema="capture.media/1",
                    subject=bytes(record.subject),
                    fields={
                        "/version": str(version.ref),
                        f"/attachment/{n}/sha256": base64url(bytes(stored.sha256)),
                        f"/attachment/{n}/size": stored.size,
                    },
                    compartment="public",
                    at=at,
                )
            ]
        )
        stored.save(force_insert=True)
        return Media.objects.create(
            version=version,
            record=record,
            n=n,
            media_type="image/png",
            stored=stored,
            event_id=event.event_id,
            captured_at=at,
            compartment="public",
        )


def request_of(actor: Actor, *, received_at: datetime = RECEIVED, at: datetime | None = None) -> RecordsRequest:
    """Take in a request about everything."""
    return request_take(
        text="All comments of February about the café.",
        channel=Channel.EMAIL,
        received_at=received_at,
        scopes=[Scope()],
        requester="R. Equester",
        contact="PO Box 9\nNormal, Illinois",
        actor=actor,
        at=at or received_at,
    )


def collected(request: RecordsRequest, actor: Actor, *, at: datetime = RECEIVED) -> Collection:
    """Search for everything and freeze it."""
    return request_search(request_ref=request.ref, words="", filters=Filters(), actor=actor, at=at)


def item_of(collection: Collection, record: Record, n: int = 1) -> CollectionItem:
    """Return the item of a record's version."""
    return CollectionItem.objects.select_related("version", "record", "collection").get(
        collection=collection, record=record, version__n=n
    )


def span_of(item: CollectionItem, words: str, text: str, code: str = "7(1)(b)") -> Ask:
    """Return the ask to hide these words of the content."""
    start = text.index(words)
    return Ask("/content", code, start, start + len(words))


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A collection with one disclosed, one redacted and one withheld record, confirmed."""

    staff: Staff
    request: RecordsRequest
    collection: Collection
    open: Record
    redacted: Record
    withheld: Record


REDACTED_TEXT = f"Call me at {PHONE} about the café 🚧 tomorrow"


def reviewed(*, picture_bytes: bytes | None = None, more: tuple[Said, ...] = ()) -> Reviewed:
    """Play a request up to the confirmed review; `more` is disclosed too."""
    people = staff()
    year_2026(people.officer)
    office_known(people.officer)
    account = page()
    shown, redacted, withheld, *others = captured(
        account,
        Said("The road is closed until noon", handle="roadwatch", attachments=("A barrier",) if picture_bytes else ()),
        Said(REDACTED_TEXT, handle="caller", name="Casey Dialtone"),
        Said(WITHHELD, handle="whisperer", name="Whisper"),
        *more,
    )
    if picture_bytes:
        media_of(shown, picture_bytes)
    request = request_of(people.clerk)
    collection = collected(request, people.officer)
    review_disclose(items=[item_of(collection, each) for each in (shown, *others)], actor=people.clerk, at=RECEIVED)
    item = item_of(collection, redacted)
    review_redact(
        item=item,
        asks=[span_of(item, PHONE, REDACTED_TEXT)],
        basis="A private telephone number.",
        actor=people.clerk,
        at=RECEIVED,
    )
    review_withhold(
        items=[item_of(collection, withheld)],
        codes=["7(1)(a)"],
        basis="A juvenile law-enforcement record.",
        actor=people.clerk,
        at=RECEIVED,
    )
    review_confirm(collection=collection, actor=people.officer, at=RECEIVED)
    return Reviewed(people, request, collection, shown, redacted, withheld)
