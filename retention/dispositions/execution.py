"""Executing a certified list: one record, one transaction, every guard asked again; then the last backup ages out."""

import uuid
from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department
from archive.destruction.errors import NotDestroyed
from archive.destruction.errors import Refused as GuardsRefused
from archive.destruction.holdings import Warrant
from archive.destruction.orders import orders_take_back
from archive.destruction.rewriting import rewritten_since
from archive.destruction.services import destroy_holding
from archive.jobs.models import Job
from archive.jobs.services import Claim, job_enqueue
from archive.storage.models import StoredObject
from retention.dispositions.models import BatchItem, BatchState, DispositionBatch, ItemOutcome, Outcome, StepKind
from retention.dispositions.steps import batch_lock, batch_move, step_write
from retention.errors import Refused
from retention.rules.horizon import backup_horizon
from retention.schedules.models import Assignment

JOB = "retention.execute"
CHUNK = 200  #: items between two looks at the lease and at a wish to cancel


class GuardsUnable(Exception):
    """A guard could not answer: that is no reason to drop a record, but one to stop."""


def batch_execute(*, batch_ref: uuid.UUID, actor: Actor, at: datetime) -> Job:
    """Order the execution of a certified list, or its resumption; return the job that a person can watch and cancel.

    It runs under the authority of `actor`, asked again for each record. Raises Denied or Refused: `disposition.state`
    and, before the first day on which the list may go, `disposition.too_early`.
    """
    with transaction.atomic():
        policy.require(actor, "disposition.execute", at)
        batch = batch_lock(batch_ref)
        if batch.state != BatchState.EXECUTING:
            batch_move(batch, BatchState.EXECUTING)
        eligible_on = batch.certificate.eligible_on
        if eligible_on is None or _today(at) < eligible_on:
            raise Refused(
                "disposition.too_early",
                _("This list may be destroyed from %(day)s on.") % {"day": eligible_on},
                retry=True,
            )
        batch.executed_by = actor.user
        batch.save(update_fields=["state", "executed_by"])
        step_write(batch, StepKind.STARTED, actor=actor, at=at, action="disposition.start")
        return job_enqueue(kind=JOB, subject=str(batch.ref), queue="heavy", at=at)


def execution_work(claim: Claim, *, now: Callable[[], datetime]) -> None:
    """Destroy what is left of the claimed batch, item by item, and end the job with the batch.

    What a guard or the database keeps is dropped from the batch with its reason, and its order is taken back. May be
    killed at any line: an item without an outcome is simply next. Raises GuardsUnable, Denied, Cancelled, LostLease.
    """
    batch = DispositionBatch.objects.select_related("series", "certificate", "executed_by", "approved_by").get(
        ref=claim.job.subject
    )
    so_far = batch.outcomes.aggregate(done=Count("pk"), last=Max("item_id"))
    done, last = so_far["done"], so_far["last"] or 0
    while batch.state == BatchState.EXECUTING:
        claim.progress(at=now(), done=done, total=batch.count)
        # Items are taken in the order of their ids, so none before the last outcome is left.
        items = list(BatchItem.objects.filter(batch=batch, pk__gt=last, outcome=None).order_by("pk")[:CHUNK])
        if not items:
            _end(batch, at=now())
            break
        for item in items:
            _execute(batch, item, at=now())
            done, last = done + 1, item.pk
    counts = {kind.value: batch.outcomes.filter(outcome=kind).count() for kind in Outcome}
    claim.finish(at=now(), result=dict(counts))


def batches_finalise(*, at: datetime) -> list[uuid.UUID]:
    """Finalise executed batches whose last backup has aged out and whose bytes are gone; return their refs.

    Gone from the stores, and from the files of the database, which keep deleted rows until the tables are written anew.
    """
    finalised = []
    ripe = DispositionBatch.objects.filter(state=BatchState.EXECUTED, finalises_on__lte=_today(at)).order_by("pk")
    for ref in list(ripe.values_list("ref", flat=True)):
        with transaction.atomic():
            batch = batch_lock(ref)
            left = StoredObject.objects.filter(doomed_at__lte=batch.executed_at)
            if batch.state != BatchState.EXECUTED or left.exists():
                continue
            if batch.executed_at is None or rewritten_since(batch.executed_at) is None:
                continue
            batch_move(batch, BatchState.FINALISED)
            batch.save(update_fields=["state"])
            step_write(
                batch,
                StepKind.FINALISED,
                actor=Actor(process="worker"),
                at=at,
                action="disposition.finalise",
                event="disposition.finalised",
                fields={"/disposition/certificate": batch.certificate.number},
                day=batch.finalises_on,
            )
            finalised.append(ref)
    return finalised


def _execute(batch: DispositionBatch, item: BatchItem, *, at: datetime) -> None:
    actor = Actor(user=batch.executed_by)
    try:
        with transaction.atomic():
            destroy_holding(
                kind=item.holding_kind, holding_id=item.holding_id, warrant=_warrant(batch, at), actor=actor, at=at
            )
            ItemOutcome.objects.create(item=item, batch=batch, outcome=Outcome.DESTROYED, at=at)
            Assignment.objects.filter(holding_kind=item.holding_kind, holding_id=item.holding_id).delete()
    except NotDestroyed as reason:
        code = reason.code
        if isinstance(reason, GuardsRefused):
            code = reason.reasons[0][0]
            if any(one.startswith("guard.") for one, _sentence in reason.reasons):
                raise GuardsUnable(str(reason)) from reason
        with transaction.atomic():
            ItemOutcome.objects.create(
                item=item, batch=batch, outcome=Outcome.DROPPED, code=code, sentence=str(reason)[:500], at=at
            )
            orders_take_back(batch_ref=batch.ref, holding_kind=item.holding_kind, ids=[item.holding_id])


def _end(batch: DispositionBatch, *, at: datetime) -> None:
    with transaction.atomic():
        locked = batch_lock(batch.ref)
        batch_move(locked, BatchState.EXECUTED)
        locked.executed_at = at
        locked.finalises_on = _finalises_on(at)
        locked.save(update_fields=["state", "executed_at", "finalises_on"])
        destroyed = locked.outcomes.filter(outcome=Outcome.DESTROYED).count()
        dropped = locked.outcomes.filter(outcome=Outcome.DROPPED).count()
        step_write(
            locked,
            StepKind.EXECUTED,
            actor=Actor(user=batch.executed_by),
            at=at,
            action="disposition.executed",
            event="disposition.executed",
            fields={
                "/disposition/certificate": batch.certificate.number,
                "/disposition/certificateRef": str(batch.certificate.ref),
                "/disposition/destroyed": destroyed,
                "/disposition/dropped": dropped,
            },
            number=batch.certificate.number,
            count=destroyed,
            dropped=dropped,
        )


def _warrant(batch: DispositionBatch, at: datetime) -> Warrant:
    if batch.approved_by is None:
        raise RuntimeError("A batch is executed only when a second person approved it.")
    return Warrant(
        batch_ref=batch.ref,
        certificate_ref=batch.certificate.ref,
        certificate_number=batch.certificate.number,
        series_code=batch.series.code,
        approved_by=batch.approved_by.ref,
        today=_today(at),
        finalises_on=_finalises_on(at),
    )


def _finalises_on(at: datetime) -> date:
    return backup_horizon().or_longer(settings.BACKUP_HORIZON_DAYS).last_copy_gone_on(_today(at))


def _today(at: datetime) -> date:
    return Department.objects.get().day(at)
