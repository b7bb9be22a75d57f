"""When the next sweep comes by itself: every night, at an hour when nobody works."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.access.models import Department
from archive.jobs.models import Job
from archive.jobs.services import job_enqueue

JOB = "retention.sweep"
HOUR = time(2, 30)  #: in the department's zone


def next_sweep(department: Department, at: datetime) -> datetime:
    """Return the first night hour after `at`."""
    zone = ZoneInfo(department.zone)
    day = department.day(at)
    tonight = datetime.combine(day, HOUR, zone)
    return tonight if tonight > at else datetime.combine(day + timedelta(days=1), HOUR, zone)


def sweep_enqueue(*, at: datetime) -> Job | None:
    """Make sure that the next night's sweep waits; twice changes nothing. None before the department is set up."""
    department = Department.objects.first()
    if department is None:
        return None
    return job_enqueue(kind=JOB, at=at, due_at=next_sweep(department, at))
