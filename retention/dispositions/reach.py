"""Where copies of what was destroyed may still lie, as far as we know: said on the page of its disposition."""

from dataclasses import dataclass
from datetime import date, datetime

from archive.destruction.rewriting import rewritten_since
from archive.storage.models import StoredObject
from retention.dispositions.models import DispositionBatch


@dataclass(frozen=True, slots=True)
class Reach:
    """What was done after a destruction, and what is still to come.

    `objects_left` are files that a store has not let go yet; `rewritten_at` is when the files of the database were
    written anew, none while they can hold deleted rows; `log_closed` tells whether the write-ahead log of before went
    too; `finalises_on` is when the last of our backups has aged out.
    """

    objects_left: int
    rewritten_at: datetime | None
    log_closed: bool
    finalises_on: date | None


def reach_of(batch: DispositionBatch) -> Reach | None:
    """Return how far the destruction of an executed list has come; None before it was executed."""
    if batch.executed_at is None:
        return None
    row = rewritten_since(batch.executed_at)
    return Reach(
        objects_left=StoredObject.objects.filter(doomed_at__lte=batch.executed_at).count(),
        rewritten_at=row.ended_at if row else None,
        log_closed=row is not None and row.log_closed,
        finalises_on=batch.finalises_on,
    )
