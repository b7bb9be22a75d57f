"""The job that opens the weeks of the audit."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from archive.access.auditing.weeks import weeks_open
from archive.jobs.work import job_work

WEEKS = "archive.access.audit_weeks"
ROUNDS = {WEEKS: timedelta(hours=1)}


@shared_task(name=WEEKS)
def audit_weeks(job_id: int) -> None:
    """Open the review of each week that is over."""
    job_work(job_id, lambda _claim: {"opened": weeks_open(at=timezone.now())})
