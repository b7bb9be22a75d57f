"""A clock in words that a clerk can read to a requester."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from foia.clocks.business_days import Holiday
from foia.clocks.counting import StepDate
from foia.clocks.rulebook import Counted, Track
from foia.clocks.states import Change, ClockState, Status

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_BARRED = {
    "copy-fee": "no fee for copies may be charged",
    "unduly-burdensome": "the request may no longer be called unduly burdensome",
}


def day_name(day: date) -> str:
    """Write a day with its weekday: `Tuesday 2026-02-17`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


def listed(parts: Sequence[str]) -> str:
    """Join with commas and a last "and"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def period(amount: int, counted: Counted) -> str:
    """Write a length of time: `5 business days`."""
    unit = {Counted.BUSINESS: "business day", Counted.CALENDAR: "calendar day", Counted.HOURS: "hour"}[counted]
    return f"{amount} {unit}" + ("" if amount == 1 else "s")


def explain(track: Track, state: ClockState) -> str:
    """Say when the answer is due, why, and what has become of it."""
    sentences = [f"Received {day_name(state.received_on)}.", _due(state)]
    sentences += [_step(step) for step in state.statutory.steps if not step.step.answer]
    sentences += [_change(change, state) for change in state.changes]
    if state.remind_by < state.in_force and state.status in (Status.RUNNING, Status.PAUSED):
        sentences.append(
            "Counted with only the holidays that nobody disputes, it is due "
            f"{day_name(state.remind_by)}: plan for that day."
        )
    sentences += [refused.sentence for refused in state.refused]
    sentences += _outcome(track, state)
    return " ".join(sentences)


def _due(state: ClockState) -> str:
    answer, step = state.statutory.answer, state.statutory.answer.step
    if state.due_at is not None:
        by = state.due_at.isoformat(sep=" ", timespec="minutes")
        within = period(step.amount, step.counted)
        return f"The answer is due within {within}, weekends included, by {by} ({step.citation})."
    text = f"The answer is due {day_name(answer.due)}: {period(step.amount, step.counted)} after "
    text += "the day of receipt" if answer.started_on == state.received_on else day_name(answer.started_on)
    if state.statutory.skipped:
        text += f", without {_holidays(state.statutory.skipped)}"
    if answer.due != answer.last_day:
        text += f", moved from {day_name(answer.last_day)}, when offices are closed"
    paused = [pause for pause in state.statutory.pauses if pause.answered_on is None]
    if state.statutory.pauses:
        text += ", without the days spent waiting for the requester"
    text += f" ({step.citation})."
    return text + (f" The clock stands still since {day_name(paused[-1].asked_on)}." if paused else "")


def _holidays(skipped: Sequence[Holiday]) -> str:
    names = []
    for name, group in groupby(skipped, key=lambda holiday: holiday.name):
        names.append(f"{name} ({', '.join(holiday.day.isoformat() for holiday in group)})")
    return listed(names)


def _step(dated: StepDate) -> str:
    if dated.met_on is None:
        return f"{_capital(dated.step.label)} by {day_name(dated.due)} ({dated.step.citation})."
    done = f"done {day_name(dated.met_on)}, due {day_name(dated.due)}"
    return f"{_capital(dated.step.label)}: {done} ({dated.step.citation})."


def _change(change: Change, state: ClockState) -> str:
    if change.extension is None:
        until = change.event.until or state.in_force
        how = "in writing " if change.event.in_writing else ""
        return f"Requester and department agreed {how}on {day_name(change.on)} to wait until {day_name(until)}."
    reasons = f"; reason {listed(change.event.reasons)}" if change.event.reasons else ""
    until = state.extended_due or state.in_force
    return f"Extended on {day_name(change.on)} to {day_name(until)} ({change.extension.citation}{reasons})."


def _outcome(track: Track, state: ClockState) -> list[str]:
    sentences = []
    if state.deemed_denied_on is not None:
        text = f"No answer came in time, so the request counts as denied since {day_name(state.deemed_denied_on)}"
        barred = [_BARRED.get(code, code) for code in state.barred]
        sentences.append(text + (f": {listed(barred)}." if barred else "."))
    elif state.status is Status.OVERDUE:
        sentences.append("The answer is overdue.")
    if state.answered_on is not None:
        late = ", late" if state.status is Status.ANSWERED_LATE else ""
        sentences.append(f"Answered {day_name(state.answered_on)}{late}.")
    return sentences


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
