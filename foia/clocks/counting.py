"""The dates of a track's steps under one way of counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from foia.clocks.business_days import Counting, Holiday, HolidayTable, count_days, roll_forward
from foia.clocks.events import Event
from foia.clocks.rulebook import Counted, EventKind, Step, Track
from retention.rules.citations import Mark


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count: after `asked_on`, up to and including `answered_on`; open while it is `None`."""

    asked_on: date
    answered_on: date | None

    def covers(self, day: date, as_of: date) -> bool:
        """Say whether `day` does not count. An open pause lasts to `as_of`."""
        return self.asked_on < day <= (self.answered_on or as_of)


@dataclass(frozen=True, slots=True)
class StepDate:
    """When a step ends. `last_day` is the last day counted; `due` has been moved off a day on which no office is open.
    `met_on` is the day of the first event that keeps the step. `due_at` is set where hours are counted.
    """

    step: Step
    started_on: date
    last_day: date
    due: date
    met_on: date | None
    due_at: datetime | None = None

    @property
    def missed(self) -> bool:
        """Whether the step was kept, but late."""
        return self.met_on is not None and self.met_on > self.due


@dataclass(frozen=True, slots=True)
class Counter:
    """One way of counting: the holidays it leaves out and the pauses it trusts."""

    table: HolidayTable
    counting: Counting
    pauses: tuple[Pause, ...]
    as_of: date

    def last_day(self, start: date, amount: int, counted: Counted) -> date:
        """Return the last of `amount` days after `start`."""

        def counts(day: date) -> bool:
            if any(pause.covers(day, self.as_of) for pause in self.pauses):
                return False
            return counted is Counted.CALENDAR or self.table.is_business_day(day, self.counting)

        return count_days(start, amount, counts)

    def rolled(self, day: date, rolls: bool) -> date:
        """Return `day`, moved to the next business day if the rule says so."""
        return roll_forward(day, self.table, self.counting) if rolls else day

    def skipped(self, start: date, last: date, counted: Counted) -> tuple[Holiday, ...]:
        """Return the holidays that were left out between `start` and `last`."""
        return self.table.skipped(start, last, self.counting) if counted is Counted.BUSINESS else ()


def step_dates(
    track: Track,
    received_at: datetime,
    received_on: date,
    days: Mapping[EventKind, date],
    counter: Counter,
    zone: ZoneInfo,
) -> tuple[StepDate, ...]:
    """Return the dates of all steps. `days` gives the first day of each kind of event; a step whose anchor has not
    happened is counted from the last day on which it may happen.
    """
    found: dict[str, StepDate] = {}
    for step in track.steps:
        met = min((days[kind] for kind in step.met_by if kind in days), default=None)
        if step.counted is Counted.HOURS:
            # In UTC: Python adds hours to a local time by the clock on the wall, which jumps twice a year.
            due_at = (received_at.astimezone(UTC) + timedelta(hours=step.amount)).astimezone(zone)
            day = due_at.date()
            found[step.code] = StepDate(step, received_on, day, day, met, due_at)
            continue
        starts = []
        for anchor in step.after:
            if anchor.step is not None:
                starts.append(found[anchor.step].due)
            elif anchor.event is None:
                starts.append(received_on)
            elif anchor.event in days:
                starts.append(days[anchor.event])
        start = min(starts)
        last = counter.last_day(start, step.amount, step.counted)
        found[step.code] = StepDate(step, start, last, counter.rolled(last, step.rolls), met)
    return tuple(found.values())


def pauses(
    track: Track, received_on: date, events: Sequence[tuple[date, Event]], counting: Counting
) -> tuple[Pause, ...]:
    """Return the days that do not count. The conservative count trusts only a pause that the law confirms."""
    found: list[Pause] = []
    for tolling in track.tolling:
        if received_on < tolling.valid_from:
            continue
        if counting is Counting.CONSERVATIVE and tolling.citation.mark is not Mark.CONFIRMED:
            continue
        asked = [day for day, event in events if event.kind is tolling.starts][: tolling.times]
        ended = [day for day, event in events if event.kind is tolling.ends]
        for day in asked:
            found.append(Pause(day, next((end for end in ended if end >= day), None)))
    return tuple(found)
