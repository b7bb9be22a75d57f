"""The lists that a person proposed or endorsed and that have not ended."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import User
from retention.dispositions.models import OPEN_STATES, DispositionBatch


class ListDuties:
    """Lists under way."""

    kind = "disposition"
    name = gettext_lazy("Approvals begun: lists for disposal")
    needs = "disposition.propose"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the lists."""
        rows = DispositionBatch.objects.filter(state__in=OPEN_STATES)
        made = rows.filter(Q(proposed_by=person) | Q(endorsed_by=person)).values_list("ref", flat=True)
        refs = kept_by(self.kind, person, made)
        return [
            Duty(
                row.ref,
                _("“%(series)s”, due on %(day)s") % {"series": row.series.title, "day": row.as_of},
                reverse("disposition", args=[row.ref]),
            )
            for row in rows.filter(ref__in=refs).select_related("series").order_by("pk")
        ]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper. Who endorsed stays, and does not approve."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


LISTS = ListDuties()
