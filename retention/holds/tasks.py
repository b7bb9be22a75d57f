"""Celery tasks of the holds."""

from celery import shared_task
from django.utils import timezone

from archive.jobs.services import job_claim
from retention.holds.services import CATCH_UP, standing_catch_up


@shared_task(name=CATCH_UP)
def catch_up(job_id: int) -> None:
    """Take in what was being captured while a standing hold was placed."""
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        taken = standing_catch_up(at=timezone.now())
        claim.finish(at=timezone.now(), result={"taken": taken})
    except Exception as error:
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__}; it is tried again.", retry=True)
        raise
