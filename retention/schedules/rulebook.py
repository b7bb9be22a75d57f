"""Adopted series as the values that the pure rules take, and the order in which series are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from retention.rules.citations import Citation, Mark
from retention.rules.periods import Period
from retention.rules.series import Action, Cutoff, SeriesRule, Trigger
from retention.schedules.models import ClassificationRule, Schedule, SeriesVersion


@dataclass(frozen=True, slots=True)
class Adopted:
    """One series as one adopted schedule states it, with the application that it was approved in."""

    version_id: int
    series_id: int
    rule: SeriesRule
    application: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the classification: empty kind or state stands for every one."""

    holding_kind: str
    record_kind: str
    state: str
    series_id: int
    version_id: int  #: the version of the series that applies now


Rulebook = Mapping[int, Adopted]
"""Every adopted version by its id."""


def rulebook() -> Rulebook:
    """Read every adopted version, in one query."""
    rows = SeriesVersion.objects.select_related("series", "schedule")
    return {row.pk: Adopted(row.pk, row.series_id, _rule(row), row.schedule.application) for row in rows}


def _rule(row: SeriesVersion) -> SeriesRule:
    return SeriesRule(
        code=row.series.code,
        title=row.title,
        trigger=Trigger(row.trigger),
        cutoff=Cutoff(row.cutoff),
        period=Period.parse(row.period) if row.period else None,
        floor=Period.parse(row.floor) if row.floor else None,
        action=Action(row.action),
        item=row.item,
        citation=Citation(row.citation, Mark(row.mark)),
    )


def schedules_in_force(day: date) -> list[Schedule]:
    """Return of each schedule the latest adoption that is in effect on `day`."""
    adoptions = Schedule.objects.filter(effective_on__lte=day)
    return list(adoptions.order_by("code", "-effective_on", "-pk").distinct("code"))


def classification(day: date) -> list[Line]:
    """Return the lines of the schedules in force, in their order, of series that have a version in use."""
    schedules = [schedule.pk for schedule in schedules_in_force(day)]
    rows = ClassificationRule.objects.filter(schedule__in=schedules, series__current__isnull=False)
    return [
        Line(*row)
        for row in rows.order_by("schedule__code", "place").values_list(
            "holding_kind", "record_kind", "state", "series_id", "series__current_id"
        )
    ]


def find_line(lines: list[Line], *, holding_kind: str, record_kind: str = "", state: str = "") -> Line | None:
    """Return the first line that fits, or none: the unscheduled queue."""
    for line in lines:
        if line.holding_kind == holding_kind and line.record_kind in ("", record_kind) and line.state in ("", state):
            return line
    return None
