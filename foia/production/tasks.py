"""The Celery task of production: it takes a job's id, claims it, and may be killed at any line."""

import shutil
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from archive.jobs.services import Cancelled, LostLease, job_claim
from foia.production.build import POLL, NotCovered, Watch, production_build, work_folder
from foia.production.models import Production
from foia.production.services import BUILD
from retention.errors import Refused


@shared_task(name=BUILD)
def build(job_id: int) -> None:
    """Take one production further; while the log has to catch up the job waits and holds no worker."""
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    production = Production.objects.select_related("collection__search_run", "approval").get(
        ref=UUID(claim.job.subject)
    )
    try:
        production_build(production, Watch(now=timezone.now, claim=claim))
        shutil.rmtree(work_folder(production), ignore_errors=True)
        claim.finish(at=timezone.now(), result={"production": str(production.ref), "state": production.state})
    except NotCovered:
        claim.wait(until=timezone.now() + POLL)
    except (Cancelled, LostLease):
        return
    except Refused as error:
        claim.fail(at=timezone.now(), sentence=str(error), retry=error.retry)
    except Exception as error:
        sentence = f"{type(error).__name__} while building; it is tried again."
        claim.fail(at=timezone.now(), sentence=sentence, retry=True)
        raise
