"""The one beat task: it sends again whatever is due and unclaimed, and enqueues what has become due."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from archive.access.audit import audit_batch_seal
from archive.capture.schedule import captures_enqueue
from archive.jobs.services import tick as jobs_tick
from foia.requests.clock import clocks_recompute
from retention.dispositions.nightly import sweep_enqueue


@shared_task(name="config.tick")
def tick() -> None:
    """Run every few seconds; change nothing when nothing is due."""
    at = timezone.now()
    captures_enqueue(at=at)
    sweep_enqueue(at=at)
    jobs_tick(at=at)


@shared_task(name="config.audit_batch")
def audit_batch() -> None:
    """Commit the minute's audit entries to the log."""
    audit_batch_seal(at=timezone.now())


@shared_task(name="config.clocks")
def clocks() -> None:
    """Compute open requests' dates again: a holiday may have been adopted, or a day have ended."""
    with transaction.atomic():
        clocks_recompute(at=timezone.now())
