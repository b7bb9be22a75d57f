"""Celery tasks of dispositions."""

from celery import shared_task
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import Department, User
from archive.access.policy import Denied
from archive.jobs.services import Claim
from archive.jobs.work import job_work
from retention.dispositions.execution import JOB as EXECUTE
from retention.dispositions.execution import GuardsUnable, execution_work
from retention.dispositions.nightly import JOB as SWEEP
from retention.dispositions.sweeping import sweep


@shared_task(name=EXECUTE)
def execute(job_id: int) -> None:
    """Execute one certified batch."""

    def work(claim: Claim) -> None:
        execution_work(claim, now=timezone.now)

    job_work(job_id, work, judge=_judge)


@shared_task(name=SWEEP)
def nightly_sweep(job_id: int) -> None:
    """Sweep as of today, under the name of the person who ordered it, if one did."""
    job_work(job_id, _sweep, judge=_judge)


def _sweep(claim: Claim) -> dict[str, object]:
    at = timezone.now()
    ordered_by = claim.job.subject  # the ref of a person; empty for the nightly one
    actor = Actor(user=User.objects.get(ref=ordered_by)) if ordered_by else Actor(process="worker")

    def tell(done: int, total: int) -> None:
        claim.progress(at=timezone.now(), done=done, total=total)

    swept = sweep(as_of=Department.objects.get().day(at), actor=actor, at=at, tell=tell)
    return {
        "as_of": swept.as_of.isoformat(),
        "proposed": dict(swept.proposed),
        "refused": dict(swept.refused),
        "kept": swept.kept,
        "unscheduled": swept.unscheduled,
        "finalised": len(swept.finalised),
    }


def _judge(error: Exception) -> tuple[str, bool] | None:
    if isinstance(error, Denied | GuardsUnable):
        return str(error), isinstance(error, GuardsUnable)
    return None
