"""Where the clock of a request stands: when it ends, whether silence has become a denial, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from foia.clocks.business_days import ClockError, Counting, HolidayTable
from foia.clocks.counting import Counter, StepDate, pauses, step_dates
from foia.clocks.events import ANSWERS, CHANGES, Event, NaiveInstant, RefusedEvent
from foia.clocks.explaining import day_name, explain, listed
from foia.clocks.rulebook import EventKind, Extension, Track
from foia.clocks.states import Change, ClockState, Count, Status
from retention.rules.citations import Citation, distinct

_DAY = timedelta(days=1)


class EventRefused(ClockError):
    """An act that would move nothing. Nothing should be sent; `code` and `sentence` say why."""

    def __init__(self, refused: RefusedEvent) -> None:
        super().__init__(refused.sentence)
        self.code = refused.code


def clock_state(
    track: Track,
    received_at: datetime,
    holidays: HolidayTable,
    events: Sequence[Event],
    zone: ZoneInfo,
    as_of: datetime,
    cutoff: time | None = None,
) -> ClockState:
    """Return the state of a clock at `as_of`; later events are left out of it.

    Days are those of `zone`: a request at 23:30 local time came on that day. `cutoff` is a local time from which the
    statutory count takes a request as received the next day; the conservative count never does. A resubmitted request
    (5 ILCS 140/8.5) starts a new clock on its own day.

    Raises `MissingHolidayYear`, `NoFixedPeriod`, `NaiveInstant`.
    """
    if received_at.tzinfo is None or as_of.tzinfo is None:
        raise NaiveInstant
    # Two instants of one zone compare by the clock on the wall, which is wrong in the hour that comes twice.
    received_at, as_of = received_at.astimezone(UTC), as_of.astimezone(UTC)
    known = sorted((event for event in events if event.at.astimezone(UTC) <= as_of), key=_instant)
    again = [number for number, event in enumerate(known) if event.kind is EventKind.RESUBMITTED]
    if again:
        received_at, known = _instant(known[again[-1]]), known[again[-1] + 1 :]
    case = _Case(
        track=track,
        received_at=received_at,
        received_on=received_at.astimezone(zone).date(),
        after_hours=cutoff is not None and received_at.astimezone(zone).time() >= cutoff,
        events=tuple((event.at.astimezone(zone).date(), event) for event in known if _instant(event) >= received_at),
        table=holidays,
        zone=zone,
        today=as_of.astimezone(zone).date(),
    )
    early = [
        RefusedEvent(event, "before-receipt", f"The act of {event.at.astimezone(zone).date()} lies before the receipt.")
        for event in known
        if _instant(event) < received_at and event.kind in CHANGES
    ]
    return _state(case, early, as_of)


def _instant(event: Event) -> datetime:
    return event.at.astimezone(UTC)


def event_check(
    track: Track,
    received_at: datetime,
    holidays: HolidayTable,
    events: Sequence[Event],
    zone: ZoneInfo,
    proposed: Event,
    cutoff: time | None = None,
) -> ClockState:
    """Return the state of the clock once `proposed` is done, at its instant. To be asked before a notice is sent.

    Raises `EventRefused` when the act would move nothing: too late, no reason, a second extension.
    """
    state = clock_state(track, received_at, holidays, [*events, proposed], zone, proposed.at, cutoff)
    for refused in state.refused:
        if refused.event is proposed:
            raise EventRefused(refused)
    return state


def change_sentence(before: ClockState, after: ClockState) -> str | None:
    """Say how a date moved when it was computed again (a holiday proclaimed later), or `None` when none did."""
    moved = [
        f"{name} moves from {day_name(old)} to {day_name(new)}"
        for name, old, new in (
            ("the last day for the answer", before.in_force, after.in_force),
            ("the day to plan for", before.remind_by, after.remind_by),
        )
        if old != new
    ]
    return f"Computed again, {listed(moved)}." if moved else None


@dataclass(frozen=True, slots=True)
class _Case:
    track: Track
    received_at: datetime
    received_on: date
    after_hours: bool
    events: tuple[tuple[date, Event], ...]
    table: HolidayTable
    zone: ZoneInfo
    today: date

    @property
    def answered_on(self) -> date | None:
        return next((day for day, event in self.events if event.kind in ANSWERS), None)


def _state(case: _Case, early: list[RefusedEvent], as_of: datetime) -> ClockState:
    counter, steps, answer = _steps(case, Counting.STATUTORY)
    changes, refused = _judge(case, counter, steps, answer)
    statutory = _count(case, counter, steps, answer, changes)
    conservative = _count(case, *_steps(case, Counting.CONSERVATIVE), changes)
    status = _status(case, statutory, as_of)
    latest = max(step.due for step in statutory.steps)
    citations: list[Citation] = [step.step.citation for step in statutory.steps]
    for change in changes:
        if change.extension is not None:
            citations.append(change.extension.citation)
        elif case.track.agreement is not None:
            citations.append(case.track.agreement.citation)
    state = ClockState(
        rules=case.track.rules,
        track=case.track.code,
        received_on=case.received_on,
        due=statutory.due,
        due_at=answer.due_at,
        extended_due=statutory.extended_due,
        in_force=statutory.in_force,
        remind_by=min(conservative.in_force, statutory.in_force),
        may_extend_to=_open_extension(case, counter, answer, changes) if status is Status.RUNNING else None,
        statutory=statutory,
        conservative=conservative,
        deemed_denied_on=statutory.deemed_denied_on,
        answered_on=case.answered_on,
        status=status,
        barred=case.track.barred if statutory.deemed_denied_on is not None else (),
        changes=changes,
        refused=(*early, *refused),
        years=case.table.years & set(range(case.received_on.year, max(latest, statutory.in_force).year + 1)),
        explanation="",
        citations=distinct(citations),
    )
    return replace(state, explanation=explain(case.track, state))


def _steps(case: _Case, counting: Counting) -> tuple[Counter, tuple[StepDate, ...], StepDate]:
    case.track.answer  # noqa: B018 (raises NoFixedPeriod for a law without a number of days)
    late = case.after_hours and counting is Counting.STATUTORY
    start = case.received_on + _DAY if late else case.received_on
    counter = Counter(case.table, counting, pauses(case.track, case.received_on, case.events, counting), case.today)
    first_days: dict[EventKind, date] = {}
    for day, event in case.events:
        first_days.setdefault(event.kind, day)
    steps = step_dates(case.track, case.received_at, start, first_days, counter, case.zone)
    return counter, steps, next(step for step in steps if step.step.answer)


def _denied_by_missed_notice(steps: Sequence[StepDate], answered_on: date | None, today: date) -> date | None:
    """Return the day on which a notice that the law demands was missing, if one was."""
    for dated in steps:
        kept = min((day for day in (dated.met_on, answered_on) if day is not None), default=None)
        if dated.step.silence and not dated.step.answer and today > dated.due and (kept is None or kept > dated.due):
            return dated.due + _DAY
    return None


def _judge(
    case: _Case, counter: Counter, steps: Sequence[StepDate], answer: StepDate
) -> tuple[tuple[Change, ...], tuple[RefusedEvent, ...]]:
    """Decide, act by act, which extensions and agreements moved the date."""
    changes: list[Change] = []
    refused: list[RefusedEvent] = []
    in_force = answer.due
    for day, event in case.events:
        if event.kind not in CHANGES:
            continue
        problem = _objection(case, steps, day, event, in_force, changes)
        if problem is not None:
            refused.append(RefusedEvent(event, *problem))
            continue
        extension = _extension(case.track, event) if event.kind is EventKind.EXTENDED else None
        changes.append(Change(day, event, extension))
        in_force = _moved(answer, counter, changes)
    return tuple(changes), tuple(refused)


def _extension(track: Track, event: Event) -> Extension | None:
    for extension in track.extensions:
        if event.extension in ("", extension.code):
            return extension
    return None


def _objection(
    case: _Case, steps: Sequence[StepDate], day: date, event: Event, in_force: date, changes: Sequence[Change]
) -> tuple[str, str] | None:
    """Return the code and sentence of why an extension or agreement moves nothing, or `None` when it does."""
    what = "extension" if event.kind is EventKind.EXTENDED else "agreement"
    named = f"The {what} of {day_name(day)}"
    missed = _denied_by_missed_notice(steps, case.answered_on, day)
    if missed is not None or day > in_force:
        last = in_force if missed is None else missed - _DAY
        return (
            "too-late",
            f"{named} moves nothing: the last day was {day_name(last)} and the request already counts as denied.",
        )
    if case.answered_on is not None and case.answered_on < day:
        return "answered", f"{named} moves nothing: the request was answered on {day_name(case.answered_on)}."
    if event.kind is EventKind.AGREED:
        return _objection_to_agreement(case.track, event, named, in_force)
    return _objection_to_extension(case.track, event, named, in_force, changes)


def _objection_to_agreement(track: Track, event: Event, named: str, in_force: date) -> tuple[str, str] | None:
    if track.agreement is None:
        return "no-agreement", f"{named} moves nothing: this clock knows no agreed date."
    if track.agreement.in_writing and not event.in_writing:
        return "not-in-writing", f"{named} moves nothing: it must be in writing ({track.agreement.citation})."
    if event.until is None or event.until < in_force:
        return "no-later-date", f"{named} moves nothing: it names no date after {day_name(in_force)}."
    return None


def _objection_to_extension(
    track: Track, event: Event, named: str, in_force: date, changes: Sequence[Change]
) -> tuple[str, str] | None:
    extension = _extension(track, event)
    if extension is None:
        return "no-extension", f"{named} moves nothing: this clock has no such extension."
    taken = [change for change in changes if change.extension is not None]
    if len(taken) >= extension.maximum:
        return (
            "second-extension",
            f"{named} moves nothing: the period was already extended on {day_name(taken[-1].on)}. "
            "Any further time needs the requester's agreement in writing.",
        )
    allowed = {reason.code for reason in extension.reasons}
    unknown = [reason for reason in event.reasons if reason not in allowed]
    if unknown:
        return "unknown-reason", f"{named} moves nothing: {listed(unknown)} is no reason of {extension.citation}."
    if allowed and not event.reasons:
        return "no-reason", f"{named} moves nothing: it states no reason ({extension.citation})."
    if event.until is not None and event.until <= in_force:
        return "no-later-date", f"{named} moves nothing: it names no date after {day_name(in_force)}."
    return None


def _moved(answer: StepDate, counter: Counter, changes: Sequence[Change]) -> date:
    """Return the last day for the answer after `changes`. A date promised may be before the law's, never after."""
    last = answer.due
    for change in changes:
        if change.extension is None:
            last = max(last, change.event.until or last)
            continue
        longest = counter.last_day(answer.last_day, change.extension.amount, change.extension.counted)
        last = max(last, longest if change.event.until is None else min(change.event.until, longest))
    return last


def _open_extension(case: _Case, counter: Counter, answer: StepDate, changes: Sequence[Change]) -> date | None:
    taken = sum(change.extension is not None for change in changes)
    for extension in case.track.extensions:
        if taken < extension.maximum:
            return counter.last_day(answer.last_day, extension.amount, extension.counted)
    return None


def _count(
    case: _Case, counter: Counter, steps: tuple[StepDate, ...], answer: StepDate, changes: Sequence[Change]
) -> Count:
    in_force = _moved(answer, counter, changes)
    denied = _denied_by_missed_notice(steps, case.answered_on, case.today)
    late = case.answered_on is None or case.answered_on > in_force
    if denied is None and answer.step.silence and case.today > in_force and late:
        denied = in_force + _DAY
    return Count(
        counting=counter.counting,
        due=answer.due,
        extended_due=in_force if changes else None,
        in_force=in_force,
        deemed_denied_on=denied,
        answer=answer,
        steps=steps,
        pauses=counter.pauses,
        skipped=counter.skipped(answer.started_on, answer.last_day, answer.step.counted),
    )


def _status(case: _Case, count: Count, as_of: datetime) -> Status:
    if case.answered_on is not None:
        in_time = case.answered_on <= count.in_force and count.deemed_denied_on is None
        return Status.ANSWERED if in_time else Status.ANSWERED_LATE
    if count.deemed_denied_on is not None:
        return Status.DENIED_BY_SILENCE
    if case.today > count.in_force or (count.answer.due_at is not None and as_of > count.answer.due_at.astimezone(UTC)):
        return Status.OVERDUE
    if any(pause.answered_on is None for pause in count.pauses):
        return Status.PAUSED
    return Status.RUNNING
