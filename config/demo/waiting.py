"""Waiting for the worker, the sequencer and the log, with an end to patience."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

from archive.jobs.models import Job, JobState

T = TypeVar("T")
PATIENCE = 240.0  #: seconds


class NothingCame(Exception):
    """What was waited for did not come; the message says what it was."""


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Return what `look` finds. A database that restarts meanwhile is waited for as well. Raises NothingCame."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = look()
        except OperationalError:
            connection.close()
            found = None
        if found is not None:
            return found
        time.sleep(0.2)
    raise NothingCame(f"{what} did not come within {PATIENCE:.0f} seconds.")


def job_done(job_id: int) -> Job:
    """Wait until a job is done and return it. Raises NothingCame with its sentence if it failed."""

    def look() -> Job | None:
        job = Job.objects.get(pk=job_id)
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            raise NothingCame(f"The job {job.kind} ended as {job.state}: {job.failure}")
        return job if job.state == JobState.DONE else None

    return wait_for("The end of a job", look)


def jobs_done(kind: str) -> None:
    """Wait until no job of a kind is waiting or running."""
    waiting = [JobState.WAITING, JobState.RUNNING]
    wait_for(f"The end of all {kind}", lambda: not Job.objects.filter(kind=kind, state__in=waiting).exists() or None)
