"""What a record series says: when its clock starts, how long it runs, and what happens then."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from retention.rules.citations import Citation
from retention.rules.periods import Period, earliest_end

JANUARY = 1


class Trigger(StrEnum):
    """What starts the clock of a series."""

    CREATED = "created"
    RECEIVED = "received"
    CAPTURED = "captured"
    SUPERSEDED = "superseded"
    EVENT_CLOSED = "event-closed"
    REMOVED = "removed"
    ACCOUNT_CLOSED = "account-closed"
    ADMINISTRATIVE_VALUE_ENDS = "administrative-value-ends"  #: a person's decision; it never comes by itself
    SEPARATION = "separation"
    LAST_UPDATE = "last-update"
    PERMANENT = "permanent"


AFTER = {
    Trigger.CREATED: "after it was posted or last edited",
    Trigger.RECEIVED: "after it was received",
    Trigger.CAPTURED: "after it was captured",
    Trigger.SUPERSEDED: "after it was superseded",
    Trigger.EVENT_CLOSED: "after its case was closed",
    Trigger.REMOVED: "after it was removed",
    Trigger.ACCOUNT_CLOSED: "after the account was closed",
    Trigger.ADMINISTRATIVE_VALUE_ENDS: "after its administrative value ended",
    Trigger.SEPARATION: "after the person's separation",
    Trigger.LAST_UPDATE: "after its last update",
}

NOT_YET = {
    Trigger.CREATED: "the day it was posted is not known",
    Trigger.RECEIVED: "the day it was received is not known",
    Trigger.CAPTURED: "the day it was captured is not known",
    Trigger.SUPERSEDED: "it has not been superseded",
    Trigger.EVENT_CLOSED: "its case is not closed",
    Trigger.REMOVED: "it has not been removed",
    Trigger.ACCOUNT_CLOSED: "the account is not closed",
    Trigger.ADMINISTRATIVE_VALUE_ENDS: "nobody has decided that its administrative value ended",
    Trigger.SEPARATION: "the person has not left",
    Trigger.LAST_UPDATE: "the day of its last update is not known",
}


class Cutoff(StrEnum):
    """From which day the period runs once the trigger has come."""

    EXACT = "exact"
    END_OF_CALENDAR_YEAR = "end-of-calendar-year"
    END_OF_FISCAL_YEAR = "end-of-fiscal-year"


class Action(StrEnum):
    """What happens when the period has ended. Nothing happens by itself: a sweep proposes, people approve."""

    DESTROY = "destroy"
    TRANSFER = "transfer"
    REVIEW = "review"
    KEEP = "keep"


THEN = {
    Action.DESTROY: "then it may be destroyed",
    Action.TRANSFER: "then it is offered to the archives for appraisal",
    Action.REVIEW: "then a person reviews it",
    Action.KEEP: "and kept after that",
}


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """One series as one version of a schedule states it.

    `period` is `None` for a permanent series. `floor` runs from the capture: the record stays at least so long whatever
    the trigger says. `item` is its number in the approved application.
    """

    code: str
    title: str
    trigger: Trigger
    cutoff: Cutoff
    period: Period | None
    floor: Period | None
    action: Action
    item: str
    citation: Citation

    @property
    def permanent(self) -> bool:
        """Whether nothing of this series ever goes."""
        return self.trigger is Trigger.PERMANENT


def cut_off(day: date, cutoff: Cutoff, fiscal_year_start_month: int) -> date:
    """Return the day from which the period runs for a trigger on `day`.

    A year that must have ended counts from the first day of the next one. Fiscal years start on the first of a month.
    """
    if cutoff is Cutoff.EXACT:
        return day
    month = JANUARY if cutoff is Cutoff.END_OF_CALENDAR_YEAR else fiscal_year_start_month
    return date(day.year + (1 if day.month >= month else 0), month, 1)


def last_day_of_year(day: date, cutoff: Cutoff, fiscal_year_start_month: int) -> date:
    """Return the last day of the year that `cutoff` waits for."""
    return cut_off(day, cutoff, fiscal_year_start_month) - timedelta(days=1)


def period_end(rule: SeriesRule, day: date, fiscal_year_start_month: int) -> date:
    """Return the first day after the period of `rule` for a trigger on `day`, without the floor.

    Raises ValueError for a permanent series, which has no end.
    """
    if rule.period is None:
        raise ValueError(f"{rule.code} is permanent")
    return earliest_end(cut_off(day, rule.cutoff, fiscal_year_start_month), rule.period)


def rule_end(rule: SeriesRule, day: date, captured_on: date, fiscal_year_start_month: int) -> date:
    """Return the first day on which a record may go by `rule`: period and floor, the later. For work in bulk; `decide`
    says the same with its sentence. Raises ValueError for a permanent series.
    """
    end = period_end(rule, day, fiscal_year_start_month)
    return end if rule.floor is None else max(end, earliest_end(captured_on, rule.floor))
