"""Long work that a person orders here, watches and may stop: a sweep now, the destruction of a certified list."""

import uuid
from datetime import datetime

from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.jobs.models import Job
from archive.jobs.services import job_cancel, job_enqueue
from retention.dispositions.execution import JOB as EXECUTE
from retention.dispositions.nightly import JOB as SWEEP

STOPS = {SWEEP: "disposition.propose", EXECUTE: "disposition.execute"}
"""Which capability stops which kind of work."""


def sweep_order(*, actor: Actor, at: datetime) -> Job:
    """Order a sweep at once under the name of `actor`; return the job, or the one that this person ordered before and
    that is not done. Raises Denied.
    """
    with transaction.atomic():
        policy.require(actor, "disposition.propose", at)
        job = job_enqueue(kind=SWEEP, subject=str(actor.person.ref), at=at)
        audit(actor, "disposition.sweep", at=at, object_kind="job", object_ref=job.ref)
    return job


def work_stop(*, job_ref: uuid.UUID, actor: Actor, at: datetime) -> bool:
    """Ask a sweep or an execution to stop at its next step; what is done stays done. Return whether any was under way.

    A stopped execution leaves the rest of its list certified and ordered: it may be resumed. Raises Denied or
    Job.DoesNotExist.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(ref=job_ref, kind__in=STOPS)
        policy.require(actor, STOPS[job.kind], at)
        stopped = job_cancel(job.pk, at=at)
        audit(actor, "disposition.stop", at=at, object_kind="job", object_ref=job.ref)
    return stopped
