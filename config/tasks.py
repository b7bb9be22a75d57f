"""The one beat task: it sends again whatever is due and unclaimed, and enqueues what has become due."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from archive.access.audit import audit_batch_seal
from archive.access.auditing.tasks import ROUNDS as AUDITING_ROUNDS
from archive.access.tasks import ROUNDS as ACCESS_ROUNDS
from archive.capture.schedule import captures_enqueue
from archive.destruction.tasks import ROUNDS as DESTRUCTION_ROUNDS
from archive.jobs.periodic import periodic_enqueue
from archive.jobs.services import Claim
from archive.jobs.services import tick as jobs_tick
from archive.jobs.work import job_work
from archive.ledger.anchoring import checkpoint_anchor
from archive.ledger.fsck import fsck
from archive.ledger.models import FsckRun
from archive.ledger.opening import log_publication
from archive.ledger.renewal import stamps_renew
from archive.storage.tasks import HEAVY_ROUNDS as STORAGE_HEAVY_ROUNDS
from archive.storage.tasks import ROUNDS as STORAGE_ROUNDS
from config.desk.notices import EVERY as NOTICES_EVERY
from config.desk.notices import NOTICES
from foia.portal.tasks import HEAVY_ROUNDS as PORTAL_HEAVY_ROUNDS
from foia.portal.tasks import ROUNDS as PORTAL_ROUNDS
from foia.production.late import stamps_ask_late
from foia.requests.clock import clocks_recompute
from retention.dispositions.nightly import sweep_enqueue

AUDIT, CLOCKS, ANCHOR, FSCK = "config.audit_batch", "config.clocks", "config.anchor", "config.fsck"
ROUNDS = {
    AUDIT: timedelta(minutes=1),
    CLOCKS: timedelta(hours=1),
    ANCHOR: timedelta(minutes=1),
    FSCK: timedelta(days=7),
    **STORAGE_ROUNDS,
    **ACCESS_ROUNDS,
    **AUDITING_ROUNDS,
    **PORTAL_ROUNDS,
    NOTICES: NOTICES_EVERY,
}
HEAVY_ROUNDS = {**STORAGE_HEAVY_ROUNDS, **DESTRUCTION_ROUNDS, **PORTAL_HEAVY_ROUNDS}


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


@shared_task(name=FSCK)
def check_everything(job_id: int) -> None:
    """Do the weekly fsck; a stopped one goes on where it was."""
    job_work(job_id, _fsck)


def _fsck(claim: Claim) -> dict[str, object]:
    cursor: dict[str, Any] = dict(claim.job.cursor)
    started = FsckRun.objects.filter(pk=cursor.pop("run", 0), finished_at=None).first()
    run = started or FsckRun.objects.create(started_at=timezone.now())
    done = {name: int(place) for name, place in cursor.items()} if started else {}

    def tell(_name: str, _rows: int) -> None:
        at = timezone.now()
        claim.progress(at=at, done=sum(run.counts.values()), cursor={**done, "run": run.pk})

    findings = fsck(run, now=timezone.now, tell=tell, cursor=done)
    return {"run": run.pk, "findings": findings}


@shared_task(name=ANCHOR)
def anchor(job_id: int) -> None:
    """Take the newest checkpoint to the outside anchors that are due, and ask late for the stamps that bundles lack."""

    def work(_claim: Claim) -> dict[str, object]:
        at = timezone.now()
        done = checkpoint_anchor(at=at)
        return {**done, "late": stamps_ask_late(at=at), "renewed": stamps_renew(log_publication(), at=at)}

    job_work(job_id, work)
