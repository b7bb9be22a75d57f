"""The Celery task of production: it takes a job's id, claims it, and may be killed at any line."""

import shutil
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from archive.jobs.services import Claim
from archive.jobs.work import Result, job_work
from archive.storage.space import Room, room_require
from foia.production.build import NotCovered, Watch, production_build, work_folder
from foia.production.models import Production
from foia.production.services import BUILD
from retention.errors import Refused


@shared_task(name=BUILD)
def build(job_id: int) -> None:
    """Take one production further; while the log has to catch up the job waits and holds no worker."""
    job_work(job_id, _build, judge=_judge)


def _build(claim: Claim) -> Result:
    production = Production.objects.select_related("collection__search_run", "approval").get(
        ref=UUID(claim.job.subject)
    )
    room_require(Room.SHORT)
    try:
        production_build(production, Watch(now=timezone.now, claim=claim))
    except NotCovered as error:
        claim.wait(until=timezone.now() + error.pause)
        return None
    shutil.rmtree(work_folder(production), ignore_errors=True)
    return {"production": str(production.ref), "state": production.state}


def _judge(error: Exception) -> tuple[str, bool] | None:
    return (str(error), error.retry) if isinstance(error, Refused) else None
