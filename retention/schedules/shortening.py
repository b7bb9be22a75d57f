"""Shorter periods that wait for a second person, before what is kept already follows them."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.waiting import Waiting
from retention.schedules.models import Assignment, SeriesVersion

LISTED = 10


def shortenings_waiting() -> QuerySet[SeriesVersion]:
    """Return the present versions of series of which something still follows an older, longer one.

    Assignments are looked through only where a version states another period than one before it did.
    """
    same = {name: OuterRef(name) for name in ("period", "floor", "trigger", "cutoff")}
    changed = SeriesVersion.objects.filter(~Q(**same), series=OuterRef("series"), pk__lt=OuterRef("pk"))
    older = Assignment.objects.filter(series=OuterRef("series")).exclude(applied=OuterRef("pk"))
    rows = SeriesVersion.objects.filter(Exists(changed), series__current=F("pk"), shortening=None)
    rows = rows.filter(Exists(older))
    return rows.select_related("schedule__adopted_by", "series").order_by("pk")


def shortenings_to_approve(actor: Actor, at: datetime) -> list[Waiting]:
    """Shorter periods that somebody else adopted, for those who may approve them."""
    if actor.user is None or not policy.allows(actor, "disposition.approve", at):
        return []
    rows = shortenings_waiting().exclude(schedule__adopted_by=actor.user)[:LISTED]
    return [
        Waiting(
            _("Approve the shorter period of “%(series)s”") % {"series": row.title},
            None,
            reverse("schedules"),
            _("%(who)s adopted it. What is kept already follows the longer one until a second person approves.")
            % {"who": row.schedule.adopted_by.name},
        )
        for row in rows
    ]
