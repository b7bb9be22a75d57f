"""The reviews under way in which a person decided."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import User
from foia.collections.models import Collection, Purpose
from foia.requests.models import RecordsRequest
from foia.requests.rules import OPEN
from foia.review.models import ReviewDecision


class ReviewDuties:
    """Collections of open requests in which the person decided on something and nobody confirmed it yet."""

    kind = "review"
    name = gettext_lazy("Reviews begun")
    needs = "request.review"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the reviews."""
        requests = dict(RecordsRequest.objects.filter(state__in=OPEN).values_list("ref", "number"))
        rows = Collection.objects.filter(
            purpose=Purpose.REQUEST, purpose_ref__in=requests, closed=None, approvals__isnull=True
        )
        own = ReviewDecision.objects.filter(item__collection=OuterRef("pk"), by=person)
        refs = kept_by(self.kind, person, rows.filter(Exists(own)).values_list("ref", flat=True))
        return [
            Duty(
                row.ref,
                _("Review of request %(number)s") % {"number": requests[row.purpose_ref]},
                reverse("review", args=[row.purpose_ref, row.ref]),
            )
            for row in rows.filter(ref__in=refs).order_by("pk")
        ]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper. Decisions made stay under the name of who made them."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


REVIEWS = ReviewDuties()
