"""Business days are Monday to Friday without the adopted holidays, and nothing is guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foia.clocks.business_days import (
    ClockError,
    Counting,
    Holiday,
    HolidayTable,
    HolidayTableError,
    MissingHolidayYear,
    add_business_days,
    roll_forward,
    subtract_business_days,
)
from tests.foia.clocks.calendars import table

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
TABLES = st.sets(DAYS, max_size=30).map(lambda days: table(*map(str, days)))


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 60), TABLES)
def test_adding_agrees_with_counting_one_day_at_a_time(day: date, amount: int, holidays: HolidayTable) -> None:
    last = add_business_days(day, amount, holidays)
    between = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert sum(holidays.is_business_day(each) for each in between) == amount
    assert amount == 0 or holidays.is_business_day(last)


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(1, 60), TABLES)
def test_subtracting_undoes_adding_from_a_business_day(day: date, amount: int, holidays: HolidayTable) -> None:
    start = roll_forward(day, holidays)
    assert subtract_business_days(add_business_days(start, amount, holidays), amount, holidays) == start


def test_the_conservative_count_leaves_out_only_undisputed_days() -> None:
    holidays = table("2026-02-16", undisputed=("2026-02-17",))
    assert add_business_days(date(2026, 2, 13), 1, holidays, Counting.STATUTORY) == date(2026, 2, 18)
    assert add_business_days(date(2026, 2, 13), 1, holidays, Counting.CONSERVATIVE) == date(2026, 2, 16)


def test_an_adopted_year_may_have_no_holidays_and_another_year_may_not_be_asked() -> None:
    holidays = HolidayTable({2026: []})
    assert holidays.is_business_day(date(2026, 12, 31))
    for day in (date(2027, 1, 1), date(2027, 1, 2)):  # a Friday and a Saturday
        with pytest.raises(MissingHolidayYear):
            holidays.is_business_day(day)


@pytest.mark.parametrize(
    "days",
    [[Holiday(date(2027, 1, 1), "New Year")], [Holiday(date(2026, 1, 1), "One"), Holiday(date(2026, 1, 1), "Two")]],
)
def test_a_table_that_contradicts_itself_is_refused(days: list[Holiday]) -> None:
    with pytest.raises(HolidayTableError):
        HolidayTable({2026: days})


def test_a_year_of_nothing_but_holidays_ends_in_an_error_and_not_in_a_loop() -> None:
    every = {
        year: [Holiday(date(year, 1, 1) + timedelta(days=n), "x") for n in range(365)] for year in range(2026, 2028)
    }
    with pytest.raises(ClockError):
        add_business_days(date(2026, 1, 1), 1, HolidayTable(every))
