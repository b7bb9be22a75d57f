"""The productions that a person numbered and that were not handed over yet."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import User
from foia.production.models import Production, ProductionState


class ProductionDuties:
    """Productions under way."""

    kind = "production"
    name = _("Productions")
    needs = "production.make"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the productions."""
        rows = Production.objects.filter(releases=None).exclude(state=ProductionState.REFUSED)
        refs = kept_by(self.kind, person, rows.filter(made_by=person).values_list("ref", flat=True))
        rows = rows.filter(ref__in=refs).order_by("made_at")
        return [Duty(row.ref, row.name, reverse("production", args=[row.ref])) for row in rows]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


PRODUCTIONS = ProductionDuties()
