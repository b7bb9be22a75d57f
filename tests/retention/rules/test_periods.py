"""Periods are counted as the law counts them: what must stay rounds late, what must go rounds early."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.rules.periods import Period, PeriodError, earliest_end, latest_end

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
PERIODS = st.builds(Period, st.integers(0, 240), st.integers(0, 400)).filter(
    lambda period: period.months or period.days
)


@pytest.mark.parametrize(
    "start, text, late, early",
    [
        (date(2024, 2, 29), "P5Y", date(2029, 3, 1), date(2029, 2, 28)),  # 28 CFR 23 keeps at most, a schedule at least
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29), date(2028, 2, 29)),
        (date(2024, 1, 31), "P1M", date(2024, 3, 1), date(2024, 2, 29)),
        (date(2024, 12, 31), "P2M", date(2025, 3, 1), date(2025, 2, 28)),
        (date(2026, 2, 17), "P90D", date(2026, 5, 18), date(2026, 5, 18)),
        (date(2026, 2, 17), "P2W", date(2026, 3, 3), date(2026, 3, 3)),
        (date(2026, 2, 17), "P1Y6M", date(2027, 8, 17), date(2027, 8, 17)),
    ],
)
def test_a_period_ends_on_the_day_that_its_kind_of_rule_means(start: date, text: str, late: date, early: date) -> None:
    assert earliest_end(start, Period.parse(text)) == late
    assert latest_end(start, Period.parse(text)) == early


@pytest.mark.parametrize(
    "text", ["", "P", "5Y", "P-5Y", "P5", "P5y", "P1.5Y", "P0D", "PT5H", "P1YT1H", " P5Y", "P99999Y"]
)
def test_what_is_no_period_in_days_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(text)


def test_an_end_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(PeriodError):
        earliest_end(date(2026, 1, 1), Period.parse("P9999Y"))
    with pytest.raises(PeriodError):
        latest_end(date(9990, 1, 1), Period.parse("P99999D"))


@pytest.mark.parametrize(
    "text, words",
    [("P5Y", "5 years"), ("P1Y6M", "1 year and 6 months"), ("P1D", "1 day"), ("P1Y1M1D", "1 year, 1 month and 1 day")],
)
def test_a_period_reads_as_english(text: str, words: str) -> None:
    assert Period.parse(text).words() == words
    assert str(Period.parse(text)) == text


@settings(max_examples=150, deadline=None)
@given(PERIODS)
def test_a_written_period_reads_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@settings(max_examples=200, deadline=None)
@given(DAYS, PERIODS)
def test_rounding_late_is_never_before_rounding_early_and_at_most_a_day_after(start: date, period: Period) -> None:
    late, early = earliest_end(start, period), latest_end(start, period)
    assert start < early <= late
    assert (late - early).days <= 1


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(0, 400), PERIODS)
def test_what_starts_later_never_ends_earlier(start: date, later: int, period: Period) -> None:
    second = date.fromordinal(start.toordinal() + later)
    assert earliest_end(start, period) <= earliest_end(second, period)
