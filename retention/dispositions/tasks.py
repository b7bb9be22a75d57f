"""Celery tasks of dispositions."""

from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import Department, User
from archive.access.policy import Denied
from archive.jobs.services import Cancelled, Claim, LostLease, job_claim
from retention.dispositions.execution import JOB as EXECUTE
from retention.dispositions.execution import GuardsUnable, execution_work
from retention.dispositions.nightly import JOB as SWEEP
from retention.dispositions.sweeping import sweep


@shared_task(name=EXECUTE)
def execute(job_id: int) -> None:
    """Execute one certified batch."""
    _work(job_id, lambda claim: execution_work(claim, now=timezone.now))


@shared_task(name=SWEEP)
def nightly_sweep(job_id: int) -> None:
    """Sweep as of today, under the name of the person who ordered it, if one did."""
    _work(job_id, _sweep)


def _sweep(claim: Claim) -> None:
    at = timezone.now()
    ordered_by = claim.job.subject  # the ref of a person; empty for the nightly one
    actor = Actor(user=User.objects.get(ref=ordered_by)) if ordered_by else Actor(process="worker")

    def tell(done: int, total: int) -> None:
        claim.progress(at=timezone.now(), done=done, total=total)

    swept = sweep(as_of=Department.objects.get().day(at), actor=actor, at=at, tell=tell)
    claim.finish(
        at=timezone.now(),
        result={
            "as_of": swept.as_of.isoformat(),
            "proposed": dict(swept.proposed),
            "refused": dict(swept.refused),
            "kept": swept.kept,
            "unscheduled": swept.unscheduled,
            "finalised": len(swept.finalised),
        },
    )


def _work(job_id: int, work: Callable[[Claim], None]) -> None:
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        work(claim)
    except (Cancelled, LostLease):
        return
    except (Denied, GuardsUnable) as error:
        claim.fail(at=timezone.now(), sentence=str(error), retry=isinstance(error, GuardsUnable))
    except Exception as error:
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__}; it is tried again.", retry=True)
        raise
