"""Celery tasks between the two faces; each comes round by itself."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from archive.jobs.services import Claim
from archive.jobs.work import job_work
from foia.portal.inbox import inbox_take
from foia.portal.publishing import bundles_publish

INBOX, PUBLISH = "foia.portal.inbox", "foia.portal.publish"
ROUNDS = {INBOX: timedelta(minutes=1)}
HEAVY_ROUNDS = {PUBLISH: timedelta(minutes=1)}


@shared_task(name=INBOX)
def inbox(job_id: int) -> None:
    """Take in what the public face put into the inbox."""
    job_work(job_id, lambda _claim: {"taken": inbox_take(at=timezone.now())})


@shared_task(name=PUBLISH)
def publish(job_id: int) -> None:
    """Bring the public store in line with the links that are alive."""

    def work(_claim: Claim) -> dict[str, object]:
        return bundles_publish(at=timezone.now())

    job_work(job_id, work)
