"""What the archive's pages show in tests: a page of the department, threads captured of it, and what went wrong."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from archive.access.actor import Actor
from archive.access.models import User
from archive.accounts.models import Account, AccountApproval, AccountProposal
from archive.capture.batch import Committed, KeptBad, Received
from archive.capture.commit import exchange_commit
from archive.capture.coverage import Coverage
from archive.capture.models import CaptureRun, Exchange, Observation, ObservationKind, Quarantine, Who
from archive.capture.removals import observation_write
from archive.capture.runs import run_close, run_open
from archive.connectors.contract import BadItem, Item, Kind
from archive.ledger import segments
from archive.records.models import Media, Record, RecordKey
from archive.records.search import Filters
from archive.records.search_run import search_freeze
from archive.storage.models import StoredObject
from archive.storage.selection import evidence_store
from tests.web.world import World

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000"
    "000049454e44ae426082"
)


def a_page(
    world: World, *, name: str = "Riverton Police", compartment: str = "public", approved: bool = True
) -> Account:
    """A page that the PIO's colleague proposed; approved by the chief's colleague unless told otherwise."""
    account = Account.objects.create(
        network="mastodon",
        handle=f"riverton{uuid.uuid4().hex[:6]}",
        name=name,
        base_url="https://social.riverton.example",
        compartment=compartment,
        created_at=world.at - timedelta(days=200),
        capture_due_at=world.at + timedelta(minutes=9) if approved else None,
    )
    proposer = world.colleagues["pio"]
    AccountProposal.objects.create(account=account, requested_by=proposer, at=world.at - timedelta(days=200))
    if approved:
        AccountApproval.objects.create(
            account=account,
            requested_by=proposer,
            approved_by=world.colleagues["chief"],
            at=world.at - timedelta(days=199),
            event_id=uuid.uuid4(),
        )
    return account


def captured(
    account: Account,
    posts: Iterable[Mapping[str, Any]],
    *,
    at: datetime,
    run: CaptureRun | None = None,
    bad: Iterable[bytes] = (),
    historic: bool = False,
) -> Committed:
    """Capture one exchange of these posts and pieces that cannot be read.

    A post has `id`, `text` and `published`; it may have `parent`, `author` (a handle), `name`, `hidden`, `warning`,
    `pictures` (their descriptions), `updated`, `kind`, `language` and `author_id`.
    """
    run = run or run_open(account, kind="capture", at=at)
    body, items, kept = b"[", [], []
    for post in posts:
        piece = json.dumps(post, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
        body += b"," if len(body) > 1 else b""
        items.append(_item(post, len(body), len(body) + len(piece)))
        body += piece
    for piece in bad:
        body += b"," if len(body) > 1 else b""
        kept.append(KeptBad(BadItem("malformed", "Not JSON.", len(body), len(body) + len(piece)), piece))
        body += piece
    received = Received(
        purpose="timeline",
        outcome="ok",
        status=200,
        received_at=at,
        head=b"{}",
        body=body + b"]",
        items=items,
        bad=kept,
        historic=historic,
    )
    return exchange_commit(run, account, received, at=at)


def _item(post: Mapping[str, Any], start: int, stop: int) -> Item:
    kind = Kind(post["kind"]) if "kind" in post else Kind.COMMENT if post.get("parent") else Kind.POST
    author = post.get("author", "resident")
    fields: dict[str, Any] = {
        "/network": "mastodon",
        "/type": "Note",
        "/kind": kind.value,
        "/id": post["id"],
        "/language": post.get("language", "en"),
        "/url": f"https://social.riverton.example/@{author}/{post['id']}",
        **segments.fields("/content", post["text"]),
    }
    if post.get("warning"):
        fields |= segments.fields("/summary", post["warning"])
    for n, description in enumerate(post.get("pictures", ())):
        fields |= {f"/attachment/{n}/type": "Image", f"/attachment/{n}/reference": f"medium-{n}"}
        fields[f"/attachment/{n}/name"] = description
    return Item(
        start=start,
        stop=stop,
        namespace="status",
        id=post["id"],
        kind=kind,
        content=fields,
        context={"/author/handle": author, "/author/name": post.get("name", author.title())},
        state={"/hidden": bool(post.get("hidden", False))},
        parent_id=post.get("parent"),
        author_id=post.get("author_id", f"id-{author}"),
        published=post.get("published"),
        updated=post.get("updated"),
    )


def named(account: Account, network_id: str) -> Record:
    """The record that the network calls so."""
    return RecordKey.objects.get(account=account, value=network_id).record


def a_thread(world: World, account: Account | None = None) -> dict[str, Record]:
    """A post with answers, one edited, one hidden, one removed by nobody knows whom; two runs, the second partial."""
    account = account or a_page(world)
    before, after = world.at - timedelta(days=3), world.at - timedelta(days=1)
    posted = before - timedelta(hours=2)

    def post(key: str, text: str, minutes: int, **more: object) -> dict[str, Any]:
        return {"id": key, "text": text, "published": posted + timedelta(minutes=minutes), **more}

    one_lane = "Main St. is down to one lane form Monday, 7 a.m., for new water pipes. Please allow more time."
    items = [
        post("p", one_lane, 0, author="riverton_pd"),
        post("a", "Again? The #MainSt works never end. Call (303) 555-0142 and complain!", 5, parent="p", author="ann"),
        post("b", "Thank you for the notice.", 9, parent="p", author="bob"),
        post("c", "You people never do anything right. Unbelievable!!!", 31, parent="a", author="cem"),
        post("d", "Does the bus still stop there? \u202etxt.exe — 日本語もどうぞ", 40, parent="a", author="dana"),
    ]
    run = run_open(account, kind="capture", at=before)
    coverage = Coverage(deep=True, timeline_whole=True, oldest_listed=posted.isoformat(), longest_delay_s=7_260)
    coverage.cannot_see = ("Posts that were written and deleted between two readings.",)
    coverage.add(captured(account, items, at=before, run=run))
    run_close(run, outcome=coverage.outcome, coverage=coverage, at=before + timedelta(seconds=40))

    again = run_open(account, kind="capture", at=after)
    items[0]["text"] = one_lane.replace("form", "from")
    items[3]["hidden"] = True
    statement = Coverage(oldest_listed=posted.isoformat(), cannot_see=coverage.cannot_see)
    statement.add(
        captured(
            account,
            items[:4],
            at=after,
            run=again,
            bad=[b'{"id": 7, "text": "\xff\x00 cut'],
        )
    )
    statement.fault("server-error")
    with transaction.atomic():
        observation_write(
            named(account, "d"),
            run=again,
            kind=ObservationKind.REMOVED,
            who=Who.UNKNOWN,
            basis="status-404",
            exchange_id=Exchange.objects.filter(run=again).latest("pk").pk,
            at=after + timedelta(seconds=20),
        )
    statement.counts["removed"] += 1
    run_close(again, outcome=statement.outcome, coverage=statement, at=after + timedelta(seconds=50))
    return {key: named(account, key) for key in "pabcd"}


def a_record(world: World, owner: User) -> Mapping[str, Any]:
    """A comment that was answered."""
    return {"ref": a_thread(world)["a"].ref}


def in_store(octets: bytes, compartment: str, at: datetime) -> StoredObject:
    """Bytes in the evidence store, written inside whatever transaction the test has open."""
    key = uuid.uuid4()
    put = evidence_store().put(str(key), [octets])
    return StoredObject.objects.create(
        key=key,
        store=evidence_store().name,
        size=put.size,
        sha256=put.sha256,
        crc32=put.crc32,
        compartment=compartment,
        created_at=at,
    )


def with_picture(record: Record, at: datetime, *, media_type: str = "image/png", octets: bytes = PIXEL) -> Media:
    """Give a record's latest version an attachment, as the media task would."""
    version = record.current.version
    return Media.objects.create(
        version=version,
        record=record,
        n=Media.objects.filter(version=version).count(),
        media_type=media_type,
        stored=in_store(octets, record.compartment, at),
        event_id=uuid.uuid4(),
        captured_at=at,
        compartment=record.compartment,
    )


def a_medium(world: World, owner: User) -> Mapping[str, Any]:
    """A picture of a record."""
    record = a_thread(world)["p"]
    with_picture(record, world.at)
    return {"ref": record.ref, "number": 1}


def as_received(world: World, owner: User) -> Mapping[str, Any]:
    """The first version of a record."""
    return {**a_record(world, owner), "n": 1}


def a_removal(world: World, owner: User) -> Mapping[str, Any]:
    """A removal that nobody has explained."""
    return {"ref": Observation.objects.get(record=a_thread(world)["d"]).ref}


def a_quarantined_item(world: World, owner: User) -> Mapping[str, Any]:
    """Bytes that could not be read."""
    account = a_thread(world)["p"].account
    return {"ref": Quarantine.objects.get(run__account=account).ref}


def an_account(world: World, owner: User) -> Mapping[str, Any]:
    """A page with its runs."""
    return {"ref": a_thread(world)["p"].account.ref}


def a_proposed_page(world: World, owner: User) -> Mapping[str, Any]:
    """A page that the owner proposed."""
    return {"ref": own_page(world, owner).ref}


def own_page(world: World, owner: User) -> Account:
    """A page that this person proposed."""
    account = Account.objects.create(
        network="mastodon",
        handle=f"own{uuid.uuid4().hex[:6]}",
        name="Riverton Police Recruiting",
        base_url="https://social.riverton.example",
        created_at=world.at,
    )
    AccountProposal.objects.create(account=account, requested_by=owner, at=world.at)
    return account


def a_run(world: World, owner: User) -> Mapping[str, Any]:
    """The last run of a page."""
    account = a_thread(world)["p"].account
    return {"ref": account.ref, "run": CaptureRun.objects.filter(account=account).latest("pk").ref}


def a_frozen_search(world: World, owner: User) -> Mapping[str, Any]:
    """A frozen search of the owner; of a clerk's colleague where the owner may not search."""
    a_thread(world)
    offices = Actor(user=owner).offices(world.at)
    may = offices - {"chief", "administrator"}
    actor = Actor(user=owner if may else world.colleagues["records-clerk"])
    return {"ref": search_freeze(actor=actor, words="main OR bus", filters=Filters(), at=world.at).ref}
