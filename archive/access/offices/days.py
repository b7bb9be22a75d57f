"""Days that people write, as instants: a first day begins at its midnight, a last day ends with it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.access.models import Department


def first_instant(day: date, *, department: Department, at: datetime) -> datetime:
    """Return the instant at which something begins on a day: for today this very instant, as nothing is back-dated."""
    return at if day == department.day(at) else day_begins(day, department)


def instant_after(day: date, *, department: Department) -> datetime:
    """Return the first instant after a last day."""
    return day_begins(day + timedelta(days=1), department)


def day_begins(day: date, department: Department) -> datetime:
    """Return the midnight with which a day begins in the department's zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(department.zone))
