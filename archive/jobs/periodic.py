"""Work that comes round by itself: the next round is a job that waits for its time, so it is seen and never doubled."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from archive.jobs.models import Job, JobState
from archive.jobs.services import job_enqueue

KEEP = timedelta(days=7)  #: how long the rounds that are over can be looked at


def periodic_enqueue(rounds: Mapping[str, timedelta], *, queue: str = "default", at: datetime) -> None:
    """See that the next round of each kind waits; the first is due at once. Rounds long over are forgotten."""
    waiting = set(
        Job.objects.filter(kind__in=rounds, state__in=[JobState.WAITING, JobState.RUNNING]).values_list(
            "kind", flat=True
        )
    )
    for kind in rounds.keys() - waiting:
        last = Job.objects.filter(kind=kind).order_by("-pk").values_list("created_at", "due_at").first()
        due_at = at if last is None else max(at, last[1] + rounds[kind])
        job_enqueue(kind=kind, queue=queue, at=at, due_at=due_at)
    Job.objects.filter(kind__in=rounds, finished_at__lt=at - KEEP).delete()
