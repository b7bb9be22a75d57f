"""Adopting a year's holidays with their source: clocks read what was adopted, never what a library proposes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Holiday as AdoptedDay
from archive.access.models import HolidayYear
from archive.access.policy import require
from foia.clocks.business_days import ClockError, Holiday, HolidayTable
from foia.requests.clock import clocks_recompute
from retention.errors import Refused

EARLIEST, LATEST = 1990, 2200
MAX_DAYS = 60


def holiday_year_adopt(*, year: int, rows: Sequence[Holiday], source: str, actor: Actor, at: datetime) -> HolidayYear:
    """Adopt the holidays of a year with their source; an adoption before it stays on file and no longer counts.

    The due dates of open requests that rest on the year are computed again, old and new noted. Raises Denied, and
    Refused for an empty source, a day of another year, or a day named twice.
    """
    require(actor, "holiday.adopt", at)
    _check(year, rows, source)
    with transaction.atomic():
        adoption = HolidayYear.objects.create(year=year, source=source.strip(), adopted_by=actor.person, adopted_at=at)
        AdoptedDay.objects.bulk_create(
            AdoptedDay(adoption=adoption, day=row.day, name=row.name, excluded_conservative=row.excluded_conservative)
            for row in rows
        )
        clocks_recompute(at=at)
        audit(actor, "holiday.adopt", at=at, object_kind="holiday-year", object_ref=year, count=len(rows))
    return adoption


def _check(year: int, rows: Sequence[Holiday], source: str) -> None:
    if not EARLIEST <= year <= LATEST:
        raise Refused("holidays.year", _("Choose a year between %(first)d and %(last)d.") % _years())
    if not source.strip() or len(source) > 300:
        raise Refused("holidays.source", _("Say where these holidays come from, in up to 300 characters."))
    if len(rows) > MAX_DAYS or any(not row.name.strip() or len(row.name) > 100 for row in rows):
        raise Refused("holidays.rows", _("A year has at most 60 holidays, each with a name of up to 100 characters."))
    if any("\x00" in text for text in (source, *(row.name for row in rows))):
        raise Refused("holidays.text", _("A name or the source holds a sign that is no text. Type it anew."))
    try:
        HolidayTable({year: rows})
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def _years() -> dict[str, int]:
    return {"first": EARLIEST, "last": LATEST}
