"""The one beat task: it sends again whatever is due and unclaimed, and enqueues what has become due."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from archive.access.audit import audit_batch_seal
from archive.capture.schedule import captures_enqueue
from archive.jobs.periodic import periodic_enqueue
from archive.jobs.services import Claim
from archive.jobs.services import tick as jobs_tick
from archive.jobs.work import job_work
from archive.ledger.anchoring import checkpoint_anchor
from archive.storage.tasks import HEAVY_ROUNDS
from archive.storage.tasks import ROUNDS as STORAGE_ROUNDS
from foia.requests.clock import clocks_recompute
from retention.dispositions.nightly import sweep_enqueue

AUDIT, CLOCKS, ANCHOR = "config.audit_batch", "config.clocks", "config.anchor"
ROUNDS = {AUDIT: timedelta(minutes=1), CLOCKS: timedelta(hours=1), ANCHOR: timedelta(minutes=1), **STORAGE_ROUNDS}


@shared_task(name="config.tick")
def tick() -> None:
    """Run every few seconds; change nothing when nothing is due."""
    at = timezone.now()
    captures_enqueue(at=at)
    sweep_enqueue(at=at)
    periodic_enqueue(ROUNDS, at=at)
    periodic_enqueue(HEAVY_ROUNDS, queue="heavy", at=at)
    jobs_tick(at=at)


@shared_task(name=AUDIT)
def audit_batch(job_id: int) -> None:
    """Commit the minute's audit entries to the log."""

    def work(claim: Claim) -> dict[str, object]:
        entries = 0
        while batch := audit_batch_seal(at=timezone.now()):
            entries += batch.count
            claim.progress(at=timezone.now(), done=entries)
        return {"entries": entries}

    job_work(job_id, work)


@shared_task(name=CLOCKS)
def clocks(job_id: int) -> None:
    """Compute open requests' dates again: a holiday may have been adopted, or a day have ended."""

    def work(_claim: Claim) -> dict[str, object]:
        with transaction.atomic():
            clocks_recompute(at=timezone.now())
        return {}

    job_work(job_id, work)


@shared_task(name=ANCHOR)
def anchor(job_id: int) -> None:
    """Take the newest checkpoint to the outside anchors that are due."""
    job_work(job_id, lambda _claim: dict(checkpoint_anchor(at=timezone.now())))
