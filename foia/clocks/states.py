"""What the evaluation of a clock gives back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from foia.clocks.business_days import Counting, Holiday
from foia.clocks.counting import Pause, StepDate
from foia.clocks.events import Event, RefusedEvent
from foia.clocks.rulebook import Extension
from retention.rules.citations import Citation


class Status(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered-late"
    DENIED_BY_SILENCE = "denied-by-silence"
    OVERDUE = "overdue"  #: past its date, where the law attaches no denial to silence


@dataclass(frozen=True, slots=True)
class Change:
    """An extension or agreement that moved the date. `extension` is `None` for an agreement."""

    on: date
    event: Event
    extension: Extension | None


@dataclass(frozen=True, slots=True)
class Count:
    """The dates under one way of counting. `due` is the first period, `in_force` the last day as extended.

    `answer` is the step that is the answer; `skipped` are the holidays left out of it.
    """

    counting: Counting
    due: date
    extended_due: date | None
    in_force: date
    deemed_denied_on: date | None
    answer: StepDate
    steps: tuple[StepDate, ...]
    pauses: tuple[Pause, ...]
    skipped: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock at a moment.

    `due`, `extended_due` and `in_force` (the last day for the answer as things stand) are statutory dates; `remind_by`
    is the conservative one, never later. `may_extend_to` is the date that an extension sent now would give, `None` when
    none is open. `deemed_denied_on` is the first day after silence became a denial, and `barred` the codes of what the
    department may then no longer do. `refused` are acts that moved nothing. `due_at` is set where hours are counted.
    `rules` names the rule file and its date; `years` are the adopted years that the dates rest on.
    """

    rules: str
    track: str
    received_on: date
    due: date
    due_at: datetime | None
    extended_due: date | None
    in_force: date
    remind_by: date
    may_extend_to: date | None
    statutory: Count
    conservative: Count
    deemed_denied_on: date | None
    answered_on: date | None
    status: Status
    barred: tuple[str, ...]
    changes: tuple[Change, ...]
    refused: tuple[RefusedEvent, ...]
    years: frozenset[int]
    explanation: str
    citations: tuple[Citation, ...]
