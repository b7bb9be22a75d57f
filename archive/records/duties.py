"""The searches that a person froze: their heir sees them too."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import User
from archive.records.models import SearchRun
from archive.records.visibility import SEARCH_DUTY


class SearchDuties:
    """Frozen searches."""

    kind = SEARCH_DUTY
    name = gettext_lazy("Saved searches")
    needs = "record.search"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the searches, without their words: whoever moves them need not know what was looked for."""
        refs = kept_by(self.kind, person, SearchRun.objects.filter(by=person).values_list("ref", flat=True))
        rows = SearchRun.objects.filter(ref__in=refs).order_by("pk")
        return [
            Duty(row.ref, _("Search of %(day)s") % {"day": row.at.date()}, reverse("search-run", args=[row.ref]))
            for row in rows
        ]

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


SEARCHES = SearchDuties()
