"""People, a page and what was captured of it, through the product's own capture transaction."""

import json
import os
import uuid
from datetime import UTC, date, datetime, timedelta

from archive.access.actor import Actor
from archive.access.models import Appointment, Department, Office, User
from archive.accounts.models import Account, AccountApproval, AccountProposal
from archive.capture.batch import Received
from archive.capture.commit import exchange_commit
from archive.capture.listeners import CapturedBatch
from archive.capture.models import CaptureRun
from archive.connectors.contract import Fields, Item, Kind
from archive.destruction.holdings import Warrant
from archive.destruction.models import DestructionOrder
from archive.ledger.canonical import format_time
from archive.ledger.segments import split
from archive.records.models import Record, RecordKey

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""When things are captured here: a Monday, nine in the morning in the department's zone."""


def department() -> Department:
    return Department.objects.get_or_create(pk=1, defaults={"name": "Bloomington Police Department"})[0]


def person(name: str, *offices: str) -> Actor:
    """Return a person who holds `offices` since long ago."""
    user = User.objects.create(username=name, name=name.title(), created_at=AT)
    for code in offices:
        office = Office.objects.get_or_create(code=code, defaults={"name": code})[0]
        Appointment.objects.create(user=user, office=office, since=datetime(2020, 1, 1, tzinfo=UTC))
    return Actor(user=user)


def page(handle: str = "bpd", network: str = "mastodon") -> Account:
    """Return an approved page."""
    department()
    account = Account.objects.create(
        network=network, handle=handle, name=handle, base_url="http://127.0.0.1:1", created_at=AT
    )
    asked, said_yes = person(f"{handle}-pio"), person(f"{handle}-chief")
    assert asked.user
    assert said_yes.user
    AccountProposal.objects.create(account=account, requested_by=asked.user, at=AT)
    AccountApproval.objects.create(
        account=account, requested_by=asked.user, approved_by=said_yes.user, at=AT, event_id=uuid.uuid4()
    )
    return account


def text_fields(text: str) -> Fields:
    """Return `text` as the canonical fields of a content."""
    pieces = split(text)
    return {"/content/#": len(pieces), **{f"/content/{n}": piece for n, piece in enumerate(pieces)}}


def comments(
    account: Account,
    texts: dict[str, str],
    *,
    at: datetime = AT,
    posted: datetime | None = None,
    kind: Kind = Kind.COMMENT,
    hidden: frozenset[str] = frozenset(),
    about: str | None = None,
) -> list[int]:
    """Capture one exchange with an item for each network id in `texts`; return the records' ids in that order."""
    body = b"["
    items = []
    for network_id, text in texts.items():
        raw = json.dumps({"id": network_id, "content": text}).encode()
        start = len(body)
        body += raw + b","
        items.append(
            Item(
                start=start,
                stop=start + len(raw),
                namespace="status",
                id=network_id,
                kind=kind,
                content={"/type": "Note", "/kind": kind.value, "/network": account.network, "/id": network_id}
                | text_fields(text)
                | {"/published": format_time(posted or at - timedelta(hours=1))}
                | {"/author/id": f"author-{network_id}", "/author/handle": f"neighbour{network_id}"},
                state={"/hidden": network_id in hidden},
                author_id=f"author-{network_id}",
                published=posted or at - timedelta(hours=1),
            )
        )
    run = CaptureRun.objects.create(account=account, kind="capture", subject=os.urandom(16), started_at=at)
    received = Received(
        purpose="thread",
        outcome="ok",
        status=200,
        received_at=at,
        head=b"{}",
        body=body + b"]",
        items=items,
        about=("status", about) if about else None,
    )
    exchange_commit(run, account, received, at=at)
    found = dict(RecordKey.objects.filter(account=account, value__in=list(texts)).values_list("value", "record_id"))
    return [found[network_id] for network_id in texts if network_id in found]


def order(record_id: int, *, not_before: date = date(2026, 3, 2), number: str = "DC-2026-17") -> Warrant:
    """Write the order that an approved and certified disposition would have written; return its warrant."""
    batch, certificate = uuid.uuid4(), uuid.uuid4()
    DestructionOrder.objects.create(
        holding_kind="record",
        holding_id=record_id,
        batch_ref=batch,
        certificate_ref=certificate,
        series_code="inbound",
        approved_at=AT,
        not_before=not_before,
    )
    return Warrant(
        batch_ref=batch,
        certificate_ref=certificate,
        certificate_number=number,
        series_code="inbound",
        approved_by=uuid.uuid4(),
        today=date(2026, 3, 2),
        finalises_on=date(2026, 4, 6),
    )


def subject_of(record_id: int) -> bytes:
    return bytes(Record.objects.get(pk=record_id).subject)


class Willing:
    """A guard that finds nothing to say against destruction."""

    def refusals(self, holding_kind: str, ids: object, at: datetime) -> dict[int, object]:
        return {}


class Broken:
    """A guard whose query fails."""

    def refusals(self, holding_kind: str, ids: object, at: datetime) -> dict[int, object]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return {}


class Listening:
    """A listener that remembers what it was told."""

    def __init__(self) -> None:
        self.batches: list[CapturedBatch] = []

    def captured(self, batch: CapturedBatch) -> None:
        self.batches.append(batch)


WILLING, BROKEN = Willing(), Broken()
