"""Holidays: a library proposes a year, a person adopts it with its source, and clocks read only what was adopted."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import holidays
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

DATA = Path(__file__).with_name("holidays_illinois.toml")
EARLIEST, LATEST = 1990, 2200
MAX_DAYS = 60
_WEEKEND = 5


def holidays_propose(year: int) -> list[Holiday]:
    """Return the weekday holidays of a year as a proposal, in their order; it binds nobody until it is adopted.

    Raises Refused for a year that nobody can mean.
    """
    if not EARLIEST <= year <= LATEST:
        raise Refused("holidays.year", _("Choose a year between %(first)d and %(last)d.") % _years())
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    days = dict(holidays.country_holidays("US", subdiv="IL", years=[year]).items())
    by_name = {name: day for day, name in days.items()}
    for extra in data["also"]:
        if extra["after"] in by_name:
            days.setdefault(by_name[extra["after"]] + timedelta(days=extra["days"]), extra["name"])
    undisputed = frozenset(data["undisputed"])
    return [
        Holiday(day, name, excluded_conservative=name in undisputed)
        for day, name in sorted(days.items())
        if day.year == year and day.weekday() < _WEEKEND
    ]


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
    try:
        HolidayTable({year: rows})
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def _years() -> dict[str, int]:
    return {"first": EARLIEST, "last": LATEST}


def day_of(text: str) -> date:
    """Return the date of an ISO text. Raises Refused for one that does not exist."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("holidays.day", _("%(text)s is not a date.") % {"text": text[:40]}) from error
