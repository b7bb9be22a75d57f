"""Whether the database is an earlier state of what was published: then nothing is signed until somebody recovers."""

from typing import NamedTuple

from archive.ledger.errors import LedgerError
from archive.ledger.models import LOG, Edge
from archive.ledger.note import open_checkpoint
from archive.ledger.opening import log_publication
from archive.ledger.selectors import verifier


class RolledBackLog(NamedTuple):
    """The database has `here` entries; a checkpoint over `signed` was published."""

    here: int
    signed: int


def rolled_back_log() -> RolledBackLog | None:
    """Return how far the database lies behind the published log; None when it does not.

    A published log that does not answer, or is not ours, is no sign of it: the sequencer and fsck name that.
    """
    try:
        note = log_publication().checkpoint()
        signed = open_checkpoint(note, [verifier()]).size if note else 0
    except LedgerError:
        return None
    # Read after the note: the edge only moves on, and always before a note is published over it.
    here = Edge.objects.filter(log_id=LOG).values_list("size", flat=True).first() or 0
    return RolledBackLog(here, signed) if signed > here else None
