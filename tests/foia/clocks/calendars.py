"""The holidays that the golden dates were computed with, and short ways to write them down."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from foia.clocks.business_days import Holiday, HolidayTable

CHICAGO = ZoneInfo("America/Chicago")


def noon(day: str, clock: str = "12:00") -> datetime:
    """An instant on `day` at `clock`, Chicago time."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHICAGO)


def table(*days: str, undisputed: tuple[str, ...] = (), years: tuple[int, ...] = (2025, 2026, 2027)) -> HolidayTable:
    """A table of adopted `years` whose holidays are `days` (statutory only) and `undisputed` (both counts)."""
    found = [Holiday(date.fromisoformat(day), f"Holiday {day}", excluded_conservative=False) for day in days]
    found += [Holiday(date.fromisoformat(day), f"Holiday {day}", excluded_conservative=True) for day in undisputed]
    return HolidayTable({year: [holiday for holiday in found if holiday.day.year == year] for year in years})


LINCOLN, PRESIDENTS = "2026-02-12", "2026-02-16"
THANKSGIVING, DAY_AFTER, CHRISTMAS = "2026-11-26", "2026-11-27", "2026-12-25"
