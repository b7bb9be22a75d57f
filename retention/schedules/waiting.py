"""What of schedules waits for a person, for the Today page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access import policy
from archive.access.actor import Actor
from archive.waiting import Waiting
from retention.schedules.models import Assignment, Schedule
from retention.schedules.sealed import without_sealed

MOST = 1_000  #: counted; beyond that it says more than


def unscheduled_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """The queue of what has no series for those who may empty it; no schedule at all, for those who may adopt one."""
    held = policy.capabilities(actor, at)
    if "schedule.adopt" in held and not Schedule.objects.exists():
        why = _("Until a schedule is adopted, every record is without a series and nothing can be proposed.")
        return [Waiting(_("Adopt a schedule"), None, reverse("schedules"), why)]
    if "disposition.propose" not in held:
        return []
    rows = without_sealed(Assignment.objects.filter(series=None), actor=actor, at=at)
    count = rows[: MOST + 1].count()
    if not count:
        return []
    told = _("more than {n}").format(n=MOST) if count > MOST else str(count)
    title = ngettext("Put {n} record into a series", "Put {n} records into a series", count).format(n=told)
    why = _("No line of the schedule fits them. They are never destroyed while they wait.")
    return [Waiting(title, None, reverse("unscheduled"), why)]
