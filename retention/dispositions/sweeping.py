"""The sweep: find what is due, ask every guard, and propose it as frozen lists. It never destroys anything."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Compartment
from archive.destruction.guards import refusals
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record
from retention.dispositions.execution import batches_finalise
from retention.dispositions.models import OPEN_STATES, DispositionBatch, StepKind
from retention.dispositions.steps import asking_at, frozen_digest, new_subject, step_write
from retention.holds.services import standing_catch_up
from retention.rules.series import Action
from retention.schedules.listener import records_backfill
from retention.schedules.models import Assignment, Series
from retention.schedules.sealed import sealed_among, sealed_codes, without_sealed
from retention.schedules.services import schedules_apply

SWEEPING = 0x4441_5942_4F4F_4B02
"""The advisory key that lets one sweep work at a time."""
CHUNK = 20_000


@dataclass(slots=True)
class Swept:
    """What a sweep found on a day. Counts are of holdings; `proposed` is by series code.

    Sealed compartments that are closed to whoever sweeps are swept too, and neither counted nor named here.
    """

    as_of: date
    dry_run: bool
    proposed: dict[str, int] = field(default_factory=dict)
    batches: list[uuid.UUID] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)  #: due, and kept by a guard: by the code of its reason
    kept: int = 0  #: due, and kept by a blocker
    other_action: int = 0  #: due, in a series that says something else than destroy
    unscheduled: int = 0
    finalised: list[uuid.UUID] = field(default_factory=list)
    closed: Sequence[str] = ()  #: compartments that this account leaves out


def sweep(
    *,
    as_of: date,
    actor: Actor,
    at: datetime,
    dry_run: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Swept:
    """Propose what is due on `as_of` as one frozen list a series, each in a transaction of its own.

    First everything is brought up to date: assignments, schedules, standing holds, and executed batches whose backups
    aged out. What lies in an open batch, is blocked or is refused by a guard is left out. A dry run only reads, and
    counts what was brought up to date before.
    A process may sweep; a person needs `disposition.propose`. Twice proposes nothing the second time. `tell` hears
    between two series how many are done of how many; what it raises ends the sweep there.
    """
    if actor.user is not None:
        policy.require(actor, "disposition.propose", at)
    swept = Swept(as_of, dry_run, closed=sealed_codes(actor, at))
    if not dry_run:
        records_backfill(at=at)
        schedules_apply(at=at)
        standing_catch_up(at=at)
        swept.finalised = batches_finalise(at=at)
    every = list(Series.objects.order_by("code"))
    for place, series in enumerate(every):
        tell(place, len(every))
        with transaction.atomic():
            if dry_run:
                _count(swept, series, at)
            else:
                _propose(swept, series, actor, at)
            swept.kept += _blocked(series, as_of, swept.closed)
    known = without_sealed(Assignment.objects.all(), actor=actor, at=at)
    swept.other_action = known.filter(due_on__lte=swept.as_of).exclude(applied__action=Action.DESTROY).count()
    swept.unscheduled = known.filter(series=None).count()
    return swept


def _count(swept: Swept, series: Series, at: datetime) -> None:
    count = sum(len(chunk) - len(sealed_among(chunk, swept.closed)) for chunk in _willing(swept, series, at))
    if count:
        swept.proposed[series.code] = count


def _propose(swept: Swept, series: Series, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEPING])
    sealed = list(Compartment.objects.filter(sealed=True).values_list("code", flat=True))
    lists: dict[str, DispositionBatch] = {}
    for chunk in _willing(swept, series, at):
        for compartment, holdings in _apart(chunk, sealed).items():
            if compartment not in lists:
                lists[compartment] = _begin(series, compartment, swept.as_of, actor, at)
            lists[compartment].count += _freeze(lists[compartment], holdings)
    for batch in lists.values():
        batch.digest = frozen_digest(batch)
        batch.save(update_fields=["count", "digest", "first_on", "last_on"])
        step_write(batch, StepKind.PROPOSED, actor=actor, at=at, action="disposition.propose", count=batch.count)
        if batch.compartment not in swept.closed:
            swept.proposed[series.code] = swept.proposed.get(series.code, 0) + batch.count
            swept.batches.append(batch.ref)


def _apart(holdings: list[Holding], sealed: list[str]) -> dict[str, list[Holding]]:
    """Part what lies in sealed compartments from the rest, which goes under `public`."""
    ids = [holding.id for holding in holdings if holding.kind == RECORD] if sealed else []
    of = dict(Record.objects.filter(pk__in=ids, compartment__in=sealed).values_list("pk", "compartment")) if ids else {}
    parts: dict[str, list[Holding]] = {}
    for holding in holdings:
        compartment = of.get(holding.id, "public") if holding.kind == RECORD else "public"
        parts.setdefault(compartment, []).append(holding)
    return parts


def _begin(series: Series, compartment: str, as_of: date, actor: Actor, at: datetime) -> DispositionBatch:
    return DispositionBatch.objects.create(
        series=series,
        compartment=compartment,
        subject=new_subject(),
        as_of=as_of,
        count=0,
        digest=b"",
        proposed_by=actor.user,
        proposed_at=at,
    )


def _freeze(batch: DispositionBatch, holdings: list[Holding]) -> int:
    """Add holdings to the list, as they are assigned now, and widen its inclusive days to theirs."""
    count = 0
    with connection.cursor() as cursor:
        for kind in sorted({holding.kind for holding in holdings}):
            ids = [holding.id for holding in holdings if holding.kind == kind]
            cursor.execute(
                "WITH frozen AS (SELECT holding_id, holding_ref, due_on, coalesce(created_on, captured_on) AS day"
                "  FROM assignment WHERE holding_kind = %s AND holding_id = ANY(%s) AND due_on IS NOT NULL),"
                " written AS (INSERT INTO disposition_item (batch_id, holding_kind, holding_id, holding_ref, due_on)"
                "  SELECT %s, %s, holding_id, holding_ref, due_on FROM frozen ORDER BY holding_id)"
                " SELECT count(*), min(day), max(day) FROM frozen",
                [kind, ids, batch.pk, kind],
            )
            written, first_on, last_on = cursor.fetchone()
            count += written
            batch.first_on = min(filter(None, (batch.first_on, first_on)), default=None)
            batch.last_on = max(filter(None, (batch.last_on, last_on)), default=None)
    return count


def _willing(swept: Swept, series: Series, at: datetime) -> Iterator[list[Holding]]:
    """Yield what is due and no guard refuses, chunk by chunk."""
    day = asking_at(swept.as_of, at)
    for chunk in _due(series, swept.as_of):
        refused: set[Holding] = set()
        unseen = sealed_among(chunk, swept.closed)
        for kind in {holding.kind for holding in chunk}:
            ids = [holding.id for holding in chunk if holding.kind == kind]
            for one, reasons in refusals(kind, ids, day).items():
                refused.add(Holding(kind, one))
                code = reasons[0].code
                if Holding(kind, one) not in unseen:
                    swept.refused[code] = swept.refused.get(code, 0) + 1
        willing = [holding for holding in chunk if holding not in refused] if refused else chunk
        if willing:
            yield willing


def _due(series: Series, as_of: date) -> Iterator[list[Holding]]:
    """Yield what is due in a series, has no blocker and lies in no open batch, in the order of the ids."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT a.holding_kind, a.holding_id FROM assignment a JOIN series_version v ON v.id = a.applied_id"
            " WHERE a.series_id = %s AND a.due_on <= %s AND v.action = %s AND NOT EXISTS"
            "  (SELECT 1 FROM blocker b WHERE b.holding_kind = a.holding_kind AND b.holding_id = a.holding_id)"
            " AND NOT EXISTS (SELECT 1 FROM disposition_item i JOIN disposition_batch d ON d.id = i.batch_id"
            "  WHERE i.holding_kind = a.holding_kind AND i.holding_id = a.holding_id AND d.state = ANY(%s))"
            " ORDER BY a.holding_kind, a.holding_id",
            [series.pk, as_of, Action.DESTROY.value, [state.value for state in OPEN_STATES]],
        )
        while chunk := cursor.fetchmany(CHUNK):
            yield [Holding(*row) for row in chunk]


def _blocked(series: Series, as_of: date, closed: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM assignment a WHERE a.series_id = %s AND a.due_on <= %s AND EXISTS"
            " (SELECT 1 FROM blocker b WHERE b.holding_kind = a.holding_kind AND b.holding_id = a.holding_id)"
            " AND NOT (%s AND a.holding_kind = %s AND EXISTS"
            "  (SELECT 1 FROM record r WHERE r.id = a.holding_id AND r.compartment = ANY(%s)))",
            [series.pk, as_of, bool(closed), RECORD, list(closed)],
        )
        return int(cursor.fetchone()[0])
