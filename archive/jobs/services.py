"""Claim, lease, progress, cancel, resume: the state of long work is in the database (design rule 9).

A job's `kind` is the name of the Celery task that does it; the task gets the job's id and nothing else. Losing the
broker, a message or a worker loses nothing: `tick` sends again whatever is due and unclaimed.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from archive.jobs.models import Job, JobState, Outbox

RESEND_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 8
TICK_LIMIT = 500
FOREGROUND = "foreground"  #: no task: the work is done by the command that made the job

log = logging.getLogger(__name__)


def lease() -> timedelta:
    """Return how long a claim holds without progress: longer than any single step of a job, or two work at once."""
    return timedelta(seconds=settings.JOBS_LEASE_SECONDS)


def job_enqueue(
    *, kind: str, subject: str = "", queue: str = "default", at: datetime, due_at: datetime | None = None
) -> Job:
    """Write a job and its nudge in the caller's transaction; return the one that already waits, if there is one.

    `kind` is a task name; `subject` a ref or id as text; `due_at` defaults to now.
    """
    with transaction.atomic():
        job, created = Job.objects.get_or_create(
            kind=kind,
            subject=subject,
            state__in=[JobState.WAITING, JobState.RUNNING],
            defaults={"queue": queue, "due_at": due_at or at, "created_at": at, "state": JobState.WAITING},
        )
        if created and job.due_at <= at:
            row = Outbox.objects.create(job=job, created_at=at)
            transaction.on_commit(lambda: outbox_send([row], at=at))
    return job


def outbox_send(rows: list[Outbox], *, at: datetime) -> int:
    """Hand the nudges to the broker and mark those it took; the rest wait for `tick`. Returns how many were sent."""
    sent = []
    for row in rows:
        try:
            current_app.send_task(row.job.kind, args=[row.job_id], queue=row.job.queue, retry=False)
        except Exception:
            log.warning("The broker did not take job %s; it will be sent again.", row.job_id)
            break
        sent.append(row.pk)
    Outbox.objects.filter(pk__in=sent).update(sent_at=at)
    return len(sent)


def tick(*, at: datetime) -> int:
    """Send what was never sent, and again what is due and unclaimed; forget old nudges. Returns how many were sent."""
    unsent = list(Outbox.objects.filter(sent_at=None).select_related("job").order_by("created_at")[:TICK_LIMIT])
    count = outbox_send(unsent, at=at)
    overdue = Job.objects.filter(
        Q(state=JobState.WAITING, due_at__lte=at) | Q(state=JobState.RUNNING, lease_until__lt=at)
    ).exclude(queue=FOREGROUND)
    overdue = overdue.exclude(outbox__created_at__gt=at - RESEND_AFTER)
    fresh = [Outbox(job=job, created_at=at) for job in overdue.order_by("due_at")[:TICK_LIMIT]]
    Outbox.objects.bulk_create(fresh)
    count += outbox_send(fresh, at=at)
    Outbox.objects.filter(sent_at__lt=at - timedelta(hours=1)).delete()
    return count


class LostLease(Exception):
    """Somebody else holds the job now; stop without writing."""


class Cancelled(Exception):
    """A person asked for the job to stop; what is done stays done."""


@dataclass(slots=True)
class Claim:
    """The right to work on a job until the lease runs out; each `progress` renews it."""

    job: Job
    token: uuid.UUID

    def progress(
        self, *, at: datetime, done: int, total: int | None = None, cursor: dict[str, object] | None = None
    ) -> None:
        """Record how far the work is and renew the lease.

        Raises `LostLease` if the lease went to somebody else and `Cancelled` if a person asked to stop.
        """
        changes: dict[str, object] = {"done": done, "lease_until": at + lease()}
        if total is not None:
            changes["total"] = total
        if cursor is not None:
            changes["cursor"] = cursor
        if not self._mine().update(**changes):
            raise LostLease
        self.job.refresh_from_db()
        if self.job.cancel_requested:
            self._mine().update(state=JobState.CANCELLED, finished_at=at, lease_until=None, lease_token=None)
            raise Cancelled

    def keep(self, *, at: datetime, done: int, cursor: dict[str, object]) -> None:
        """Record how far the work is inside the transaction that did it; a wish to stop is left to `progress`.

        Raises `LostLease` if the lease went to somebody else: then the transaction must not commit.
        """
        if not self._mine().update(done=done, cursor=cursor, lease_until=at + lease()):
            raise LostLease

    def finish(self, *, at: datetime, result: dict[str, object] | None = None) -> None:
        """Mark the work done. Raises `LostLease` if it is no longer ours."""
        changed = self._mine().update(
            state=JobState.DONE, finished_at=at, lease_until=None, lease_token=None, result=result or {}
        )
        if not changed:
            raise LostLease

    def fail(self, *, at: datetime, sentence: str, retry: bool) -> None:
        """Put the work back with a growing delay, or end it when no retry can help or all were used."""
        again = retry and self.job.attempts < MAX_ATTEMPTS
        delay = timedelta(seconds=min(3600, 5 * 2**self.job.attempts))
        self._mine().update(
            state=JobState.WAITING if again else JobState.FAILED,
            due_at=at + delay,
            finished_at=None if again else at,
            failure=sentence[:500],
            lease_until=None,
            lease_token=None,
        )

    def wait(self, *, until: datetime, sentence: str = "") -> None:
        """Put the work back until then, because something outside it is not ready: this counts as no attempt.

        `sentence` says what it waits for.
        """
        self._mine().update(
            state=JobState.WAITING,
            due_at=until,
            attempts=F("attempts") - 1,
            failure=sentence[:500],
            lease_until=None,
            lease_token=None,
        )

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, lease_token=self.token, state=JobState.RUNNING)


def job_claim(job_id: int, *, at: datetime) -> Claim | None:
    """Take the job by one conditional UPDATE; return none if it is not due, done, or in other hands."""
    token = uuid.uuid4()
    free = Q(state=JobState.WAITING, due_at__lte=at) | Q(state=JobState.RUNNING, lease_until__lt=at)
    changed = Job.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING, lease_until=at + lease(), lease_token=token, attempts=F("attempts") + 1
    )
    return Claim(Job.objects.get(pk=job_id), token) if changed else None


def job_cancel(job_id: int, *, at: datetime) -> bool:
    """Ask a running job to stop at its next step, or end a waiting one; return whether there was anything to stop."""
    ended = Job.objects.filter(pk=job_id, state=JobState.WAITING).update(state=JobState.CANCELLED, finished_at=at)
    return bool(ended or Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(cancel_requested=True))
