"""The search's filter by series: what the numbers in its column mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.records.filters import FilterOption
from retention.schedules.models import Series

MOST = 500


class SeriesFilter:
    """Narrows a search to a series; one that is out of use still has its name."""

    name = "series"
    column: Literal["series_id"] = "series_id"
    title = _("Series")
    nothing = _("Without a series")

    def options(self, actor: Actor, at: datetime) -> Sequence[FilterOption]:
        """Return every series by its title: series are the schedule's, and no secret."""
        rows = Series.objects.order_by("title", "code")[:MOST]
        return [FilterOption(row.code, row.pk, row.title) for row in rows]


SERIES = SeriesFilter()
