"""Celery tasks of capture: each takes a job's id, claims it, and may be killed at any line."""

import time

from celery import shared_task
from django.utils import timezone

from archive.capture.media import TASK as MEDIA_TASK
from archive.capture.media import media_fetch
from archive.capture.run import account_read
from archive.capture.schedule import TASK as ACCOUNT_TASK
from archive.connectors.contract import Surroundings, utc_now
from archive.connectors.errors import ConnectorError
from archive.jobs.services import Cancelled, LostLease, job_claim

SURROUNDINGS = Surroundings(now=utc_now, wait=time.sleep)


@shared_task(name=ACCOUNT_TASK)
def capture_account(job_id: int) -> None:
    """Read one account."""
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        run = account_read(claim, surroundings=SURROUNDINGS)
        claim.finish(at=timezone.now(), result={"run": str(run.ref)})
    except (Cancelled, LostLease):
        return
    except ConnectorError as error:
        claim.fail(at=timezone.now(), sentence=f"{error.code}: {error.sentence}", retry=error.retryable)
    except Exception as error:
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__} in the run; it is tried again.", retry=True)
        raise


@shared_task(name=MEDIA_TASK)
def capture_media(job_id: int) -> None:
    """Fetch the media of one version."""
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        taken = media_fetch(claim, surroundings=SURROUNDINGS)
        claim.finish(at=timezone.now(), result={"taken": taken})
    except (Cancelled, LostLease):
        return
    except ConnectorError as error:
        claim.fail(at=timezone.now(), sentence=f"{error.code}: {error.sentence}", retry=error.retryable)
    except Exception as error:
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__} while fetching; it is tried again.", retry=True)
        raise
