"""The dates of the legal note, row by row, each with the holidays it names."""

from datetime import date, datetime
from pathlib import Path

import pytest

from foia.clocks.business_days import HolidayTable
from foia.clocks.clock import clock_state
from foia.clocks.events import Event
from foia.clocks.loading import read_rulebook, rulebook
from foia.clocks.rulebook import EventKind, NoFixedPeriod, Track
from foia.clocks.states import ClockState
from foia.clocks.windows import window_end
from retention.rules.rulefile import read_rule_file
from tests.foia.clocks.calendars import CHICAGO, CHRISTMAS, DAY_AFTER, LINCOLN, PRESIDENTS, THANKSGIVING, noon, table

FEBRUARY = table(LINCOLN, PRESIDENTS)
OTHERS = read_rulebook(read_rule_file(Path(__file__).parent / "other_jurisdictions.toml"))


def state(
    track: Track, received: datetime, holidays: HolidayTable, *events: Event, as_of: datetime | None = None
) -> ClockState:
    return clock_state(
        track, received, holidays, events, CHICAGO, as_of or max([received, *(event.at for event in events)])
    )


def illinois(code: str) -> Track:
    return rulebook("illinois").track(code, date(2026, 2, 6))


def steps(found: ClockState) -> dict[str, date]:
    return {dated.step.code: dated.due for dated in found.statutory.steps}


@pytest.mark.parametrize("received", ["2026-02-06", "2026-02-07"])
def test_illinois_ordinary_with_two_february_holidays(received: str) -> None:
    found = state(illinois("ordinary"), noon(received), FEBRUARY)
    assert found.due == date(2026, 2, 17)
    assert found.may_extend_to == date(2026, 2, 24)
    assert found.remind_by == date(2026, 2, 13)


@pytest.mark.parametrize(
    "holidays, due, extended",
    [
        (table(THANKSGIVING, DAY_AFTER, CHRISTMAS), date(2026, 12, 2), date(2026, 12, 9)),
        (table(THANKSGIVING, CHRISTMAS), date(2026, 12, 1), date(2026, 12, 8)),
    ],
)
def test_illinois_ordinary_round_thanksgiving(holidays: HolidayTable, due: date, extended: date) -> None:
    found = state(illinois("ordinary"), noon("2026-11-23"), holidays)
    assert (found.due, found.may_extend_to) == (due, extended)


@pytest.mark.parametrize("code", ["commercial", "recurrent"])
def test_illinois_twenty_one_day_track_round_thanksgiving(code: str) -> None:
    assert state(illinois(code), noon("2026-11-23"), table(THANKSGIVING, DAY_AFTER)).due == date(2026, 12, 24)


def test_illinois_voluminous_without_an_answer() -> None:
    found = state(illinois("voluminous"), noon("2026-02-06"), FEBRUARY)
    assert steps(found) == {"notice": date(2026, 2, 17), "amend": date(2026, 3, 3), "answer": date(2026, 3, 10)}
    assert found.may_extend_to == date(2026, 3, 24)


def test_illinois_voluminous_with_an_answer_after_three_days() -> None:
    notice = Event(EventKind.VOLUMINOUS_NOTICE, noon("2026-02-17"))
    reply = Event(EventKind.REQUESTER_REPLIED, noon("2026-02-20"))
    found = state(illinois("voluminous"), noon("2026-02-06"), FEBRUARY, notice, reply)
    assert found.due == date(2026, 2, 27)
    assert found.may_extend_to == date(2026, 3, 13)


def test_illinois_window_for_review_by_the_public_access_counselor() -> None:
    end = window_end(rulebook("illinois").window("pac-review"), date(2026, 2, 17), table())
    assert end.last_day == date(2026, 4, 18)
    assert end.keep_until == date(2026, 4, 20)


@pytest.mark.parametrize(
    "arrested, due",
    [
        (noon("2026-02-06", "22:15"), noon("2026-02-09", "22:15")),
        (noon("2026-03-06", "22:15"), noon("2026-03-09", "23:15")),  # the clocks went forward on the 8th
        (noon("2026-10-30", "22:15"), noon("2026-11-02", "21:15")),  # and back on 1 November
    ],
)
def test_illinois_arrest_information_counts_elapsed_hours(arrested: datetime, due: datetime) -> None:
    found = state(illinois("arrest"), arrested, HolidayTable({}))
    assert found.due_at == due
    assert found.due == due.date()


def test_federal() -> None:
    track = rulebook("federal").track("ordinary", date(2026, 2, 6))
    found = state(track, noon("2026-02-06"), table(PRESIDENTS))
    assert (found.due, found.may_extend_to) == (date(2026, 3, 9), date(2026, 3, 23))


def test_texas_without_san_jacinto_day() -> None:
    found = state(OTHERS.track("texas", date(2026, 4, 14)), noon("2026-04-14"), table("2026-04-21"))
    assert steps(found) == {"ruling": date(2026, 4, 29), "brief": date(2026, 5, 6)}


def test_california_rolls_off_a_holiday_and_extends_from_day_ten() -> None:
    found = state(OTHERS.track("california", date(2026, 2, 6)), noon("2026-02-06"), table(PRESIDENTS))
    assert found.statutory.answer.last_day == date(2026, 2, 16)
    assert (found.due, found.may_extend_to) == (date(2026, 2, 17), date(2026, 3, 2))


def test_new_york_counts_on_from_the_acknowledgement() -> None:
    track = OTHERS.track("new-york", date(2026, 2, 6))
    acknowledged = Event(EventKind.ACKNOWLEDGED, noon("2026-02-17"))
    found = state(track, noon("2026-02-06"), FEBRUARY, acknowledged)
    assert steps(found) == {"acknowledge": date(2026, 2, 17), "answer": date(2026, 3, 17)}


def test_washington() -> None:
    assert state(OTHERS.track("washington", date(2026, 2, 6)), noon("2026-02-06"), table(PRESIDENTS)).due == date(
        2026, 2, 13
    )


def test_virginia() -> None:
    track = OTHERS.track("virginia", date(2026, 2, 6))
    seven = Event(EventKind.EXTENDED, noon("2026-02-13"), extension="7")
    sixty = Event(EventKind.EXTENDED, noon("2026-02-13"), extension="60")
    assert state(track, noon("2026-02-06"), table(PRESIDENTS)).due == date(2026, 2, 13)
    assert state(track, noon("2026-02-06"), table(PRESIDENTS), seven).extended_due == date(2026, 2, 25)
    assert state(track, noon("2026-02-06"), table(PRESIDENTS), sixty).extended_due == date(2026, 5, 11)


def test_colorado() -> None:
    found = state(OTHERS.track("colorado", date(2026, 2, 6)), noon("2026-02-06"), table(PRESIDENTS))
    assert (found.due, found.may_extend_to) == (date(2026, 2, 11), date(2026, 2, 23))


def test_a_law_without_a_number_of_days_has_no_date() -> None:
    with pytest.raises(NoFixedPeriod, match="promptly"):
        state(OTHERS.track("florida", date(2026, 2, 6)), noon("2026-02-06"), FEBRUARY)
