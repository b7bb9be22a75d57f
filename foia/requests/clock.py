"""The clock of a request: the pure rules of `foia.clocks` over what is in the tables."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from archive.access.models import Department, HolidayYear
from archive.access.models import Holiday as AdoptedDay
from archive.ledger.commitment import Value
from archive.ledger.services import EventDraft, append_events
from foia.clocks.business_days import ClockError, Holiday, HolidayTable
from foia.clocks.clock import clock_state, event_check
from foia.clocks.events import Event
from foia.clocks.loading import rulebook
from foia.clocks.rulebook import EventKind, Rulebook, Track
from foia.clocks.states import ClockState
from foia.clocks.windows import WindowEnd, window_end
from foia.requests.models import ClockEvent, ClockKind, RecordsRequest, RequestStep, StepKind
from foia.requests.rules import OPEN
from retention.errors import Refused

JURISDICTION = "illinois"
REVIEW_WINDOW = "pac-review"

_EVENTS = {
    StepKind.EXTENDED: EventKind.EXTENDED,
    StepKind.AGREED: EventKind.AGREED,
    StepKind.ANSWERED: EventKind.ANSWERED,
    StepKind.DENIED: EventKind.DENIED,
    StepKind.CLARIFICATION_ASKED: EventKind.CLARIFICATION_ASKED,
    StepKind.CLARIFIED: EventKind.CLARIFIED,
    StepKind.VERIFICATION_ASKED: EventKind.VERIFICATION_ASKED,
    StepKind.VERIFIED: EventKind.VERIFIED,
    StepKind.NARROWED: EventKind.NARROWED,
}
"""The steps that a clock takes note of."""

IN_WRITING = "in-writing"


class Adopted(NamedTuple):
    """The holidays in force, and by year the id of the adoption that they come from."""

    table: HolidayTable
    adoptions: dict[int, int]


def holidays_adopted() -> Adopted:
    """Return the latest adoption of every year. A year that is missing is found out when a date needs it."""
    latest = {row.year: row.pk for row in HolidayYear.objects.order_by("year", "-adopted_at", "-pk").distinct("year")}
    days: dict[int, list[Holiday]] = {year: [] for year in latest}
    for row in AdoptedDay.objects.filter(adoption__in=latest.values()).select_related("adoption"):
        days[row.adoption.year].append(Holiday(row.day, row.name, row.excluded_conservative))
    return Adopted(HolidayTable(days), latest)


def department_zone() -> ZoneInfo:
    """Return the zone in which the department's days are counted."""
    return ZoneInfo(Department.objects.get().zone)


def rules() -> Rulebook:
    """Return the clocks of the department's jurisdiction."""
    return rulebook(JURISDICTION)


def track_of(code: str, received_at: datetime) -> Track:
    """Return the rules under which a request of this kind came in. Raises Refused for an unknown kind."""
    try:
        return rules().track(code, Department.objects.get().day(received_at))
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def events_of(request: RecordsRequest) -> list[Event]:
    """Return what happened to a request, as far as its clock is concerned."""
    steps = RequestStep.objects.filter(request=request, kind__in=_EVENTS).order_by("n")
    return [event_of(step) for step in steps]


def event_of(step: RequestStep) -> Event:
    """Return a step as its clock sees it."""
    codes = [str(code) for code in step.codes]
    return Event(
        _EVENTS[StepKind(step.kind)],
        step.at,
        until=step.until,
        reasons=tuple(codes) if step.kind == StepKind.EXTENDED else (),
        in_writing=IN_WRITING in codes,
    )


def request_clock(request: RecordsRequest, *, at: datetime) -> ClockState:
    """Return where the clock of a request stands at `at`: the due date, a denial by silence, what is barred.

    Raises Refused when a year's holidays are missing, with what to do.
    """
    return clock_of(request.track, request.received_at, events_of(request), at=at)


def clock_of(track: str, received_at: datetime, events: list[Event], *, at: datetime) -> ClockState:
    """Return the state of a clock that need not be in the tables yet. Raises Refused."""
    rule = track_of(track, received_at)
    try:
        return clock_state(rule, received_at, holidays_adopted().table, events, department_zone(), at)
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def clock_proposed(request: RecordsRequest, proposed: Event) -> ClockState:
    """Return where the clock stands once `proposed` is done. Raises Refused when it would move nothing: too late."""
    rule = track_of(request.track, request.received_at)
    table, zone = holidays_adopted().table, department_zone()
    try:
        return event_check(rule, request.received_at, table, events_of(request), zone, proposed)
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def review_window(request: RecordsRequest, denied_at: datetime) -> WindowEnd:
    """Return until when the requester may ask for review of a denial (5 ILCS 140/9.5(a)). Raises Refused."""
    try:
        window = rules().window(REVIEW_WINDOW)
        return window_end(window, Department.objects.get().day(denied_at), holidays_adopted().table)
    except ClockError as error:
        raise Refused(error.code, error.sentence) from error


def clock_note(request: RecordsRequest, state: ClockState, kind: ClockKind, *, at: datetime) -> ClockEvent:
    """Note the dates of `state` on the request, with what they rest on. In the caller's transaction."""
    before = None if kind == ClockKind.COMPUTED else request.due_on
    adoptions = {str(year): pk for year, pk in holidays_adopted().adoptions.items() if year in state.years}
    reasons = [code for change in state.changes for code in change.event.reasons]
    fields: dict[str, Value] = {
        "/request/ref": str(request.ref),
        "/clock/kind": kind.value,
        "/clock/track": state.track,
        "/clock/rules": state.rules,
        "/clock/received": state.received_on.isoformat(),
        "/clock/due": state.in_force.isoformat(),
        "/clock/cautious": state.remind_by.isoformat(),
    }
    [event] = append_events(
        [
            EventDraft(
                kind="request.clock",
                schema="request.clock/1",
                subject=bytes(request.subject),
                fields=fields,
                compartment="public",
                at=at,
            )
        ]
    )
    noted = ClockEvent.objects.create(
        request=request,
        n=event.n,
        kind=kind,
        rules=state.rules,
        track=state.track,
        citation=state.statutory.answer.step.citation.text[:64],
        received_on=state.received_on,
        due_on=state.in_force,
        cautious_on=state.remind_by,
        due_before=before,
        reasons=reasons,
        holidays=adoptions,
        at=at,
        event_id=event.event_id,
    )
    request.due_on, request.cautious_on = state.in_force, state.remind_by
    request.extended = state.extended_due is not None
    request.save(update_fields=["due_on", "cautious_on", "extended"])
    return noted


def clocks_recompute(*, at: datetime) -> int:
    """Compute the dates of all open requests again; return how many moved.

    In the caller's transaction, which adopted holidays. One whose dates do not move is left alone, and so is one that
    still lacks a year: its own page says so.
    """
    moved = 0
    for request in RecordsRequest.objects.select_for_update().filter(state__in=OPEN).order_by("pk"):
        try:
            state = request_clock(request, at=at)
        except Refused:
            continue
        if (state.in_force, state.remind_by) != (request.due_on, request.cautious_on):
            clock_note(request, state, ClockKind.RECOMPUTED, at=at)
            moved += 1
    return moved
