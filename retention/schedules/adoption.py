"""What a new version of a series does to what is assigned already: longer at once, shorter only when approved."""

from datetime import date
from typing import NamedTuple

from django.db import connection

from archive.destruction.record_holding import KIND as RECORD
from retention.rules.change import Effect, compare
from retention.schedules.assigning import assignments_update, classify, facts_locked, records_describe
from retention.schedules.computing import Basis, Decider
from retention.schedules.models import Assignment, Series, SeriesVersion
from retention.schedules.rulebook import Line, find_line

CHUNK = 5_000


class _Change(NamedTuple):
    """One distinct situation: what its day rests on now, and what the new version's trigger and floor would read."""

    before: Basis
    day: date | None
    floor_on: date | None


def series_apply(version: SeriesVersion, *, shorter: bool = False) -> int:
    """Make a version the present one of its series and apply it to what it does not shorten, or to all.

    Returns how many assignments now follow it that did not before. Needs the caller's transaction.
    """
    if version.series.current_id != version.pk:
        Series.objects.filter(pk=version.series_id).update(current=version, title=version.title)
    if not shortening_of(version):
        return 0
    decider = Decider.load()
    wanted: dict[_Change, date | None] = {}
    for change in _changes(version, decider):
        after = decider.decide(change.before._replace(applied_id=version.pk, day=change.day, floor_on=change.floor_on))
        if shorter or compare(decider.decide(change.before), after).effect is not Effect.SHORTER:
            wanted[change] = after.ends_on
    return _apply(version, wanted, decider)


def shortening_of(version: SeriesVersion) -> int:
    """Return how many assignments keep an older version because this one would shorten them."""
    return Assignment.objects.filter(series_id=version.series_id).exclude(applied_id=version.pk).count()


def classify_unscheduled(lines: list[Line]) -> int:
    """Assign what waits unscheduled and fits a line now; return how many. Needs the caller's transaction."""
    count, after = 0, 0
    decider = Decider.load()
    while _some_fits(lines):
        waiting = Assignment.objects.filter(series=None, pk__gt=after).order_by("pk")
        rows = list(waiting.values_list("pk", "holding_kind", "holding_id")[:CHUNK])
        if not rows:
            break
        after = rows[-1][0]
        for kind in sorted({row[1] for row in rows}):
            every = facts_locked(kind, [row[2] for row in rows if row[1] == kind])
            records_describe(every)
            moved = [facts for facts in every if classify(facts, lines, decider)]
            assignments_update(moved, moved, decider)
            count += len(moved)
    return count


def _some_fits(lines: list[Line]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.holding_kind, coalesce(r.kind, ''), coalesce(c.state, '') FROM assignment a"
            " LEFT JOIN record r ON a.holding_kind = %s AND r.id = a.holding_id"
            " LEFT JOIN record_current c ON c.record_id = r.id WHERE a.series_id IS NULL",
            [RECORD],
        )
        waiting = cursor.fetchall()
    return any(find_line(lines, holding_kind=k, record_kind=r, state=s) is not None for k, r, s in waiting)


def _changes(version: SeriesVersion, decider: Decider) -> list[_Change]:
    rule = decider.book[version.pk].rule
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.applied_id, b.day, b.floor_on, b.beside_id, b.beside_day, b.beside_floor_on,"
            " daybook_trigger_day(%s, a.created_on, a.captured_on, a.removed_on, a.event_on),"
            " CASE WHEN %s THEN a.captured_on END"
            " FROM assignment a JOIN assignment_basis b ON b.id = a.id WHERE a.series_id = %s AND a.applied_id <> %s",
            [rule.trigger.value, rule.floor is not None, version.series_id, version.pk],
        )
        return [_Change(Basis(*row[:6]), row[6], row[7]) for row in cursor.fetchall()]


def _apply(version: SeriesVersion, wanted: dict[_Change, date | None], decider: Decider) -> int:
    if not wanted:
        return 0
    rule = decider.book[version.pk].rule
    with connection.cursor() as cursor:
        cursor.execute(
            # Materialised, so that the days are columns to hash by and not expressions over several tables.
            "WITH b AS MATERIALIZED (SELECT b.*,"
            "  daybook_trigger_day(%s, a.created_on, a.captured_on, a.removed_on, a.event_on) AS new_day,"
            "  CASE WHEN %s THEN a.captured_on END AS new_floor_on"
            "  FROM assignment a JOIN assignment_basis b ON b.id = a.id WHERE a.series_id = %s)"
            " UPDATE assignment a SET applied_id = %s, due_on = n.due_on FROM b JOIN unnest(%s::bigint[], %s::date[],"
            " %s::date[], %s::bigint[], %s::date[], %s::date[], %s::date[], %s::date[], %s::date[]) AS"
            " n(applied_id, day, floor_on, beside_id, beside_day, beside_floor_on, new_day, new_floor_on, due_on)"
            " ON b.applied_id = n.applied_id"
            " AND coalesce(b.day, '-infinity') = coalesce(n.day, '-infinity')"
            " AND coalesce(b.floor_on, '-infinity') = coalesce(n.floor_on, '-infinity')"
            " AND coalesce(b.beside_id, 0) = coalesce(n.beside_id, 0)"
            " AND coalesce(b.beside_day, '-infinity') = coalesce(n.beside_day, '-infinity')"
            " AND coalesce(b.beside_floor_on, '-infinity') = coalesce(n.beside_floor_on, '-infinity')"
            " AND coalesce(b.new_day, '-infinity') = coalesce(n.new_day, '-infinity')"
            " AND coalesce(b.new_floor_on, '-infinity') = coalesce(n.new_floor_on, '-infinity')"
            " WHERE a.id = b.id",
            [
                rule.trigger.value,
                rule.floor is not None,
                version.series_id,
                version.pk,
                *([change.before[place] for change in wanted] for place in range(6)),
                [change.day for change in wanted],
                [change.floor_on for change in wanted],
                list(wanted.values()),
            ],
        )
        return int(cursor.rowcount)
