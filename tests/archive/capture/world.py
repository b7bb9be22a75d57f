"""A small world for capture's tests: a department, its people, an approved page, and exchanges made of items."""

import itertools
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.services import department_found, user_appoint
from archive.accounts.models import Account
from archive.accounts.services import account_approve, account_propose
from archive.capture.batch import KeptBad, Received
from archive.capture.models import CaptureRun
from archive.capture.runs import run_open
from archive.connectors.contract import BadItem, Item, Kind
from archive.ledger import segments

AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
_counter = itertools.count(1)


def later(seconds: float) -> datetime:
    """Return an instant so many seconds after AT."""
    return AT + timedelta(seconds=seconds)


def person(username: str, *offices: str) -> User:
    """Return a person who holds the offices from long before AT."""
    department_found(name="Riverton Police Department")
    return user_appoint(
        username=username,
        name=username.title(),
        offices=list(offices),
        password="a long enough passphrase",
        at=AT - timedelta(days=365),
    )


def approved_page() -> Account:
    """Return a page that the PIO proposed and the chief approved."""
    pio, chief = person("pio", "pio"), person("chief", "chief")
    account = account_propose(
        actor=Actor(pio),
        network="mastodon",
        handle=f"riverton{next(_counter)}",
        name="Riverton PD",
        base_url="http://127.0.0.1:1",
        at=AT,
    )
    account_approve(actor=Actor(chief), account_ref=account.ref, at=AT)
    return Account.objects.get(pk=account.pk)


def open_run(account: Account, at: datetime = AT) -> CaptureRun:
    """Return an open run of the page."""
    return run_open(account, kind="capture", at=at)


def exchange_of(
    posts: Iterable[Mapping[str, object]],
    *,
    bad: Iterable[bytes] = (),
    purpose: str = "timeline",
    historic: bool = False,
) -> Received:
    """Return a list answer of `posts` (id, text, and optionally parent, author, hidden, published), and bad pieces."""
    body = b"["
    items, kept = [], []
    for post in posts:
        piece = json.dumps(post, ensure_ascii=False).encode()
        body += b"," if len(body) > 1 else b""
        items.append(item_of(post, len(body), len(body) + len(piece)))
        body += piece
    for piece in bad:
        body += b"," if len(body) > 1 else b""
        kept.append(KeptBad(BadItem("malformed", "Not JSON.", len(body), len(body) + len(piece)), piece))
        body += piece
    body += b"]"
    return Received(
        purpose=purpose,
        outcome="ok",
        status=200,
        received_at=AT,
        head=b"{}",
        body=body,
        items=items,
        bad=kept,
        historic=historic,
    )


def item_of(post: Mapping[str, object], start: int, stop: int) -> Item:
    """Return the item that a connector would cut from the post's bytes."""
    kind = Kind.COMMENT if post.get("parent") else Kind.POST
    fields = {
        "/network": "mastodon",
        "/type": "Note",
        "/kind": kind.value,
        "/id": str(post["id"]),
        **segments.fields("/content", str(post["text"])),
    }
    if post.get("parent"):
        fields["/inReplyTo"] = str(post["parent"])
    return Item(
        start=start,
        stop=stop,
        namespace="status",
        id=str(post["id"]),
        kind=kind,
        content=fields,  # type: ignore[arg-type]
        context={"/author/handle": str(post.get("author", "resident"))},
        state={"/hidden": bool(post.get("hidden", False))},
        stat={"likes": 1},
        parent_id=str(post["parent"]) if post.get("parent") else None,
        author_id=str(post.get("author", "resident")),
        published=post.get("published", AT - timedelta(hours=1)),  # type: ignore[arg-type]
    )
