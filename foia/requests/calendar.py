"""When answers are due, as a calendar: what a person would rather look at than read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from archive.access.models import Department
from foia.requests.models import RecordsRequest

WEEKS = 4
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day of the calendar: how many answers are due, and on how many requests it is wise to answer by it."""

    day: date
    due: int
    cautious: int
    today: bool
    past: bool


def due_calendar(rows: QuerySet[RecordsRequest], *, at: datetime) -> list[list[DueDay]]:
    """Return this week and the three after it, Monday to Sunday, with what falls due on each day."""
    today = Department.objects.get().day(at)
    first = today - timedelta(days=today.weekday())
    last = first + WEEKS * _WEEK
    due = _counts(rows, "due_on", first, last)
    cautious = _counts(rows, "cautious_on", first, last)
    days = [first + timedelta(days=n) for n in range(7 * WEEKS)]
    shown = [DueDay(day, due.get(day, 0), cautious.get(day, 0), day == today, day < today) for day in days]
    return [shown[start : start + 7] for start in range(0, len(shown), 7)]


def _counts(rows: QuerySet[RecordsRequest], column: str, first: date, last: date) -> dict[date, int]:
    inside = rows.filter(**{f"{column}__gte": first, f"{column}__lt": last})
    return dict(inside.order_by().values_list(column).annotate(Count("pk")))
