"""Celery tasks of the evidence store; each comes round by itself."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from archive.jobs.work import job_work
from archive.storage.services import intents_sweep, locks_roll

SWEEP, LOCKS = "archive.storage.sweep", "archive.storage.locks"
ROUNDS = {SWEEP: timedelta(hours=1), LOCKS: timedelta(days=1)}


@shared_task(name=SWEEP)
def sweep(job_id: int) -> None:
    """Delete bytes that came to no row."""
    job_work(job_id, lambda _claim: {"deleted": intents_sweep(at=timezone.now())})


@shared_task(name=LOCKS)
def locks(job_id: int) -> None:
    """Move on the locks that run out."""
    job_work(job_id, lambda _claim: {"extended": locks_roll(at=timezone.now())})
