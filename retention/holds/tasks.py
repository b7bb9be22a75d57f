"""Celery tasks of the holds."""

from celery import shared_task
from django.utils import timezone

from archive.jobs.work import job_work
from retention.holds.services import CATCH_UP, standing_catch_up


@shared_task(name=CATCH_UP)
def catch_up(job_id: int) -> None:
    """Take in what was being captured while a standing hold was placed."""
    job_work(job_id, lambda _claim: {"taken": standing_catch_up(at=timezone.now())})
