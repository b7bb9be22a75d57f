"""The whole log, read again: every event ordered once, without a gap, under checkpoints that tell one history."""

from itertools import pairwise

from archive.ledger.merkle import CompactRange, check_consistency, leaf_hash
from archive.ledger.models import Checkpoint, Edge, EventContent, LedgerEvent, PendingEvent, SequencedEvent
from archive.ledger.note import open_checkpoint
from archive.ledger.selectors import consistency, verifier
from archive.records.models import Version


class LogLost(Exception):
    """The log lacks, repeats or contradicts something; the message says what."""


def log_judged() -> str:
    """Return a sentence about a log that holds. Raises LogLost or LedgerError. Call it in one snapshot."""
    ordered = list(SequencedEvent.objects.order_by("seq").values_list("seq", "event_id"))
    if [seq for seq, _ in ordered] != list(range(len(ordered))):
        raise LogLost("The places in the log have a gap.")
    placed = [event_id for _, event_id in ordered]
    waiting = list(PendingEvent.objects.values_list("event_id", flat=True))
    entries = dict(LedgerEvent.objects.values_list("event_id", "leaf"))
    if sorted(placed + waiting) != sorted(entries):
        raise LogLost(f"{len(entries)} events are committed, {len(placed)} have a place and {len(waiting)} wait.")
    _check_versions(set(placed))
    heads = _check_checkpoints([bytes(entries[event_id]) for event_id in placed])
    return f"{len(placed)} events have a place each, without a gap, under {heads} checkpoints of one history"


def _check_versions(placed: set[object]) -> None:
    events = set(Version.objects.values_list("event_id", flat=True))
    if not events <= placed:
        raise LogLost(f"{len(events - placed)} versions have no place in the log.")
    said = set(EventContent.objects.filter(event_id__in=events).values_list("event_id", flat=True))
    if said != events:
        raise LogLost(f"{len(events - said)} versions have lost what they say.")


def _check_checkpoints(entries: list[bytes]) -> int:
    """Compute every signed root again from the entries, and prove each checkpoint a prefix of the next."""
    heads = list(Checkpoint.objects.order_by("size"))
    tree = CompactRange()
    for head in heads:
        tree.extend(leaf_hash(entry) for entry in entries[tree.size : head.size])
        signed = open_checkpoint(bytes(head.note), [verifier()])
        if not (signed.size, signed.root) == (head.size, bytes(head.root)) == (tree.size, tree.root()):
            raise LogLost(f"The checkpoint of {head.size} entries is not what these entries hash to.")
    for old, new in pairwise(heads):
        check_consistency(old.size, new.size, bytes(old.root), bytes(new.root), consistency(old.size, new.size))
    tree.extend(leaf_hash(entry) for entry in entries[tree.size :])
    edge = Edge.objects.get()
    if (edge.size, bytes(edge.root)) != (len(entries), tree.root()):
        raise LogLost("The edge of the log is not what its entries hash to.")
    return len(heads)
