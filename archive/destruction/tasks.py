"""Celery tasks of destruction."""

from celery import shared_task
from django.utils import timezone

from archive.destruction.doomed import JOB, doomed_delete
from archive.jobs.services import Claim
from archive.jobs.work import job_work
from archive.storage.contract import StoreError
from archive.storage.selection import stores


@shared_task(name=JOB)
def objects(job_id: int) -> None:
    """Delete the bytes of what was destroyed."""

    def work(claim: Claim) -> None:
        doomed_delete(claim, stores=stores(), now=timezone.now)

    job_work(job_id, work, judge=_judge)


def _judge(error: Exception) -> tuple[str, bool] | None:
    return (str(error), error.retryable) if isinstance(error, StoreError) else None
