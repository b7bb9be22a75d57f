"""The second copy follows the first by itself: nothing that is acknowledged ever waits for it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim
from archive.storage.contract import Damaged, EvidenceStore, Missing, Stored, StoreError
from archive.storage.models import ObjectIntent, StoredCopy, StoredObject
from archive.storage.reading import object_chunks
from archive.storage.selection import copy_store
from archive.storage.services import put_under_intent
from archive.storage.space import Room, room_require

COPIES = "archive.storage.copies"
BATCH = 50
RENEW = 16 * 1024 * 1024  #: bytes after which the lease is renewed


def copies_nudge(*, at: datetime) -> None:
    """Let the round that waits come now; the next tick sends it. Without a second store this does nothing."""
    if copy_store() is not None:
        Job.objects.filter(kind=COPIES, state=JobState.WAITING, due_at__gt=at).update(due_at=at)


def copies_follow(claim: Claim, *, now: Callable[[], datetime]) -> dict[str, object]:
    """Put what the second store lacks there, the oldest first; return how many were copied and how many could not be.

    May be killed at any line: bytes without a row are swept, and the object is copied again under a new key. An object
    whose first copy is damaged or missing is left to the next fixity round. Raises Unavailable when a store does not
    answer, NoRoom when the disk is nearly full; what was copied by then stays.
    """
    room_require(Room.SHORT)
    target = copy_store()
    copied = passed_over = last = 0
    if target is None:
        return {"copied": 0}
    waiting = StoredObject.objects.filter(copied_at=None, doomed_at=None)
    total = waiting.count()
    while batch := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH]):
        for stored in batch:
            last = stored.pk
            chunks = _renewing(claim, now, object_chunks(stored))
            try:
                put = put_under_intent(target, chunks, at=now())
            except (Missing, Damaged):  # of the first copy: a store that takes bytes in says neither
                StoredCopy.objects.filter(object=stored).update(checked_at=None)
                passed_over += 1
                continue
            copied += _written(stored, put, target, now())
        claim.progress(at=now(), done=copied, total=max(total, copied))
    return {"copied": copied, "passed_over": passed_over}


def copies_recount(*, at: datetime) -> int:
    """Find objects that are said to be copied and have no copy in the store in force now; return how many."""
    target = copy_store()
    if target is None:
        return 0
    there = Exists(StoredCopy.objects.filter(object_id=OuterRef("pk"), store=target.name))
    return StoredObject.objects.filter(~there, copied_at__lte=at, doomed_at=None).update(copied_at=None)


def _written(stored: StoredObject, put: Stored, target: EvidenceStore, at: datetime) -> int:
    """Write the row of a copy, unless its object was destroyed meanwhile: then the bytes go again."""
    with transaction.atomic():
        if StoredObject.objects.select_for_update().filter(pk=stored.pk, doomed_at=None).exists():
            _, new = StoredCopy.objects.get_or_create(
                object=stored,
                store=target.name,
                defaults={
                    "key": uuid.UUID(put.key),
                    "version_id": put.version_id,
                    "lock_until": put.lock_until,
                    "flag_due_at": at,
                    "put_at": at,
                },
            )
            StoredObject.objects.filter(pk=stored.pk).update(copied_at=at)
            if new:
                ObjectIntent.objects.filter(key=put.key).delete()
                return 1
    with suppress(StoreError):  # its intent stays, and the sweeper asks again
        target.delete(put.key, put.version_id)
    return 0


def _renewing(claim: Claim, now: Callable[[], datetime], chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass the bytes on and keep the lease while they flow."""
    since = 0
    for chunk in chunks:
        since += len(chunk)
        if since >= RENEW:
            claim.progress(at=now(), done=claim.job.done)
            since = 0
        yield chunk
