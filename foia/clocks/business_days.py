"""Business days, counted only with holidays that a person has adopted.

Which holidays the Illinois count leaves out is genuinely open (the State's lists differ), so two counts run side by
side: the *statutory* one leaves out every adopted holiday, the *conservative* one only those that nobody disputes. It
never ends later, and reminders fire on it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_SATURDAY = 5
_LONGEST_COUNT = 20_000
"""Days looked at before a count is given up: a table of nothing but holidays must not hang a page."""


class ClockError(ValueError):
    """A clock that cannot be computed. `code` is stable; `sentence` tells the clerk what to do."""

    code = "clock"
    retry_helps = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class MissingHolidayYear(ClockError):
    """A count reaches a year whose holidays nobody has adopted. Never read as a year without holidays."""

    code = "missing-holiday-year"

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The holidays of {year} have not been adopted, so this date cannot be computed. "
            f"Adopt the holidays of {year}, with their source, and try again."
        )
        self.year = year


class HolidayTableError(ClockError):
    """A holiday table that contradicts itself."""

    code = "holiday-table"


class Counting(StrEnum):
    """Which holidays a count leaves out."""

    STATUTORY = "statutory"
    CONSERVATIVE = "conservative"


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """A day on which offices are closed, on its observed date. One that is `excluded_conservative` is undisputed: both
    counts leave it out.
    """

    day: date
    name: str
    excluded_conservative: bool = False


class HolidayTable:
    """The adopted years. Asking about a day of any other year raises `MissingHolidayYear`."""

    def __init__(self, years: Mapping[int, Iterable[Holiday]]) -> None:
        """Take the holidays of each adopted year; an adopted year may be empty, a day belongs to its own year."""
        self._days: dict[date, Holiday] = {}
        self._years = frozenset(years)
        for year, holidays in years.items():
            for holiday in holidays:
                if holiday.day.year != year:
                    raise HolidayTableError(
                        f"{holiday.name} on {holiday.day} is listed under {year}. List it under its own year."
                    )
                if holiday.day in self._days:
                    raise HolidayTableError(f"{holiday.day} is listed twice for {year}. Keep one of the two.")
                self._days[holiday.day] = holiday

    @property
    def years(self) -> frozenset[int]:
        """The years that were adopted."""
        return self._years

    def holiday(self, day: date, counting: Counting) -> Holiday | None:
        """Return the holiday that `counting` leaves out on `day`, if any. Raises `MissingHolidayYear`."""
        if day.year not in self._years:
            raise MissingHolidayYear(day.year)
        holiday = self._days.get(day)
        if holiday is None or (counting is Counting.CONSERVATIVE and not holiday.excluded_conservative):
            return None
        return holiday

    def is_business_day(self, day: date, counting: Counting = Counting.STATUTORY) -> bool:
        """Say whether `day` is Monday to Friday and no holiday. Raises `MissingHolidayYear`, weekends included."""
        return self.holiday(day, counting) is None and day.weekday() < _SATURDAY

    def skipped(self, after: date, last: date, counting: Counting) -> tuple[Holiday, ...]:
        """Return the weekday holidays after `after` up to and including `last`."""
        found = []
        for ordinal in range(after.toordinal() + 1, last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            holiday = self.holiday(day, counting)
            if holiday is not None and day.weekday() < _SATURDAY:
                found.append(holiday)
        return tuple(found)


def count_days(start: date, days: int, counts: Callable[[date], bool]) -> date:
    """Return the last of `days` days that count after `start`, which is itself left out (5 ILCS 70/1.11)."""
    day, left = start, days
    for _ in range(_LONGEST_COUNT):
        if not left:
            return day
        day += _DAY
        if counts(day):
            left -= 1
    raise ClockError(f"Counting {days} days from {start} does not end. Check the table of holidays.")


def add_business_days(start: date, days: int, table: HolidayTable, counting: Counting = Counting.STATUTORY) -> date:
    """Return the last of `days` business days after `start`. Raises `MissingHolidayYear`."""
    return count_days(start, days, lambda day: table.is_business_day(day, counting))


def subtract_business_days(end: date, days: int, table: HolidayTable, counting: Counting = Counting.STATUTORY) -> date:
    """Return the day that lies `days` business days before `end`. Raises `MissingHolidayYear`."""
    day, left = end, days
    while left:
        day -= _DAY
        if table.is_business_day(day, counting):
            left -= 1
    return day


def roll_forward(day: date, table: HolidayTable, counting: Counting = Counting.STATUTORY) -> date:
    """Return `day`, or the next business day when it is none. Raises `MissingHolidayYear`."""
    while not table.is_business_day(day, counting):
        day += _DAY
    return day
