"""What another version of a schedule does to a record: it must never shorten its life silently."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retention.rules.decide import BlockKind, Decision
from retention.rules.periods import Period, earliest_end
from retention.rules.series import SeriesRule

_ANY_DAY = date(2023, 3, 1)


class Effect(StrEnum):
    """What a change of schedule does to one record."""

    NONE = "none"
    LONGER = "longer"
    SHORTER = "shorter"  #: shorter, or perhaps shorter: the old version applies until a second person approves


@dataclass(frozen=True, slots=True)
class Comparison:
    """The effect of applying another version of a schedule to one record, in words."""

    effect: Effect
    sentence: str


def compare(before: Decision, after: Decision) -> Comparison:
    """Compare two decisions on one record by their periods alone; holds play no part in it.

    While neither has an end date, the new rule counts as shorter unless it starts with the same trigger and runs at
    least as long.
    """
    old, new = _rank(before), _rank(after)
    if old == new and before.ends_on is None:
        return _compare_rules(before.rule, after.rule)
    if old == new:
        return Comparison(Effect.NONE, "The new version changes nothing for this record.")
    said = f"{_end(after)} instead of {_end(before)}"
    if new > old:
        return Comparison(Effect.LONGER, f"The new version keeps this record longer: {said}.")
    return Comparison(
        Effect.SHORTER, f"The new version would keep this record shorter: {said}. A second person must approve that."
    )


def _compare_rules(before: SeriesRule | None, after: SeriesRule | None) -> Comparison:
    if before is None or after is None or before.permanent or after.permanent:
        return Comparison(Effect.NONE, "The new version changes nothing for this record.")
    old = (before.trigger, before.cutoff, _length(before.period), _length(before.floor))
    new = (after.trigger, after.cutoff, _length(after.period), _length(after.floor))
    if old == new:
        return Comparison(Effect.NONE, "The new version changes nothing for this record.")
    if old[:2] == new[:2] and new[2] >= old[2] and new[3] >= old[3]:
        return Comparison(Effect.LONGER, "The new version will keep this record longer once its clock starts.")
    return Comparison(
        Effect.SHORTER,
        "The new version may keep this record shorter once its clock starts. A second person must approve that.",
    )


def _rank(decision: Decision) -> tuple[int, date]:
    if any(block.kind is BlockKind.PERMANENT for block in decision.blocked_by):
        return 2, date.max
    return (1, date.max) if decision.ends_on is None else (0, decision.ends_on)


def _length(period: Period | None) -> date:
    return _ANY_DAY if period is None else earliest_end(_ANY_DAY, period)


def _end(decision: Decision) -> str:
    if decision.ends_on is not None:
        return f"until {decision.ends_on}"
    return "for ever" if _rank(decision)[0] == 2 else "without an end date"
