"""The Illinois clock at its edges: who was late, who was not, and what that costs."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foia.clocks.business_days import Holiday, HolidayTable, MissingHolidayYear
from foia.clocks.clock import EventRefused, change_sentence, clock_state, event_check
from foia.clocks.events import Event, NaiveInstant
from foia.clocks.loading import rulebook
from foia.clocks.rulebook import EventKind, Track, UnknownTrack
from foia.clocks.states import ClockState, Status
from tests.foia.clocks.calendars import CHICAGO, LINCOLN, PRESIDENTS, noon, table

ORDINARY = rulebook("illinois").track("ordinary", date(2026, 2, 6))
RECEIVED = noon("2026-02-06")
FEBRUARY = table(LINCOLN, PRESIDENTS)


def state(
    *events: Event,
    as_of: str = "2026-02-09",
    track: Track = ORDINARY,
    received: datetime = RECEIVED,
    holidays: HolidayTable = FEBRUARY,
) -> ClockState:
    return clock_state(track, received, holidays, events, CHICAGO, noon(as_of, "12:30"))


def extension(day: str, *reasons: str, until: date | None = None) -> Event:
    return Event(EventKind.EXTENDED, noon(day), reasons=reasons or ("3(e)(v)",), until=until)


def agreement(day: str, until: date, in_writing: bool = True) -> Event:
    return Event(EventKind.AGREED, noon(day), until=until, in_writing=in_writing)


def answer(day: str) -> Event:
    return Event(EventKind.ANSWERED, noon(day))


def test_an_extension_on_the_fifth_day_is_valid() -> None:
    found = state(extension("2026-02-17"), as_of="2026-02-20")
    assert found.extended_due == found.in_force == date(2026, 2, 24)
    assert found.status is Status.RUNNING
    assert found.refused == ()
    assert "Extended on Tuesday 2026-02-17 to Tuesday 2026-02-24" in found.explanation


def test_an_extension_on_the_sixth_day_comes_after_the_denial() -> None:
    found = state(extension("2026-02-18"), as_of="2026-02-18")
    assert found.extended_due is None
    assert found.deemed_denied_on == date(2026, 2, 18)
    assert [refused.code for refused in found.refused] == ["too-late"]
    with pytest.raises(EventRefused, match="already counts as denied"):
        event_check(ORDINARY, RECEIVED, FEBRUARY, [], CHICAGO, extension("2026-02-18"))


def test_silence_is_a_denial_from_the_day_after_and_bars_fees_and_burden() -> None:
    assert state(as_of="2026-02-17").deemed_denied_on is None
    found = state(as_of="2026-02-18")
    assert found.deemed_denied_on == date(2026, 2, 18)
    assert found.status is Status.DENIED_BY_SILENCE
    assert found.barred == ("copy-fee", "unduly-burdensome")
    assert found.may_extend_to is None
    assert "no fee for copies may be charged" in found.explanation


def test_a_late_answer_stays_free_of_fees() -> None:
    found = state(answer("2026-02-18"), as_of="2026-03-01")
    assert found.status is Status.ANSWERED_LATE
    assert found.barred == ("copy-fee", "unduly-burdensome")
    assert state(answer("2026-02-17"), as_of="2026-03-01").status is Status.ANSWERED


def test_a_second_extension_needs_the_requester_s_agreement_in_writing() -> None:
    first, second = extension("2026-02-17"), extension("2026-02-23")
    assert [refused.code for refused in state(first, second, as_of="2026-02-23").refused] == ["second-extension"]
    oral = agreement("2026-02-23", date(2026, 3, 20), in_writing=False)
    assert [refused.code for refused in state(first, oral, as_of="2026-02-23").refused] == ["not-in-writing"]
    written = agreement("2026-02-23", date(2026, 3, 20))
    found = state(first, written, answer("2026-03-20"), as_of="2026-04-01")
    assert found.in_force == date(2026, 3, 20)
    assert found.status is Status.ANSWERED
    assert "agreed in writing on Monday 2026-02-23" in found.explanation


@pytest.mark.parametrize(
    "event, code",
    [
        (Event(EventKind.EXTENDED, noon("2026-02-10")), "no-reason"),
        (extension("2026-02-10", "3(e)(xii)"), "unknown-reason"),
        (extension("2026-02-10", until=date(2026, 2, 17)), "no-later-date"),
        (agreement("2026-02-10", date(2026, 2, 16)), "no-later-date"),
        (agreement("2026-02-18", date(2026, 3, 20)), "too-late"),
    ],
)
def test_an_act_that_the_law_does_not_know_moves_nothing(event: Event, code: str) -> None:
    found = state(event, as_of="2026-02-18")
    assert [refused.code for refused in found.refused] == [code]
    assert found.in_force == date(2026, 2, 17)
    with pytest.raises(EventRefused) as caught:
        event_check(ORDINARY, RECEIVED, FEBRUARY, [], CHICAGO, event)
    assert caught.value.code == code
    assert "moves nothing" in caught.value.sentence


def test_an_extension_after_the_answer_moves_nothing() -> None:
    found = state(answer("2026-02-10"), extension("2026-02-11"), as_of="2026-02-11")
    assert [refused.code for refused in found.refused] == ["answered"]


def test_a_promised_date_may_be_earlier_than_the_law_allows_and_never_later() -> None:
    assert state(extension("2026-02-17", until=date(2026, 2, 19)), as_of="2026-02-17").in_force == date(2026, 2, 19)
    assert state(extension("2026-02-17", until=date(2026, 6, 1)), as_of="2026-02-17").in_force == date(2026, 2, 24)


@pytest.mark.parametrize(
    "received, day",
    [
        (datetime(2026, 2, 7, 5, 30, tzinfo=UTC), date(2026, 2, 6)),  # 23:30 in Chicago
        (datetime(2026, 2, 7, 5, 59, tzinfo=UTC), date(2026, 2, 6)),  # 23:59 on a Friday
        (datetime(2026, 2, 7, 6, 0, tzinfo=UTC), date(2026, 2, 7)),
        (datetime(2026, 3, 9, 4, 30, tzinfo=UTC), date(2026, 3, 8)),  # summer time began that morning
        (datetime(2026, 11, 2, 5, 30, tzinfo=UTC), date(2026, 11, 1)),  # and ended that morning
    ],
)
def test_a_request_counts_from_its_day_in_the_department_s_zone(received: datetime, day: date) -> None:
    found = clock_state(ORDINARY, received, table(), [], CHICAGO, received)
    assert found.received_on == day


def test_a_late_entry_in_the_book_does_not_move_the_day_of_receipt() -> None:
    """The mail room writes it down on the 11th; it came on the 6th, and the clock knows only that."""
    assert state(as_of="2026-02-11").due == state(as_of="2026-02-06").due == date(2026, 2, 17)


def test_an_after_hours_cut_off_moves_the_statutory_count_only() -> None:
    received = noon("2026-02-06", "18:00")
    found = clock_state(ORDINARY, received, table(), [], CHICAGO, received, cutoff=time(17))
    assert found.due == date(2026, 2, 13)  # Friday after hours counts as Saturday: day 1 is the Monday all the same
    received = noon("2026-02-05", "18:00")
    found = clock_state(ORDINARY, received, table(), [], CHICAGO, received, cutoff=time(17))
    assert (found.due, found.remind_by) == (date(2026, 2, 13), date(2026, 2, 12))


def test_a_clarification_tolls_nothing_in_illinois() -> None:
    asked = Event(EventKind.CLARIFICATION_ASKED, noon("2026-02-09"))
    assert state(asked, as_of="2026-02-13").due == date(2026, 2, 17)


def test_a_narrowed_request_keeps_its_clock() -> None:
    narrowed = Event(EventKind.NARROWED, noon("2026-02-13"))
    assert state(narrowed, as_of="2026-02-13").due == date(2026, 2, 17)


def test_a_resubmitted_request_starts_a_new_clock() -> None:
    """The requester was pointed to the web site and cannot reach it (5 ILCS 140/8.5)."""
    again = Event(EventKind.RESUBMITTED, noon("2026-03-03"))
    found = state(answer("2026-02-10"), again, as_of="2026-03-04")
    assert found.received_on == date(2026, 3, 3)
    assert found.due == date(2026, 3, 10)
    assert found.status is Status.RUNNING


def test_waiting_for_proof_that_a_person_asks_stops_only_the_statutory_count() -> None:
    asked = Event(EventKind.VERIFICATION_ASKED, noon("2026-02-09"))
    shown = Event(EventKind.VERIFIED, noon("2026-02-20"))
    waiting = state(asked, as_of="2026-02-18")
    assert waiting.status is Status.PAUSED
    assert waiting.remind_by == date(2026, 2, 13)
    assert "stands still since Monday 2026-02-09" in waiting.explanation
    assert state(asked, shown, as_of="2026-02-20").due == date(2026, 2, 26)


def test_the_verification_rule_serves_only_requests_since_2026() -> None:
    received = noon("2025-12-30")
    asked = Event(EventKind.VERIFICATION_ASKED, noon("2026-01-02"))
    found = clock_state(ORDINARY, received, table("2026-01-01"), [asked], CHICAGO, noon("2026-01-05"))
    assert found.due == date(2026, 1, 7)


def test_federal_clarification_stops_the_clock_once() -> None:
    track = rulebook("federal").track("ordinary", date(2026, 2, 6))
    asked = Event(EventKind.CLARIFICATION_ASKED, noon("2026-02-09"))
    shown = Event(EventKind.CLARIFIED, noon("2026-02-13"))
    again = Event(EventKind.CLARIFICATION_ASKED, noon("2026-02-17"))
    holidays = table(PRESIDENTS)
    assert state(asked, shown, track=track, holidays=holidays, as_of="2026-02-13").due == date(2026, 3, 13)
    assert state(asked, shown, again, track=track, holidays=holidays, as_of="2026-02-27").due == date(2026, 3, 13)


def test_a_voluminous_request_without_notice_in_five_days_is_denied() -> None:
    track = rulebook("illinois").track("voluminous", date(2026, 2, 6))
    assert state(track=track, as_of="2026-02-18").deemed_denied_on == date(2026, 2, 18)
    late = Event(EventKind.VOLUMINOUS_NOTICE, noon("2026-02-18"))
    assert state(late, track=track, as_of="2026-02-18").deemed_denied_on == date(2026, 2, 18)
    kept = Event(EventKind.VOLUMINOUS_NOTICE, noon("2026-02-17"))
    assert state(kept, track=track, as_of="2026-02-18").deemed_denied_on is None


def test_a_holiday_proclaimed_later_moves_the_date_and_says_so() -> None:
    before = state()
    after = state(holidays=table(LINCOLN, PRESIDENTS, undisputed=("2026-02-17",)))
    assert after.due == date(2026, 2, 18)
    assert change_sentence(before, after) == (
        "Computed again, the last day for the answer moves from Tuesday 2026-02-17 to Wednesday 2026-02-18."
    )
    assert change_sentence(before, before) is None


def test_a_year_without_adopted_holidays_is_an_error_and_not_a_year_without_holidays() -> None:
    with pytest.raises(MissingHolidayYear, match="holidays of 2027 have not been adopted") as caught:
        clock_state(ORDINARY, noon("2026-12-30"), table(years=(2026,)), [], CHICAGO, noon("2026-12-30"))
    assert caught.value.year == 2027


def test_the_years_counted_with_are_named() -> None:
    found = clock_state(ORDINARY, noon("2026-12-30"), table("2027-01-01"), [], CHICAGO, noon("2026-12-30"))
    assert found.years == {2026, 2027}


def test_what_happens_later_is_not_known_yet() -> None:
    assert state(extension("2026-02-17"), as_of="2026-02-10").extended_due is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        clock_state(ORDINARY, RECEIVED.replace(tzinfo=None), FEBRUARY, [], CHICAGO, RECEIVED)
    with pytest.raises(NaiveInstant):
        Event(EventKind.ANSWERED, RECEIVED.replace(tzinfo=None))


def test_a_request_from_before_the_rule_has_no_clock() -> None:
    with pytest.raises(UnknownTrack, match="in force on 2009-05-01"):
        rulebook("illinois").track("ordinary", date(2009, 5, 1))
    with pytest.raises(UnknownTrack, match="no track"):
        rulebook("illinois").track("urgent", date(2026, 1, 1))


def test_a_clock_explains_itself() -> None:
    assert state().explanation == (
        "Received Friday 2026-02-06. The answer is due Tuesday 2026-02-17: 5 business days after the day of receipt, "
        "without Holiday 2026-02-12 (2026-02-12) and Holiday 2026-02-16 (2026-02-16) (5 ILCS 140/3(d)). "
        "Counted with only the holidays that nobody disputes, it is due Friday 2026-02-13: plan for that day."
    )


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
HOLIDAYS = st.dictionaries(DAYS, st.booleans(), max_size=40).map(
    lambda days: HolidayTable(
        {
            year: [Holiday(day, "Holiday", undisputed) for day, undisputed in days.items() if day.year == year]
            for year in range(2025, 2029)
        }
    )
)


@settings(max_examples=150, deadline=None)
@given(DAYS, HOLIDAYS)
def test_a_due_date_is_never_a_weekend_or_holiday_and_the_cautious_one_never_later(
    day: date, holidays: HolidayTable
) -> None:
    received = datetime.combine(day, time(12), CHICAGO)
    found = clock_state(ORDINARY, received, holidays, [], CHICAGO, received)
    assert found.may_extend_to is not None
    assert received.date() < found.due < found.may_extend_to
    for counted in (found.due, found.may_extend_to):
        assert counted.weekday() < 5
        assert holidays.is_business_day(counted)
    assert found.remind_by.weekday() < 5
    assert found.remind_by <= found.due


@settings(max_examples=150, deadline=None)
@given(DAYS, HOLIDAYS, st.integers(0, 30))
def test_who_asks_later_is_never_due_earlier(day: date, holidays: HolidayTable, later: int) -> None:
    first = datetime.combine(day, time(12), CHICAGO)
    second = first + timedelta(days=later)
    one = clock_state(ORDINARY, first, holidays, [], CHICAGO, first)
    two = clock_state(ORDINARY, second, holidays, [], CHICAGO, second)
    assert one.due <= two.due
    assert one.remind_by <= two.remind_by


@settings(max_examples=100, deadline=None)
@given(DAYS, HOLIDAYS, st.integers(0, 12), st.integers(0, 20))
def test_an_accepted_extension_only_ever_gives_more_time(
    day: date, holidays: HolidayTable, sent: int, seen: int
) -> None:
    received = datetime.combine(day, time(12), CHICAGO)
    event = Event(EventKind.EXTENDED, received + timedelta(days=sent), reasons=("3(e)(i)",))
    as_of = event.at + timedelta(days=seen)
    plain = clock_state(ORDINARY, received, holidays, [], CHICAGO, as_of)
    found = clock_state(ORDINARY, received, holidays, [event], CHICAGO, as_of)
    assert found.due == plain.due
    assert (found.in_force > plain.due) == (event.at.date() <= plain.due) == (found.refused == ())
    assert found.remind_by <= found.in_force
