"""Celery tasks of destruction."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from archive.destruction.doomed import JOB, doomed_delete
from archive.destruction.flags import FLAGS, FLAGS_COMPARE, flags_mirror, flags_reconcile
from archive.jobs.services import Claim
from archive.jobs.work import job_work
from archive.storage.contract import StoreError
from archive.storage.selection import stores

ROUNDS = {FLAGS: timedelta(minutes=1), FLAGS_COMPARE: timedelta(days=1)}


@shared_task(name=JOB)
def objects(job_id: int) -> None:
    """Delete the bytes of what was destroyed."""

    def work(claim: Claim) -> None:
        doomed_delete(claim, stores=stores(), now=timezone.now)

    job_work(job_id, work, judge=_judge)


@shared_task(name=FLAGS)
def flags(job_id: int) -> None:
    """Let the flags in the stores follow what blocks destruction."""
    job_work(job_id, lambda claim: flags_mirror(claim, stores=stores(), now=timezone.now), judge=_judge)


@shared_task(name=FLAGS_COMPARE)
def flags_compared(job_id: int) -> None:
    """Compare the flags with what blocks destruction, and have what differs set again."""
    job_work(job_id, lambda claim: flags_reconcile(claim, now=timezone.now), judge=_judge)


def _judge(error: Exception) -> tuple[str, bool] | None:
    return (str(error), error.retryable) if isinstance(error, StoreError) else None
