"""The open requests on whose team a person is."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access.actor import Actor
from archive.access.duties import Duty
from archive.access.models import User
from foia.requests.models import RecordsRequest, TeamMember
from foia.requests.rules import OPEN
from foia.requests.team import member_add, member_end


class RequestDuties:
    """Places on the teams of requests that are still owed an answer."""

    kind = "request"
    name = gettext_lazy("Requests")
    needs = "request.take"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the requests."""
        rows = TeamMember.objects.filter(user=person, until=None, request__state__in=OPEN).select_related("request")
        return [
            Duty(
                row.request.ref,
                _("Request %(number)s") % {"number": row.request.number},
                reverse("request", args=[row.request.ref]),
            )
            for row in rows.order_by("request__due_on", "pk")
        ]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Put the heir in the person's place on each team."""
        for request in RecordsRequest.objects.select_for_update().filter(ref__in=things).order_by("pk"):
            lead = member_end(request, person, at=at)
            member_add(request, heir, lead=lead, by=actor.person, at=at)


REQUESTS = RequestDuties()
