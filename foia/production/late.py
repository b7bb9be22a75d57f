"""Outside time stamps that came after a bundle was finished: files of their own, of the checkpoint that it cites."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.ledger.anchoring import checkpoint_vouch
from archive.ledger.models import AnchorKind
from archive.ledger.vouching import vouchers
from foia.production.models import Bundle

ASKED_FOR = timedelta(days=30)  #: from the finished bundle on; what nobody stamped by then is stamped by no one


@dataclass(frozen=True, slots=True)
class LateStamp:
    """A time stamp that is not in the bundle: who gave it, when, and its address `log/stamps/SIZE/N`."""

    size: int
    n: int
    name: str
    at: datetime


def stamps_ask_late(*, at: datetime) -> int:
    """Ask the authorities that had not answered when a bundle was finished; return how many now did."""
    recent = Bundle.objects.filter(at__gte=at - ASKED_FOR)
    return sum(checkpoint_vouch(size, at=at) for size in sorted(set(recent.values_list("checkpoint_size", flat=True))))


def stamps_late(bundle: Bundle) -> list[LateStamp]:
    """Return the time stamps of the bundle's checkpoint that are not in the bundle."""
    stamps = [each for each in vouchers(bundle.checkpoint_size) if each.kind == AnchorKind.TSA]
    return [
        LateStamp(each.size, n, each.name, each.at) for n, each in enumerate(stamps, 1) if each.pk not in bundle.anchors
    ]
