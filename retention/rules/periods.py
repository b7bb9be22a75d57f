"""Lengths of time as retention schedules state them: ISO 8601 durations in whole days and longer.

A rule that keeps at least so long rounds late, one that keeps at most so long rounds early: five years from
2024-02-29 end on 2029-03-01 for the first and on 2029-02-28 for the second.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

_ISO = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
_MONTHS_A_YEAR = 12


class PeriodError(ValueError):
    """A length of time that cannot be read or counted."""

    code = "period"
    retry_helps = False


@dataclass(frozen=True, slots=True)
class Period:
    """Months and days: years are twelve months, weeks seven days."""

    months: int
    days: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `P5Y`, `P18M`, `P1Y6M`, `P2W`, `P90D`. Raises `PeriodError`; hours and fractions are refused."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise PeriodError(f"{text!r} is no period such as P5Y, P18M or P90D")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        period = cls(years * _MONTHS_A_YEAR + months, weeks * 7 + days)
        if not period.months and not period.days:
            raise PeriodError(f"{text!r} is no time at all")
        return period

    def __str__(self) -> str:
        years, months = divmod(self.months, _MONTHS_A_YEAR)
        parts = [f"{years}Y" if years else "", f"{months}M" if months else "", f"{self.days}D" if self.days else ""]
        return "P" + "".join(parts)

    def words(self) -> str:
        """Say the period in English: `1 year and 6 months`."""
        years, months = divmod(self.months, _MONTHS_A_YEAR)
        amounts = ((years, "year"), (months, "month"), (self.days, "day"))
        said = [f"{amount} {unit}{'' if amount == 1 else 's'}" for amount, unit in amounts if amount]
        return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else said[0]


def earliest_end(start: date, period: Period) -> date:
    """Return the first day on which a record kept *at least* for `period` from `start` may go: rounded late."""
    year, month = _month_after(start, period.months)
    if start.day <= monthrange(year, month)[1]:
        return _plus(date(year, month, start.day), period.days)
    return _plus(date(*_month_after(date(year, month, 1), 1), 1), period.days)


def latest_end(start: date, period: Period) -> date:
    """Return the last day on which something kept *at most* for `period` from `start` may still be here: rounded early.

    For compartments that must purge (28 CFR Part 23), never for a retention series.
    """
    year, month = _month_after(start, period.months)
    return _plus(date(year, month, min(start.day, monthrange(year, month)[1])), period.days)


def _month_after(start: date, months: int) -> tuple[int, int]:
    total = start.year * _MONTHS_A_YEAR + start.month - 1 + months
    year, month = divmod(total, _MONTHS_A_YEAR)
    if year >= MAXYEAR:
        raise PeriodError(f"{months} months after {start} are too far away")
    return year, month + 1


def _plus(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise PeriodError(f"{days} days after {day} are too far away") from error
