"""How long a record stays, on its own page: its series, its day, the sentence, and the holds on it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from archive.access import policy
from archive.access.actor import Actor
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record
from archive.records.panels import Panel
from retention.dispositions.explaining import explain
from retention.holds.listing import rows_of
from retention.holds.selectors import holds_on
from retention.schedules.models import Series

HOLDS = 10  #: holds that the panel names
SEES_HOLDS = frozenset({"hold.place", "hold.release"})


def retention_panel(actor: Actor, record: Record, at: datetime) -> Panel | None:
    """Say why a record stays, until when, or under which authority it went. Names holds to those who work with them."""
    if not policy.sees(actor, record, at):
        return None
    told = explain(record)
    held = [] if told.destroyed else list(holds_on(Holding(RECORD, record.pk))[: HOLDS + 1])
    named = bool(policy.capabilities(actor, at) & SEES_HOLDS)
    return Panel(
        anchor="retention",
        title=_("How long it stays"),
        template="dispositions/panel.html",
        context={
            "told": told,
            "series": Series.objects.filter(code=told.series_code).first() if told.series_code else None,
            "held": bool(held),
            "holds": rows_of(held[:HOLDS], actor=actor, at=at) if named and held else [],
            "more_holds": len(held) > HOLDS,
            "ref": record.ref,
        },
        place="beside",
    )
