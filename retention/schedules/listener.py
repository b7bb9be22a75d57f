"""Series from the moment of capture: what a capture transaction wrote becomes assignments, in that transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from archive.access.models import Department
from archive.capture.listeners import CapturedBatch
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from retention.schedules.assigning import (
    GONE_STATES,
    Facts,
    assignments_insert,
    assignments_update,
    classify,
    facts_locked,
    latest,
    records_describe,
)
from retention.schedules.computing import Decider
from retention.schedules.rulebook import Line, classification

BACKFILL_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class _Present:
    """What holds while one batch is taken note of."""

    department: Department
    lines: list[Line]
    decider: Decider

    @classmethod
    def load(cls, at: datetime) -> "_Present":
        department = Department.objects.get()
        return cls(department, classification(department.day(at)), Decider.load())


class ScheduleListener:
    """Assigns what is captured, and lets edits and removals move the clock."""

    def captured(self, batch: CapturedBatch) -> None:
        """Take note of one batch."""
        present = _Present.load(batch.at)
        states = {change.record_id: change.state for change in batch.states}
        if batch.new:
            _assign_new(batch, states, present)
        fresh = {new.record_id for new in batch.new}
        known = sorted({*batch.changed, *states} - fresh)
        if known:
            _follow(batch, known, states, present)


def records_backfill(*, at: datetime) -> int:
    """Assign records that were captured while nobody listened; return how many. Each chunk is a transaction."""
    present = _Present.load(at)
    department = present.department
    count = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.id, r.ref, r.kind, r.created_at, coalesce(c.state, ''), c.state_since,"
                " max(coalesce(v.edited_at, v.posted_at)), max(v.captured_at)"
                " FROM record r JOIN version v ON v.record_id = r.id JOIN record_current c ON c.record_id = r.id"
                " WHERE NOT EXISTS (SELECT 1 FROM assignment a WHERE a.holding_kind = %s AND a.holding_id = r.id)"
                " GROUP BY r.id, c.state, c.state_since ORDER BY r.id LIMIT %s",
                [RECORD, BACKFILL_CHUNK],
            )
            rows = cursor.fetchall()
            every = []
            for record_id, ref, kind, created_at, state, since, posted_at, captured_at in rows:
                facts = Facts(
                    holding=Holding(RECORD, record_id),
                    ref=ref,
                    captured_on=department.day(captured_at or created_at),
                    record_kind=kind,
                    state=state,
                    created_on=department.day(posted_at) if posted_at else None,
                    removed_on=department.day(since) if state in GONE_STATES else None,
                )
                classify(facts, present.lines, present.decider)
                every.append(facts)
            assignments_insert(every, present.decider)
        count += len(rows)
        if len(rows) < BACKFILL_CHUNK:
            return count


def _assign_new(batch: CapturedBatch, states: dict[int, str], present: _Present) -> None:
    department = present.department
    today = department.day(batch.at)
    every = []
    for new in batch.new:
        state = states.get(new.record_id, "live")
        facts = Facts(
            holding=Holding(RECORD, new.record_id),
            ref=new.ref,
            captured_on=today,
            record_kind=str(new.kind),
            state=state,
            created_on=department.day(new.posted_at) if new.posted_at else None,
            removed_on=today if state in GONE_STATES else None,
        )
        classify(facts, present.lines, present.decider)
        every.append(facts)
    assignments_insert(every, present.decider)


def _follow(batch: CapturedBatch, known: Sequence[int], states: dict[int, str], present: _Present) -> None:
    department = present.department
    edits = _edits(batch.changed)
    today = department.day(batch.at)
    every = facts_locked(RECORD, known)
    records_describe(every)
    moved = []
    for facts in every:
        record_id = facts.holding.id
        if record_id in edits:
            edited_at, captured_at = edits[record_id]
            facts.created_on = latest(facts.created_on, department.day(edited_at or captured_at))
            facts.captured_on = max(facts.captured_on, department.day(captured_at))
        if record_id in states:
            facts.state = states[record_id]
            if facts.state in GONE_STATES:
                facts.removed_on = latest(facts.removed_on, today)
            if classify(facts, present.lines, present.decider):
                moved.append(facts)
    assignments_update(every, moved, present.decider)


def _edits(record_ids: Sequence[int]) -> dict[int, tuple[datetime | None, datetime]]:
    """Return, for records that got a further version, when it was edited, if the network says, and captured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (record_id) record_id, edited_at, captured_at FROM version WHERE record_id = ANY(%s)"
            " ORDER BY record_id, n DESC",
            [list(record_ids)],
        )
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


LISTENER = ScheduleListener()
