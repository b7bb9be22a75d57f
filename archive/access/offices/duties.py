"""The offices that a person has: an heir is appointed, or the office stands vacant."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.duties import Duty
from archive.access.models import Appointment, User
from archive.access.offices.appointing import How, appoint, appointment_cut


class OfficeDuties:
    """Appointments that run or will run."""

    kind = "office"
    name = _("Offices")
    needs = ""
    lapses = True

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the person's appointments."""
        rows = Appointment.objects.filter(Q(until=None) | Q(until__gt=at), user=person).select_related("office")
        return [Duty(row.ref, row.office.name, reverse("office", args=[row.office_id])) for row in rows.order_by("pk")]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Appoint the heir to each office, unless they have it, and end the person's appointment."""
        rows = Appointment.objects.select_for_update(of=("self",)).filter(ref__in=things).select_related("office")
        for row in rows.order_by("pk"):
            until = max(at, row.since)
            since, last = until, row.until
            appointment_cut(row, until=at, actor=actor, at=at)
            has = Appointment.objects.filter(Q(until=None) | Q(until__gt=since), user=heir, office=row.office)
            if not has.exists():
                how = How.ACTING if row.acting else How.DEPUTY if row.deputy else How.HOLDER
                appoint(person=heir, office=row.office, how=how, since=since, until=last, actor=actor, at=at)


OFFICES = OfficeDuties()
