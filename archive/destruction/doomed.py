"""Bytes whose content row is destroyed: they are deleted until a re-read says gone, then their row goes too."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim, job_enqueue
from archive.storage.contract import EvidenceStore, Locked, Unavailable
from archive.storage.models import StoredObject

JOB = "destruction.objects"
CHUNK = 50
ASK_AGAIN = timedelta(days=1)  #: when a store says locked and does not say until when


def doomed_enqueue(*, at: datetime) -> None:
    """Make sure that a job will come for what the caller's transaction doomed. Needs that transaction.

    A running job is locked, so that it cannot end before it has seen the caller's commit; one that waits for a lock in
    the store to run out is told to come at once.
    """
    active = list(Job.objects.select_for_update().filter(kind=JOB, state__in=[JobState.WAITING, JobState.RUNNING]))
    if not active:
        job_enqueue(kind=JOB, at=at)
    for job in active:
        if job.state == JobState.WAITING and job.due_at > at:
            Job.objects.filter(pk=job.pk).update(due_at=at)


def doomed_delete(claim: Claim, *, store: EvidenceStore, now: Callable[[], datetime]) -> None:
    """Delete the bytes of every doomed object that the store lets go, and end or postpone the job.

    May be killed at any line: what is gone already is gone again. Raises StoreError when the store does not answer or
    still shows what it deleted; Cancelled and LostLease as the claim does.
    """
    done = claim.job.done
    while True:
        for stored in _deletable(now())[:CHUNK]:
            done += _delete(stored, store, now())
        claim.progress(at=now(), done=done, total=done + _doomed().count())
        if _ended(claim, now(), done):
            return


def _delete(stored: StoredObject, store: EvidenceStore, at: datetime) -> int:
    key = str(stored.key)
    try:
        store.delete(key, stored.version_id)
    except Locked as locked:
        StoredObject.objects.filter(pk=stored.pk).update(lock_until=locked.until or at + ASK_AGAIN)
        return 0
    if store.exists(key, stored.version_id):
        raise Unavailable(f"The evidence store still shows {key} after deleting it.")
    StoredObject.objects.filter(pk=stored.pk).delete()
    return 1


def _ended(claim: Claim, at: datetime, done: int) -> bool:
    """End the job unless something can be deleted now; the lock on its row keeps new doomed ones from being missed."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=claim.job.pk)
        if _deletable(at).exists():
            return False
        until = _doomed().aggregate(until=Min("lock_until"))["until"]
        if until is None:
            claim.finish(at=at, result={"deleted": done})
        else:
            claim.wait(until=until)
        return True


def _doomed() -> QuerySet[StoredObject]:
    return StoredObject.objects.filter(doomed_at__isnull=False, media=None, quarantine=None)


def _deletable(at: datetime) -> QuerySet[StoredObject]:
    return _doomed().filter(Q(lock_until=None) | Q(lock_until__lte=at)).order_by("pk")
