"""Periods that begin with an act: the requester's sixty days for review, the Counselor's seven."""

from dataclasses import dataclass
from datetime import date

from foia.clocks.business_days import ClockError, Counting, HolidayTable, add_business_days, count_days, roll_forward
from foia.clocks.explaining import day_name, period
from foia.clocks.rulebook import Counted, Window


@dataclass(frozen=True, slots=True)
class WindowEnd:
    """When a window closes. `last_day` is the last day counted; `keep_until` is that day moved off weekends and
    holidays where the law may say so: nothing that the window protects goes before it has passed.
    """

    window: Window
    last_day: date
    keep_until: date
    sentence: str


def window_end(window: Window, started_on: date, table: HolidayTable) -> WindowEnd:
    """Return when `window` closes that began with an act on `started_on`. Raises `MissingHolidayYear`."""
    if window.counted is Counted.BUSINESS:
        last = add_business_days(started_on, window.amount, table, Counting.STATUTORY)
    elif window.counted is Counted.CALENDAR:
        last = count_days(started_on, window.amount, lambda _: True)
    else:
        raise ClockError(f"{window.label} is counted in hours, which needs an instant and not a day.")
    keep = roll_forward(last, table, Counting.STATUTORY) if window.rolls else last
    text = f"{window.label}: {period(window.amount, window.counted)} after {day_name(started_on)}, to {day_name(last)}"
    if keep != last:
        text += f", when offices are closed, so to {day_name(keep)}"
    return WindowEnd(window, last, keep, f"{text} ({window.citation}).")
