"""Bytes whose content row is destroyed: they are deleted until a re-read says gone, then their row goes too."""

from datetime import datetime

from archive.jobs.models import Job, JobState
from archive.jobs.services import job_enqueue

JOB = "destruction.objects"
CHUNK = 100


def doomed_enqueue(*, at: datetime) -> None:
    """Make sure that a job will come for what the caller's transaction doomed. Needs that transaction.

    A running job is locked, so that it cannot end before it has seen the caller's commit; one that waits for a lock in
    the store to run out is told to come at once.
    """
    waiting = list(Job.objects.select_for_update(of=("self",)).filter(kind=JOB, state__in=_ACTIVE))
    for job in waiting:
        if job.state == JobState.WAITING and job.due_at > at:
            Job.objects.filter(pk=job.pk).update(due_at=at)
    if not waiting:
        job_enqueue(kind=JOB, at=at)


_ACTIVE = (JobState.WAITING, JobState.RUNNING)
