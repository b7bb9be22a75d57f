"""What outsiders gave for a checkpoint that can travel with it: time stamps as they came, and lines of witnesses."""

from collections.abc import Iterable, Sequence

from archive.ledger.models import LOG, Anchor, AnchorKind

VOUCHING = (AnchorKind.TSA, AnchorKind.WITNESS)
"""The kinds that a stranger can check; a copy in a bucket or in a mailbox convinces only who can look there."""


def vouchers(size: int) -> list[Anchor]:
    """Return what outsiders gave for the checkpoint of this size, in the order in which it came here."""
    return list(Anchor.objects.filter(log_id=LOG, size=size, kind__in=VOUCHING).order_by("pk"))


def stamps(anchors: Iterable[Anchor]) -> Sequence[bytes]:
    """Return the time stamps among them (RFC 3161 responses)."""
    return [bytes(each.octets) for each in anchors if each.kind == AnchorKind.TSA]


def cosigned(note: bytes, anchors: Iterable[Anchor]) -> bytes:
    """Return the signed note with the lines of its witnesses below the log's own."""
    return note + b"".join(bytes(each.octets) for each in anchors if each.kind == AnchorKind.WITNESS)
