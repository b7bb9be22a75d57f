"""What the pages of dispositions show: the batches, one batch with its frozen list, and the work on it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department, Words
from archive.destruction.holdings import HOLDINGS, Holding
from archive.jobs.models import Job, JobState
from retention.dispositions.execution import JOB as EXECUTE
from retention.dispositions.list_sentences import sentences
from retention.dispositions.models import OPEN_STATES, BatchItem, BatchState, BatchStep, DispositionBatch, Outcome
from retention.dispositions.names import BATCH_STATES, PATH, PROCESSES, STEPS
from retention.dispositions.nightly import JOB as SWEEP
from retention.schedules.models import Assignment
from retention.schedules.sealed import without_sealed
from retention.schedules.shown import Shown, holdings_shown

COUNTED = 10_000  #: where counting for a page ends
ACTIVE = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a batch in words."""

    step: BatchStep
    name: str | Promise
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage on the way of a batch: `at` is `done`, `now` or `ahead`."""

    name: str | Promise
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a frozen list: what it is, why it may go or what became of it."""

    item: BatchItem
    shown: Shown
    sentence: str
    outcome: str


def batches_listed(*, ended: bool, actor: Actor, at: datetime) -> QuerySet[DispositionBatch]:
    """Return the batches that wait for something, or those that have ended, of those that the actor may know of."""
    waits = Q(state__in=[*OPEN_STATES, BatchState.EXECUTED])
    rows = policy.visible(actor, DispositionBatch.objects.filter(~waits if ended else waits), at)
    return rows.select_related("series", "proposed_by", "certificate")


def batch_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> QuerySet[DispositionBatch]:
    """Return the batch with this ref with who stands behind it, if the actor may know of it."""
    rows = policy.visible(actor, DispositionBatch.objects.filter(ref=ref), at)
    return rows.select_related(
        "series__current__schedule", "proposed_by", "endorsed_by", "approved_by", "executed_by", "certificate"
    )


def stages_of(batch: DispositionBatch) -> list[Stage]:
    """Return the way of a batch; empty for one that was given up or denied."""
    if batch.state in (BatchState.WITHDRAWN, BatchState.DENIED):
        return []
    state = BatchState.CERTIFIED if batch.state == BatchState.EXECUTING else BatchState(batch.state)
    here = PATH.index(state)
    return [
        Stage(BATCH_STATES[one], "done" if n < here else "now" if n == here else "ahead") for n, one in enumerate(PATH)
    ]


def steps_of(batch: DispositionBatch, *, actor: Actor, at: datetime) -> list[Step]:
    """Return what was done with a batch, in order, with the reasons given."""
    steps = list(BatchStep.objects.filter(batch=batch).select_related("by").order_by("pk"))
    refs = [step.words_ref for step in steps if step.words_ref]
    words = dict(
        policy.visible(actor, Words.objects.all(), at).filter(ref__in=refs).values_list("ref", "text") if refs else ()
    )
    return [
        Step(
            step,
            STEPS[step.kind],
            step.by.name if step.by else str(PROCESSES.get(step.process, step.process)),
            words.get(step.words_ref, "") if step.words_ref else "",
        )
        for step in steps
    ]


def kinds_listed(batch: DispositionBatch) -> list[str]:
    """Return the kinds of holdings in the list: one index probe a kind."""
    kinds = [kind.kind for kind in HOLDINGS.all()]
    return [kind for kind in kinds if BatchItem.objects.filter(batch=batch, holding_kind=kind).exists()]


def items_listed(batch: DispositionBatch, kind: str) -> QuerySet[BatchItem]:
    """Return the frozen list of one kind; in the order of `holding_id` this reads one index."""
    return BatchItem.objects.filter(batch=batch, holding_kind=kind).select_related("outcome")


def items_dropped(batch: DispositionBatch) -> QuerySet[BatchItem]:
    """Return what was kept at the destruction."""
    rows = BatchItem.objects.filter(outcome__batch=batch, outcome__outcome=Outcome.DROPPED)
    return rows.select_related("outcome")


def lines_of(batch: DispositionBatch, items: Sequence[BatchItem], *, actor: Actor, at: datetime) -> list[Line]:
    """Return a page of items with their sentences. What lies in a compartment closed to the reader has none."""
    shown = holdings_shown([Holding(i.holding_kind, i.holding_id) for i in items], actor=actor, at=at)
    waiting = [i for i in items if getattr(i, "outcome", None) is None]
    said = sentences([Holding(i.holding_kind, i.holding_id) for i in waiting])
    department = Department.objects.get()
    lines = []
    for item in items:
        holding = Holding(item.holding_kind, item.holding_id)
        if holding not in shown:
            continue
        outcome = getattr(item, "outcome", None)
        if outcome is None:
            sentence = said.get(holding, "")
        elif outcome.outcome == Outcome.DESTROYED:
            sentence = _("Destroyed on %(day)s under certificate %(number)s.") % {
                "day": department.day(outcome.at),
                "number": batch.certificate.number,
            }
        else:
            sentence = outcome.sentence
        visible = shown[holding]
        lines.append(Line(item, visible, sentence if visible.open else "", outcome.outcome if outcome else ""))
    return lines


def execution_of(batch: DispositionBatch) -> Job | None:
    """Return the latest job that executes a batch."""
    jobs = Job.objects.filter(kind=EXECUTE, subject=str(batch.ref))
    return jobs.filter(state__in=ACTIVE).first() or jobs.order_by("-pk").first()


def sweep_under_way(at: datetime) -> Job | None:
    """Return a sweep that works or is about to; the one that waits for tonight is none."""
    return Job.objects.filter(kind=SWEEP, state__in=ACTIVE, due_at__lte=at).order_by("pk").first()


def sweep_before() -> Job | None:
    """Return the latest sweep that ended."""
    return Job.objects.filter(kind=SWEEP, state__in=[JobState.DONE, JobState.FAILED]).order_by("-pk").first()


def work_named(ref: uuid.UUID) -> QuerySet[Job]:
    """Return the sweep or execution with this ref."""
    return Job.objects.filter(ref=ref, kind__in=[SWEEP, EXECUTE])


def unscheduled_count(*, actor: Actor, at: datetime) -> int:
    """Return how many holdings have no series, of what the actor may know of, counted up to `COUNTED` + 1."""
    return without_sealed(Assignment.objects.filter(series=None), actor=actor, at=at)[: COUNTED + 1].count()
