"""Locks roll ahead in short steps, on every copy, and are never made shorter."""

from datetime import datetime, timedelta

from archive.storage.contract import EvidenceStore, Missing, StoreError
from archive.storage.models import StoredCopy
from archive.storage.selection import stores

LOCK_FOR = timedelta(days=35)
LOCK_LEFT = timedelta(days=28)  #: a lock with less than this left is moved on
LOCK_ALARM = LOCK_FOR / 2  #: a live object with less than this left is an alarm
BATCH = 500


def locks_roll(*, at: datetime) -> int:
    """Move on the locks that run out, to 35 days from now; return how many. What is doomed keeps the lock it has.

    A copy that is missing is left to fixity. One store that does not answer keeps the others from nothing: its error is
    raised at the end, and what was moved by then stays moved.
    """
    moved, failure = 0, None
    for store in stores().values():
        try:
            moved += _roll(store, at)
        except StoreError as error:
            failure = error
    if failure is not None:
        raise failure
    return moved


def _roll(store: EvidenceStore, at: datetime) -> int:
    moved, last = 0, 0
    while True:
        due = list(
            StoredCopy.objects.filter(
                lock_until__lt=at + LOCK_LEFT, object__doomed_at=None, store=store.name, pk__gt=last
            ).order_by("pk")[:BATCH]
        )
        for copy in due:
            last = copy.pk
            try:
                until = store.lock(str(copy.key), copy.version_id, at + LOCK_FOR)
            except Missing:
                StoredCopy.objects.filter(pk=copy.pk).update(checked_at=None)
                continue
            moved += StoredCopy.objects.filter(pk=copy.pk, key=copy.key).update(lock_until=until)
        if not due:
            return moved
