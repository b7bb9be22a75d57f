"""Celery tasks of capture: each takes a job's id, claims it, and may be killed at any line."""

import time

from celery import shared_task

from archive.capture.media import TASK as MEDIA_TASK
from archive.capture.media import media_fetch
from archive.capture.run import account_read
from archive.capture.schedule import TASK as ACCOUNT_TASK
from archive.connectors.contract import Surroundings, utc_now
from archive.connectors.errors import ConnectorError
from archive.jobs.services import Claim
from archive.jobs.work import job_work

SURROUNDINGS = Surroundings(now=utc_now, wait=time.sleep)


@shared_task(name=ACCOUNT_TASK)
def capture_account(job_id: int) -> None:
    """Read one account."""

    def work(claim: Claim) -> dict[str, object]:
        return {"run": str(account_read(claim, surroundings=SURROUNDINGS).ref)}

    job_work(job_id, work, judge=_judge)


@shared_task(name=MEDIA_TASK)
def capture_media(job_id: int) -> None:
    """Fetch the media of one version."""
    job_work(job_id, lambda claim: {"taken": media_fetch(claim, surroundings=SURROUNDINGS)}, judge=_judge)


def _judge(error: Exception) -> tuple[str, bool] | None:
    return (f"{error.code}: {error.sentence}", error.retryable) if isinstance(error, ConnectorError) else None
