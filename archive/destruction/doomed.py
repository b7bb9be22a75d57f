"""Bytes whose content row is destroyed: they are deleted until a re-read says gone, then their row goes too."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim, job_enqueue
from archive.storage.contract import EvidenceStore, Locked, StoreError, Unavailable
from archive.storage.models import StoredCopy, StoredObject

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


def doomed_delete(claim: Claim, *, stores: Mapping[str, EvidenceStore], now: Callable[[], datetime]) -> None:
    """Delete every copy of each doomed object that its store lets go, and end or postpone the job.

    An object's row goes when a look in every store has shown that its copies are gone. May be killed at any line: what
    is gone already is gone again. Raises StoreError when a store does not answer, is no longer in force, or still shows
    what it deleted; the copies in the other stores go first. Cancelled and LostLease as the claim does.
    """
    done = claim.job.done
    while True:
        failure, last = None, 0
        while copies := list(_deletable(now()).filter(pk__gt=last)[:CHUNK]):
            for copy in copies:
                last = copy.pk
                try:
                    _delete(copy, stores, now())
                except StoreError as error:
                    failure = error
            done += _doomed().filter(copies=None).delete()[1].get(StoredObject._meta.label, 0)
            claim.progress(at=now(), done=done, total=done + _doomed().count())
        if failure is not None:
            raise failure
        if _ended(claim, now(), done):
            return


def _delete(copy: StoredCopy, stores: Mapping[str, EvidenceStore], at: datetime) -> None:
    """Delete one copy, whatever version of it there is, and its row once a look finds nothing."""
    store, key = stores.get(copy.store), str(copy.key)
    if store is None:
        raise Unavailable(f"The store {copy.store}, where a copy of {key} lies, is not in force.")
    try:
        _delete_held(store, key, copy.version_id)
    except Locked as locked:
        StoredCopy.objects.filter(pk=copy.pk).update(lock_until=locked.until or at + ASK_AGAIN)
        return
    if store.exists(key, copy.version_id) or store.exists(key):
        raise Unavailable(f"The evidence store still shows {key} after deleting it.")
    copy.delete()


def _delete_held(store: EvidenceStore, key: str, version_id: str) -> None:
    """Delete the version, and then whatever else lies under the key; a flag that is left holds nothing any more.

    Every guard and blocker was asked in the transaction that destroyed the content.
    """
    try:
        store.delete(key, version_id)
    except Locked as locked:
        if not locked.held:
            raise
        store.hold(key, version_id, on=False)
        store.delete(key, version_id)
    if version_id:
        store.delete(key)


def _ended(claim: Claim, at: datetime, done: int) -> bool:
    """End the job unless something can be deleted now; the lock on its row keeps new doomed ones from being missed."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=claim.job.pk)
        if _deletable(at).exists() or _doomed().filter(copies=None).exists():
            return False
        until = StoredCopy.objects.filter(object__in=_doomed()).aggregate(until=Min("lock_until"))["until"]
        if until is None:
            claim.finish(at=at, result={"deleted": done})
        else:
            claim.wait(until=until)
        return True


def _doomed() -> QuerySet[StoredObject]:
    return StoredObject.objects.filter(doomed_at__isnull=False, media=None, quarantine=None)


def _deletable(at: datetime) -> QuerySet[StoredCopy]:
    ripe = Q(lock_until=None) | Q(lock_until__lte=at)
    return StoredCopy.objects.filter(ripe, object__in=_doomed()).order_by("pk")
