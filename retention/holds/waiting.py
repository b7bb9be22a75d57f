"""What of holds waits for a person, for the Today page."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department
from archive.waiting import Waiting
from retention.holds.listing import rows_of
from retention.holds.models import Hold

REVIEW_AFTER = timedelta(days=365)
"""When somebody should ask whether a hold is over: a default of this program, no rule of law."""
LISTED = 5


def holds_to_review(actor: Actor, at: datetime) -> list[Waiting]:
    """Holds that have been in force for a year, for those who may lift them; the oldest first."""
    if not policy.allows(actor, "hold.release", at):
        return []
    old = list(
        Hold.objects.filter(released_at=None, placed_at__lte=at - REVIEW_AFTER).order_by("placed_at")[: LISTED + 1]
    )
    department = Department.objects.get()
    items = []
    for row in rows_of(old[:LISTED], actor=actor, at=at):
        day = department.day(row.hold.placed_at)
        items.append(
            Waiting(
                _("Review the hold: {reason}").format(reason=row.reason[:80]),
                None,
                reverse("hold", kwargs={"ref": row.hold.ref}),
                _("In force since {day}. Lift it if its reason is over; otherwise it stays.").format(day=day),
            )
        )
    if len(old) > LISTED:
        why = _("They have been in force for more than a year.")
        items.append(Waiting(_("Review further holds"), None, reverse("holds"), why))
    return items
