"""What the pages of schedules show: the schedules in force with their series, and what has no series."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.destruction.holdings import Holding
from retention.rules.citations import Mark
from retention.rules.periods import Period
from retention.rules.series import Cutoff, Trigger
from retention.schedules.models import Assignment, ClassificationRule, Schedule, Series, SeriesVersion
from retention.schedules.names import ACTIONS, CUTOFFS, MARKS, TRIGGERS
from retention.schedules.rulebook import schedules_in_force
from retention.schedules.sealed import without_sealed
from retention.schedules.shown import Shown, holdings_shown


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series as a schedule states it. `shortens` counts what keeps an older, longer version until a second person
    approves."""

    version: SeriesVersion
    sentence: str
    mark: str | Promise
    default: bool
    shortens: int


@dataclass(frozen=True, slots=True)
class Adopted:
    """One schedule in force with its series. `defaults` counts series that are no rule of law."""

    schedule: Schedule
    series: Sequence[SeriesLine]
    lines: Sequence[ClassificationRule]
    defaults: int


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """One holding without a series. `name` is what a form sends back to mean it."""

    assignment: Assignment
    shown: Shown
    name: str


def adopted(day: date, *, actor: Actor, at: datetime) -> list[Adopted]:
    """Return the schedules in force on a day, with counts of what the actor may know of."""
    schedules = schedules_in_force(day)
    versions = SeriesVersion.objects.filter(schedule__in=schedules).select_related("series").order_by("series__code")
    rules = ClassificationRule.objects.filter(schedule__in=schedules).select_related("series").order_by("place")
    waiting = _waiting(actor, at)
    found = []
    for schedule in schedules:
        lines = [_line(one, waiting) for one in versions if one.schedule_id == schedule.pk]
        classified = [rule for rule in rules if rule.schedule_id == schedule.pk]
        found.append(Adopted(schedule, lines, classified, sum(line.default for line in lines)))
    return found


def sentence_of(version: SeriesVersion) -> str:
    """Say in one sentence how long a series is kept and what happens then."""
    action = ACTIONS[version.action]
    if version.trigger == Trigger.PERMANENT or not version.period:
        return _("Kept for ever.")
    told = {
        "period": Period.parse(version.period).words(),
        "trigger": TRIGGERS[version.trigger],
        "action": action,
        "cutoff": CUTOFFS.get(version.cutoff, ""),
    }
    if version.cutoff and version.cutoff != Cutoff.EXACT:
        said = _("Kept %(period)s %(trigger)s, %(cutoff)s; %(action)s.") % told
    else:
        said = _("Kept %(period)s %(trigger)s; %(action)s.") % told
    if version.floor:
        said += " " + _("Never shorter than %(floor)s from the capture.") % {
            "floor": Period.parse(version.floor).words()
        }
    return said


def unscheduled(*, actor: Actor, at: datetime) -> QuerySet[Assignment]:
    """Return what has no series, of what the actor may know of."""
    return without_sealed(Assignment.objects.filter(series=None), actor=actor, at=at)


def unscheduled_shown(rows: Sequence[Assignment], *, actor: Actor, at: datetime) -> list[Unscheduled]:
    """Return a page of the queue: what the actor may see of it."""
    shown = holdings_shown([Holding(row.holding_kind, row.holding_id) for row in rows], actor=actor, at=at)
    return [
        Unscheduled(row, shown[holding], str(row.holding_ref))
        for row in rows
        if (holding := Holding(row.holding_kind, row.holding_id)) in shown
    ]


def series_choices() -> list[tuple[str, str]]:
    """Return the series that a schedule in force states, by code."""
    rows = Series.objects.filter(current__isnull=False).order_by("title")
    return [(row.code, f"{row.title} ({row.code})") for row in rows]


def _line(version: SeriesVersion, waiting: dict[int, int]) -> SeriesLine:
    return SeriesLine(
        version,
        sentence_of(version),
        MARKS[version.mark],
        version.mark == Mark.DECISION,
        waiting.get(version.series_id, 0) if version.series.current_id == version.pk else 0,
    )


def _waiting(actor: Actor, at: datetime) -> dict[int, int]:
    rows = Assignment.objects.filter(series__isnull=False).exclude(applied=F("series__current"))
    rows = without_sealed(rows, actor=actor, at=at)
    return dict(rows.values("series").annotate(n=Count("pk")).values_list("series", "n"))
