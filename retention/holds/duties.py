"""The holds in force that a person placed: their heir asks when each is over."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import User
from retention.holds.models import Hold
from retention.holds.names import HOLD_KINDS


class HoldDuties:
    """Holds in force."""

    kind = "hold"
    name = gettext_lazy("Holds")
    needs = "hold.release"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the holds by kind and day; their reasons may lie in a closed compartment."""
        rows = Hold.objects.filter(released_at=None)
        refs = kept_by(self.kind, person, rows.filter(placed_by=person).values_list("ref", flat=True))
        return [
            Duty(
                row.ref,
                _("%(kind)s of %(day)s") % {"kind": HOLD_KINDS[row.kind], "day": row.placed_at.date()},
                reverse("hold", args=[row.ref]),
            )
            for row in rows.filter(ref__in=refs).order_by("placed_at")
        ]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper. The rule of two persons stays with who placed the hold."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


HOLDS = HoldDuties()
