"""Celery tasks of the evidence stores; each comes round by itself."""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from archive.jobs.services import Claim
from archive.jobs.work import job_work
from archive.storage.contract import StoreError
from archive.storage.copies import COPIES, copies_follow, copies_recount
from archive.storage.fixity import FIXITY, Limits, Round
from archive.storage.locks import locks_roll
from archive.storage.selection import stores
from archive.storage.services import intents_sweep
from archive.storage.summary import SUMMARY, summary_count

SWEEP, LOCKS = "archive.storage.sweep", "archive.storage.locks"
ROUNDS = {SWEEP: timedelta(hours=1), LOCKS: timedelta(days=1), SUMMARY: timedelta(hours=1)}
HEAVY_ROUNDS = {COPIES: timedelta(minutes=1), FIXITY: timedelta(hours=1)}  #: these move the bytes of whole objects


def judge(error: Exception) -> tuple[str, bool] | None:
    """A store that does not answer is asked again."""
    return (str(error), error.retryable) if isinstance(error, StoreError) else None


@shared_task(name=SWEEP)
def sweep(job_id: int) -> None:
    """Delete bytes that came to no row."""
    job_work(job_id, lambda _claim: {"deleted": intents_sweep(at=timezone.now())})


@shared_task(name=LOCKS)
def locks(job_id: int) -> None:
    """Move on the locks that run out, and find what lacks its second copy."""

    def work(_claim: Claim) -> dict[str, object]:
        at = timezone.now()
        return {"uncopied": copies_recount(at=at), "extended": locks_roll(at=at)}

    job_work(job_id, work, judge=judge)


@shared_task(name=COPIES)
def copies(job_id: int) -> None:
    """Put what the second store lacks there."""
    job_work(job_id, lambda claim: copies_follow(claim, now=timezone.now), judge=judge)


@shared_task(name=FIXITY)
def fixity(job_id: int) -> None:
    """Read again what is due, repair what is bad, and let what cannot be repaired be an alarm."""
    limits = Limits(
        period=timedelta(days=settings.FIXITY_DAYS),
        bytes_per_second=settings.FIXITY_BYTES_PER_SECOND,
        round_bytes=settings.FIXITY_ROUND_BYTES,
    )

    def work(claim: Claim) -> None:
        Round(claim, known=stores(), limits=limits, now=timezone.now, clock=time.monotonic, pause=time.sleep).work()

    job_work(job_id, work, judge=judge)


@shared_task(name=SUMMARY)
def summary(job_id: int) -> None:
    """Count how the stores stand."""
    job_work(job_id, lambda _claim: summary_count(at=timezone.now()))
