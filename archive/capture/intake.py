"""From what a connector hands over to what the capture transaction takes: bytes of bad items are made safe first."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from archive.accounts.models import Account
from archive.capture.batch import INLINE_QUARANTINE, UNIT, KeptBad, Key, Received
from archive.connectors.contract import BadItem, Exchange, Item, Notice
from archive.ledger.canonical import canonical_bytes, view
from archive.storage.services import object_put

#: Oddities that a person should see although the item was taken: its bytes are shown in the quarantine as well.
REMARKED = frozenset({"unknown-field"})


def head_of(exchange: Exchange) -> bytes:
    """Return the canonical request line, headers and timing of an exchange, credentials masked."""
    return canonical_bytes(
        view(
            {
                "method": exchange.request.method,
                "url": exchange.request.url,
                "requestHeaders": [list(pair) for pair in exchange.request.headers],
                "status": exchange.status,
                "responseHeaders": [list(pair) for pair in exchange.headers],
                "durationMilliseconds": round(exchange.duration * 1000),
                "whole": exchange.whole,
                "fault": exchange.fault,
                "masked": exchange.masked,
                "earlier": [
                    {"status": attempt.status, "code": attempt.code, "waitedMilliseconds": round(attempt.waited * 1000)}
                    for attempt in exchange.earlier
                ],
            }
        )
    )


def bad_keep(body: bytes, bad: Iterable[BadItem], *, account: Account, at: datetime) -> list[KeptBad]:
    """Make the bytes of bad items safe: small ones travel in the row, large ones go to the evidence store now."""
    kept = []
    for one in bad:
        raw = body[one.start : one.stop]
        if len(raw) <= INLINE_QUARANTINE:
            kept.append(KeptBad(one, raw))
        else:
            kept.append(KeptBad(one, None, object_put([raw], compartment=account.compartment, at=at)))
    return kept


def receive(
    exchange: Exchange,
    *,
    account: Account,
    at: datetime,
    items: Sequence[Item] = (),
    bad: Sequence[BadItem] = (),
    notices: Sequence[Notice] = (),
    outcome: str = "ok",
    about: Key | None = None,
    historic: bool = False,
) -> Received:
    """Return an exchange as capture keeps it. An answer cut short or over the limit is quarantined whole."""
    if len(items) > UNIT:
        raise ValueError(f"A page holds at most {UNIT} items.")
    found = list(bad)
    if exchange.fault and exchange.body and not any(b.start == 0 and b.stop == len(exchange.body) for b in found):
        found = [BadItem(exchange.fault, "The answer ended early; what came is kept.", 0, len(exchange.body))]
        items = ()
    remarks = [
        BadItem(n.code, f"{n.reason} {n.path}".strip(), n.start, n.stop, n.id) for n in notices if n.code in REMARKED
    ]
    return Received(
        purpose=exchange.operation,
        outcome=exchange.fault or outcome,
        status=exchange.status,
        received_at=exchange.received_at,
        head=head_of(exchange),
        body=exchange.body,
        items=items,
        bad=bad_keep(exchange.body, found, account=account, at=at),
        remarks=bad_keep(exchange.body, remarks, account=account, at=at),
        about=about,
        historic=historic,
    )
