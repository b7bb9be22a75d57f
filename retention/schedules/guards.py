"""Why destruction leaves alone what has no series, what is permanent and what is not due, whatever an order says."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from archive.access.models import Department
from archive.destruction.guards import Refusal
from retention.rules.series import Action
from retention.schedules.models import Assignment


class ScheduleGuard:
    """Refuses every holding whose series does not let it be destroyed on this day."""

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return those that must stay, in two queries at most. What is not assigned at all is unscheduled."""
        today = Department.objects.get().day(at)
        if _may_all_go(holding_kind, ids, today):
            return {}
        rows = Assignment.objects.filter(holding_kind=holding_kind, holding_id__in=ids).values_list(
            "holding_id", "series_id", "due_on", "applied__action"
        )
        known = {one: _refusal(series_id, due_on, action, today) for one, series_id, due_on, action in rows}
        unscheduled = _refusal(None, None, "", today)
        answers = {one: known.get(one, unscheduled) for one in ids}
        return {one: refusal for one, refusal in answers.items() if refusal is not None}


def _may_all_go(holding_kind: str, ids: Sequence[int], today: date) -> bool:
    """Answer for the whole set at once: in a sweep nearly every set may go, and a million rows need not be fetched."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM assignment a JOIN series_version v ON v.id = a.applied_id"
            " WHERE a.holding_kind = %s AND a.holding_id = ANY(%s) AND a.series_id IS NOT NULL AND a.due_on <= %s"
            " AND v.action = %s",
            [holding_kind, list(ids), today, Action.DESTROY.value],
        )
        [count] = cursor.fetchone()
    return bool(count == len(set(ids)))


def _refusal(series_id: int | None, due_on: date | None, action: str, today: date) -> Refusal | None:
    if series_id is None:
        return Refusal("series.unscheduled", _("This has no series yet. What is unscheduled is never destroyed."))
    if due_on is None:
        return Refusal("series.not_ended", _("Nothing has ended the period of this yet, or it is permanent."))
    if due_on > today:
        return Refusal("series.not_due", _("This is kept until %(day)s now.") % {"day": due_on})
    if action != Action.DESTROY:
        return Refusal("series.other_action", _("The series of this says something else than to destroy it."))
    return None


GUARD = ScheduleGuard()
