"""Networks' times are read, or refused, and never guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.connectors.times import BadTime, ImpossibleTime, read_time, write_time


@pytest.mark.parametrize(
    "text,written",
    [
        ("2026-08-01T13:54:00.505Z", "2026-08-01T13:54:00.505000Z"),
        ("2026-08-01T13:54:00Z", "2026-08-01T13:54:00.000000Z"),
        ("2026-08-01T13:54:00.123456789z", "2026-08-01T13:54:00.123456Z"),
        ("2026-08-01T10:00:00-0700", "2026-08-01T17:00:00.000000Z"),
        ("2026-08-01 00:30:00+05:30", "2026-07-31T19:00:00.000000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"),
    ],
)
def test_a_time_is_written_in_the_one_form(text: str, written: str) -> None:
    found = read_time(text)
    assert found.instant is not None
    assert write_time(found.instant) == written
    assert found.leap == (":60" in text)


@pytest.mark.parametrize("text", ["2026-08-01T13:54:00", "2026-08-01", "2026-08-01T13:54:00.5"])
def test_without_a_zone_there_is_no_instant(text: str) -> None:
    assert read_time(text) == (None, text, False)


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29T00:00:00Z",
        "2025-02-30",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:61:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00+99:00",
        "0001-01-01T00:00:00+10:00",
        "0000-01-01",
    ],
)
def test_a_date_that_does_not_exist_is_impossible(text: str) -> None:
    with pytest.raises(ImpossibleTime):
        read_time(text)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-W01-1", "20260801T000000Z", "1735787045", "2026-08-01T1:2:3Z", "٢٠٢٦-٠١-٠١"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadTime):
        read_time(text)


@settings(max_examples=200, deadline=None)
@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_every_instant_is_read_back(instant: datetime) -> None:
    try:
        written = write_time(instant)
    except OverflowError:
        return
    assert read_time(written).instant == instant.astimezone(UTC)
    assert len(written) == 27
