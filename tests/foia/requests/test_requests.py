"""Requests: numbered, dated by adopted holidays, held before anything is searched, and answered in time or not."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from archive.access.models import AuditEntry, Words
from archive.access.policy import Denied
from archive.destruction.guards import refusals
from archive.ledger.models import LedgerEvent
from archive.records.search import Filters
from foia.clocks.business_days import Holiday
from foia.clocks.proposal import propose_year
from foia.clocks.states import Status
from foia.collections.models import CollectionClosed
from foia.production.drawn import texts_of
from foia.requests.clock import request_clock
from foia.requests.holidays import holiday_year_adopt
from foia.requests.letters import letter_document, letter_text
from foia.requests.models import ClockEvent, ClockKind, RecordsRequest, RequestStep, StepKind
from foia.requests.services import (
    request_agree,
    request_close,
    request_extend,
    request_hold,
    request_narrow,
    request_note,
    request_search,
    request_withdraw,
)
from retention.errors import Refused
from retention.holds.models import Hold
from retention.holds.services import Scope, hold_release
from tests.foia import scene
from tests.foia.scene import LINCOLN, PRESIDENTS, RECEIVED

pytestmark = pytest.mark.django_db


def on(day: date, hour: int = 18) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def said(ref: UUID | None) -> str:
    assert ref is not None
    return Words.objects.get(ref=ref).text


def hold_of(request: RecordsRequest) -> Hold:
    assert request.hold_ref is not None
    return Hold.objects.get(ref=request.hold_ref)


@pytest.mark.parametrize(
    ("received", "year", "closed", "due", "cautious", "extended"),
    [
        (datetime(2026, 2, 6, 16, tzinfo=UTC), 2026, [LINCOLN, PRESIDENTS], "2026-02-17", "2026-02-13", "2026-02-24"),
        (datetime(2026, 2, 7, 16, tzinfo=UTC), 2026, [LINCOLN, PRESIDENTS], "2026-02-17", "2026-02-13", "2026-02-24"),
        (
            datetime(2026, 11, 23, 16, tzinfo=UTC),
            2026,
            [date(2026, 11, 26), date(2026, 11, 27)],
            "2026-12-02",
            "2026-11-30",
            "2026-12-09",
        ),
        (datetime(2026, 11, 23, 16, tzinfo=UTC), 2026, [date(2026, 11, 26)], "2026-12-01", "2026-11-30", "2026-12-08"),
        (
            datetime(2026, 2, 7, 5, 59, tzinfo=UTC),
            2026,
            [LINCOLN, PRESIDENTS],
            "2026-02-17",
            "2026-02-13",
            "2026-02-24",
        ),
    ],
)
def test_the_golden_dates_of_the_law_are_noted_on_the_request(
    received: datetime, year: int, closed: list[date], due: str, cautious: str, extended: str
) -> None:
    people = scene.staff()
    scene.holidays_of(year, *closed, actor=people.officer)
    request = scene.request_of(people.clerk, received_at=received)
    assert (request.due_on.isoformat(), request.cautious_on.isoformat()) == (due, cautious)
    noted = ClockEvent.objects.get(request=request)
    assert (noted.kind, noted.due_on, noted.due_before) == (ClockKind.COMPUTED, request.due_on, None)
    assert list(noted.holidays) == [str(year)]
    request_extend(request_ref=request.ref, reasons=["3(e)(v)"], actor=people.officer, at=received + timedelta(days=1))
    request.refresh_from_db()
    assert request.due_on.isoformat() == extended


def test_a_year_without_adopted_holidays_is_an_error_with_what_to_do_and_takes_nothing_in() -> None:
    people = scene.staff()
    with pytest.raises(Refused, match="Adopt the holidays of 2026") as refused:
        scene.request_of(people.clerk)
    assert refused.value.code == "missing-holiday-year"
    assert not RecordsRequest.objects.exists()
    scene.year_2026(people.officer)
    assert scene.request_of(people.clerk).due_on == date(2026, 2, 17)


def test_receipt_is_kept_apart_from_entry_and_late_entry_gives_no_time() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk, at=RECEIVED + timedelta(days=3))
    assert request.received_at < request.entered_at
    assert request.due_on == date(2026, 2, 17)
    with pytest.raises(Refused, match="future"):
        scene.request_of(people.clerk, received_at=RECEIVED + timedelta(hours=1), at=RECEIVED)


def test_numbers_rise_and_words_lie_outside_the_evidence() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    first, second = scene.request_of(people.clerk), scene.request_of(people.clerk)
    assert (first.number, second.number) == ("2026-0001", "2026-0002")
    assert said(first.requester_ref) == "R. Equester"
    steps = RequestStep.objects.filter(request=first).order_by("n")
    assert [step.kind for step in steps] == [StepKind.RECEIVED, StepKind.HELD]
    assert LedgerEvent.objects.filter(subject=bytes(first.subject)).count() == 3
    assert AuditEntry.objects.filter(action="request.take", object_ref=str(first.ref)).count() == 1


def test_an_extension_on_day_five_is_good_and_its_letter_names_reason_and_day() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    letter = request_extend(
        request_ref=request.ref, reasons=["3(e)(ii)"], actor=people.officer, at=on(date(2026, 2, 17))
    )
    said = " ".join(texts_of(letter_document(letter_text(letter))))
    assert "February 24, 2026" in said
    assert "3(e)(ii): The request calls for collecting" in said
    assert "Officer" in said
    assert "FOIA Officer" in said
    moved = ClockEvent.objects.get(request=request, kind=ClockKind.EXTENDED)
    assert (moved.due_before, moved.due_on) == (date(2026, 2, 17), date(2026, 2, 24))


def test_an_extension_on_day_six_is_refused_because_silence_already_denied() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    late = on(date(2026, 2, 18))
    with pytest.raises(Refused, match="already counts as denied"):
        request_extend(request_ref=request.ref, reasons=["3(e)(ii)"], actor=people.officer, at=late)
    assert not request.letters.exists()
    state = request_clock(request, at=late)
    assert (state.status, state.deemed_denied_on) == (Status.DENIED_BY_SILENCE, date(2026, 2, 18))
    assert "copy-fee" in state.barred


def test_an_extension_needs_a_reason_of_the_law_and_happens_once() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    for reasons in ([], ["because"]):
        with pytest.raises(Refused):
            request_extend(request_ref=request.ref, reasons=reasons, actor=people.officer, at=RECEIVED)
    request_extend(request_ref=request.ref, reasons=["3(e)(i)"], actor=people.officer, at=RECEIVED)
    with pytest.raises(Refused, match="already extended"):
        request_extend(request_ref=request.ref, reasons=["3(e)(i)"], actor=people.officer, at=RECEIVED)


def test_an_agreed_day_counts_only_in_writing() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    until = date(2026, 3, 20)
    with pytest.raises(Refused, match="in writing"):
        request_agree(request_ref=request.ref, until=until, in_writing=False, actor=people.officer, at=RECEIVED)
    request_agree(request_ref=request.ref, until=until, in_writing=True, actor=people.officer, at=RECEIVED)
    request.refresh_from_db()
    assert request.due_on == until


def test_clarification_gives_no_time_in_illinois() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    for kind in (StepKind.CLARIFICATION_ASKED, StepKind.CLARIFIED):
        request_note(request_ref=request.ref, kind=kind, words="Which café?", actor=people.clerk, at=RECEIVED)
    request.refresh_from_db()
    assert request.due_on == date(2026, 2, 17)


def test_a_holiday_adopted_later_moves_the_due_date_and_both_dates_are_kept() -> None:
    people = scene.staff()
    scene.holidays_of(2026, PRESIDENTS, actor=people.officer)
    request = scene.request_of(people.clerk)
    assert request.due_on == date(2026, 2, 13)
    rows = [Holiday(day, "Holiday") for day in (LINCOLN, PRESIDENTS)]
    holiday_year_adopt(year=2026, rows=rows, source="proclaimed", actor=people.officer, at=RECEIVED)
    request.refresh_from_db()
    assert request.due_on == date(2026, 2, 17)
    moved = ClockEvent.objects.get(request=request, kind=ClockKind.RECOMPUTED)
    assert (moved.due_before, moved.due_on) == (date(2026, 2, 13), date(2026, 2, 17))


def test_only_a_person_with_a_source_adopts_holidays() -> None:
    people = scene.staff()
    proposed = [row for row in propose_year(2026) if row.excluded_statutory]
    rows = [Holiday(row.day, row.name, row.excluded_conservative) for row in proposed]
    with pytest.raises(Denied):
        holiday_year_adopt(year=2026, rows=rows, source="library", actor=people.clerk, at=RECEIVED)
    with pytest.raises(Refused, match="where these holidays come from"):
        holiday_year_adopt(year=2026, rows=rows, source=" ", actor=people.officer, at=RECEIVED)
    with pytest.raises(Refused, match="twice"):
        holiday_year_adopt(year=2026, rows=[*rows, rows[0]], source="x", actor=people.officer, at=RECEIVED)
    with pytest.raises(Refused, match="own year"):
        holiday_year_adopt(year=2027, rows=rows, source="x", actor=people.officer, at=RECEIVED)
    holiday_year_adopt(year=2026, rows=rows, source="library, compared", actor=people.officer, at=RECEIVED)
    assert scene.request_of(people.clerk).due_on == date(2026, 2, 17)


def test_the_hold_stands_before_the_search_and_without_it_there_is_no_search() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    [record] = scene.captured(scene.page(), scene.Said("Hello"))
    request = scene.request_of(people.clerk)
    hold = hold_of(request)
    assert list(hold.items.values_list("holding_id", flat=True)) == [record.pk]
    hold_release(hold_ref=hold.ref, reason="by mistake", actor=people.officer, at=RECEIVED)
    with pytest.raises(Refused, match="before you search"):
        scene.collected(request, people.clerk)
    request_hold(request_ref=request.ref, scopes=[Scope()], actor=people.clerk, at=RECEIVED)
    assert scene.collected(request, people.clerk).versions == 1


def test_the_hold_narrows_to_what_was_collected_by_whoever_may_lift_holds() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    account = scene.page()
    found, other = scene.captured(account, scene.Said("the café"), scene.Said("something else"))
    request = scene.request_of(people.clerk)
    wide = request.hold_ref
    request_search(request_ref=request.ref, words="café", filters=Filters(), actor=people.clerk, at=RECEIVED)
    request.refresh_from_db()
    assert request.hold_ref == wide
    request_narrow(request_ref=request.ref, actor=people.officer, at=RECEIVED)
    request.refresh_from_db()
    assert request.narrowed
    narrow = hold_of(request)
    assert list(narrow.items.values_list("holding_id", flat=True)) == [found.pk]
    kept = refusals("record", [found.pk, other.pk], RECEIVED)
    assert {each.code for each in kept[found.pk]} >= {"request.open", "collection.open"}
    assert other.pk not in kept or {each.code for each in kept[other.pk]}.isdisjoint({"request.open", "hold.in_force"})
    with pytest.raises(Refused, match="before you search"):
        scene.collected(request, people.clerk)


def test_a_withdrawn_request_closes_and_lets_go_of_everything() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    [record] = scene.captured(scene.page(), scene.Said("Hello"))
    request = scene.request_of(people.clerk)
    scene.collected(request, people.officer)
    with pytest.raises(Refused, match="cannot become closed"):
        request_close(request_ref=request.ref, actor=people.officer, at=RECEIVED)
    request_withdraw(request_ref=request.ref, words="Changed my mind", actor=people.clerk, at=RECEIVED)
    request_close(request_ref=request.ref, actor=people.officer, at=RECEIVED)
    assert CollectionClosed.objects.count() == 1
    assert not {each.code for each in refusals("record", [record.pk], RECEIVED).get(record.pk, [])} & {
        "request.open",
        "collection.open",
        "hold.in_force",
    }


def test_a_second_search_needs_a_wide_hold_again_and_closing_lifts_every_hold() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    scene.captured(scene.page(), scene.Said("Hello"))
    request = scene.request_of(people.clerk)
    scene.collected(request, people.officer)
    request_hold(request_ref=request.ref, scopes=[Scope()], actor=people.clerk, at=RECEIVED)
    scene.collected(request, people.officer)
    assert Hold.objects.filter(released_at=None).count() == 2
    request_withdraw(request_ref=request.ref, words="", actor=people.clerk, at=RECEIVED)
    request_close(request_ref=request.ref, actor=people.officer, at=RECEIVED)
    assert not Hold.objects.filter(released_at=None).exists()
    assert CollectionClosed.objects.count() == 2


def test_who_may_not_take_requests_takes_none() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    with pytest.raises(Denied):
        scene.request_of(people.stranger)
    request = scene.request_of(people.clerk)
    with pytest.raises(Denied):
        request_extend(request_ref=request.ref, reasons=["3(e)(i)"], actor=people.clerk, at=RECEIVED)


def test_steps_cannot_be_changed_even_in_sql() -> None:
    people = scene.staff()
    scene.year_2026(people.officer)
    request = scene.request_of(people.clerk)
    for change in (
        lambda: RequestStep.objects.filter(request=request).update(kind="closed"),
        lambda: ClockEvent.objects.filter(request=request).delete(),
    ):
        with pytest.raises(Exception, match=r"permission denied|insert-only"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordsRequest.objects.filter(pk=request.pk).update(received_at=request.entered_at + timedelta(days=1))
