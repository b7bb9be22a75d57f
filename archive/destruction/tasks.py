"""Celery tasks of destruction."""

from celery import shared_task
from django.utils import timezone

from archive.destruction.doomed import JOB, doomed_delete
from archive.jobs.services import Cancelled, LostLease, job_claim
from archive.storage.contract import StoreError
from archive.storage.selection import evidence_store


@shared_task(name=JOB)
def objects(job_id: int) -> None:
    """Delete the bytes of what was destroyed."""
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        doomed_delete(claim, store=evidence_store(), now=timezone.now)
    except (Cancelled, LostLease):
        return
    except StoreError as error:
        claim.fail(at=timezone.now(), sentence=str(error), retry=error.retryable)
    except Exception as error:
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__}; it is tried again.", retry=True)
        raise
