"""Assigning holdings to series: at capture, when their state changes, and by a person's decision."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from archive.access.models import Department
from archive.bulk import copy_rows
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.records.indexing import search_series_set
from archive.records.models import Current, Record
from retention.rules.series import Trigger
from retention.schedules.computing import Basis, Decider
from retention.schedules.models import Assignment
from retention.schedules.rulebook import Line, Rulebook, classification, find_line

ASSIGNMENT_COLUMNS = {
    "holding_kind": "varchar",
    "holding_id": "int8",
    "holding_ref": "uuid",
    "series_id": "int8",
    "applied_id": "int8",
    "beside_id": "int8",
    "created_on": "date",
    "captured_on": "date",
    "removed_on": "date",
    "event_on": "date",
    "due_on": "date",
}
GONE_STATES = frozenset({"hidden", "removed", "absent"})


@dataclass(slots=True)
class Facts:
    """What is known of a holding, on its way to an assignment. Days are in the department's zone."""

    holding: Holding
    ref: uuid.UUID
    captured_on: date
    record_kind: str = ""
    state: str = ""
    created_on: date | None = None
    removed_on: date | None = None
    event_on: date | None = None
    series_id: int | None = None
    applied_id: int | None = None
    beside_id: int | None = None
    assignment_id: int = 0


def basis_of(facts: Facts, book: Rulebook) -> Basis | None:
    """Return what the due day of these facts rests on; none without a series."""
    if facts.applied_id is None:
        return None
    day, floor_on = _days(facts, facts.applied_id, book)
    if facts.beside_id is None:
        return Basis(facts.applied_id, day, floor_on)
    return Basis(facts.applied_id, day, floor_on, facts.beside_id, *_days(facts, facts.beside_id, book))


def _days(facts: Facts, version_id: int, book: Rulebook) -> tuple[date | None, date | None]:
    rule = book[version_id].rule
    # The same mapping as the function daybook_trigger_day; a test holds the two together.
    day = {
        Trigger.CREATED: facts.created_on,
        Trigger.CAPTURED: facts.captured_on,
        Trigger.REMOVED: facts.removed_on,
        Trigger.LAST_UPDATE: latest(facts.captured_on, facts.created_on),
        Trigger.PERMANENT: None,
    }.get(rule.trigger, facts.event_on)
    return day, facts.captured_on if rule.floor is not None else None


def classify(facts: Facts, lines: list[Line], decider: Decider) -> bool:
    """Put the holding where the first fitting line says; return whether that changed anything.

    A removal moves a record to another series. A record that comes back stays where it is: nothing shortens silently.
    """
    line = find_line(lines, holding_kind=facts.holding.kind, record_kind=facts.record_kind, state=facts.state)
    if line is None or facts.series_id == line.series_id:
        return False
    if facts.series_id is not None and facts.state not in GONE_STATES:
        return False
    move(facts, series_id=line.series_id, version_id=line.version_id, decider=decider)
    return True


def move(facts: Facts, *, series_id: int, version_id: int, decider: Decider) -> None:
    """Put the holding into another series; the one that kept it longest so far stays beside it, for the longer wins."""
    former = [one for one in (facts.applied_id, facts.beside_id) if one is not None]
    facts.beside_id = max(former, key=lambda one: _end(facts, one, decider), default=None)
    facts.series_id, facts.applied_id = series_id, version_id


def _end(facts: Facts, version_id: int, decider: Decider) -> date:
    return decider.decide(Basis(version_id, *_days(facts, version_id, decider.book))).ends_on or date.max


def assignments_insert(every: Sequence[Facts], decider: Decider) -> None:
    """Write the assignments of new holdings. Needs the caller's transaction."""
    bases = [basis_of(facts, decider.book) for facts in every]
    days = decider.due_days(basis for basis in bases if basis is not None)
    copy_rows(
        "assignment",
        list(ASSIGNMENT_COLUMNS),
        list(ASSIGNMENT_COLUMNS.values()),
        [
            (
                facts.holding.kind,
                facts.holding.id,
                facts.ref,
                facts.series_id,
                facts.applied_id,
                facts.beside_id,
                facts.created_on,
                facts.captured_on,
                facts.removed_on,
                facts.event_on,
                days[basis] if basis is not None else None,
            )
            for facts, basis in zip(every, bases, strict=True)
        ],
    )
    _mark_search(every)


def assignments_update(every: Sequence[Facts], moved: Iterable[Facts], decider: Decider) -> None:
    """Write changed facts back; `moved` are those whose series changed. Needs the caller's transaction."""
    if not every:
        return
    bases = [basis_of(facts, decider.book) for facts in every]
    days = decider.due_days(basis for basis in bases if basis is not None)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assignment a SET series_id = n.series_id, applied_id = n.applied_id, beside_id = n.beside_id,"
            " created_on = n.created_on, captured_on = n.captured_on, removed_on = n.removed_on,"
            " event_on = n.event_on, due_on = n.due_on FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[],"
            " %s::bigint[], %s::date[], %s::date[], %s::date[], %s::date[], %s::date[]) AS n(id, series_id, applied_id,"
            " beside_id, created_on, captured_on, removed_on, event_on, due_on) WHERE a.id = n.id",
            [
                [facts.assignment_id for facts in every],
                [facts.series_id for facts in every],
                [facts.applied_id for facts in every],
                [facts.beside_id for facts in every],
                [facts.created_on for facts in every],
                [facts.captured_on for facts in every],
                [facts.removed_on for facts in every],
                [facts.event_on for facts in every],
                [days[basis] if basis is not None else None for basis in bases],
            ],
        )
    _mark_search(moved)


def facts_locked(kind: str, ids: Sequence[int]) -> list[Facts]:
    """Return what is assigned about these holdings, locked in the order of their ids."""
    rows = Assignment.objects.select_for_update().filter(holding_kind=kind, holding_id__in=ids).order_by("holding_id")
    return [facts_of(row) for row in rows]


def facts_of(row: Assignment) -> Facts:
    """Return an assignment as facts."""
    return Facts(
        holding=Holding(row.holding_kind, row.holding_id),
        ref=row.holding_ref,
        captured_on=row.captured_on,
        created_on=row.created_on,
        removed_on=row.removed_on,
        event_on=row.event_on,
        series_id=row.series_id,
        applied_id=row.applied_id,
        beside_id=row.beside_id,
        assignment_id=row.pk,
    )


def records_describe(every: Sequence[Facts]) -> None:
    """Fill in kind and present state of records, which the assignment itself does not hold."""
    ids = [facts.holding.id for facts in every if facts.holding.kind == RECORD]
    kinds = dict(Record.objects.filter(pk__in=ids).values_list("pk", "kind"))
    states = dict(Current.objects.filter(record_id__in=ids).values_list("record_id", "state"))
    for facts in every:
        if facts.holding.kind == RECORD:
            facts.record_kind, facts.state = kinds.get(facts.holding.id, ""), states.get(facts.holding.id, "")


def lines_at(at: datetime) -> list[Line]:
    """Return the classification in force at an instant."""
    return classification(Department.objects.get().day(at))


def _mark_search(every: Iterable[Facts]) -> None:
    search_series_set([(facts.holding.id, facts.series_id) for facts in every if _is_marked(facts)])


def _is_marked(facts: Facts) -> bool:
    return facts.holding.kind == RECORD and facts.series_id is not None


def latest(*days: date | None) -> date | None:
    """Return the latest of the days that are known."""
    return max((day for day in days if day is not None), default=None)
