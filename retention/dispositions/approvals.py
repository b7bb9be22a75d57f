"""Two persons behind one frozen list: one endorses it, another approves it, each by its digest (design rule 6)."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import words_keep
from archive.destruction.orders import orders_take_back
from retention.dispositions.models import BatchState, DispositionBatch, StepKind
from retention.dispositions.steps import batch_lock, batch_move, check_list, step_write
from retention.errors import Refused

WORDS_LIMIT = 4_000


def batch_endorse(*, batch_ref: uuid.UUID, digest: bytes, actor: Actor, at: datetime) -> DispositionBatch:
    """Stand behind a proposed list, as the first of two persons.

    Raises Denied or Refused: `disposition.state`, `disposition.list_changed`, `disposition.blocked`.
    """
    with transaction.atomic():
        policy.require(actor, "disposition.propose", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.ENDORSED)
        check_list(batch, digest, at=at)
        batch.endorsed_by = actor.user
        batch.save(update_fields=["state", "endorsed_by"])
        step_write(
            batch,
            StepKind.ENDORSED,
            actor=actor,
            at=at,
            action="disposition.endorse",
            event="approval",
            fields={"/approval/of": "disposition", "/approval/ref": str(batch.ref), "/approval/step": "endorsed"},
        )
    return batch


def batch_approve(*, batch_ref: uuid.UUID, digest: bytes, actor: Actor, at: datetime) -> DispositionBatch:
    """Approve an endorsed list, as the second person. The database refuses self-approval as well.

    Raises Denied or Refused: `disposition.same_person` and those of `batch_endorse`.
    """
    with transaction.atomic():
        policy.require(actor, "disposition.approve", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.APPROVED)
        if actor.user is not None and actor.user.pk in (batch.endorsed_by_id, batch.proposed_by_id):
            raise Refused(
                "disposition.same_person",
                _("You proposed or endorsed this list yourself. Ask another person who may approve dispositions."),
            )
        check_list(batch, digest, at=at)
        batch.approved_by = actor.user
        batch.save(update_fields=["state", "approved_by"])
        step_write(
            batch,
            StepKind.APPROVED,
            actor=actor,
            at=at,
            action="disposition.approve",
            event="approval",
            fields={"/approval/of": "disposition", "/approval/ref": str(batch.ref), "/approval/step": "approved"},
        )
    return batch


def batch_withdraw(*, batch_ref: uuid.UUID, reason: str, actor: Actor, at: datetime) -> DispositionBatch:
    """Give up a list that is not being executed; its holdings are free for the next sweep.

    Raises Denied or Refused (`disposition.words`, `disposition.state`).
    """
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise Refused("disposition.words", _("Say in up to %(limit)d characters why.") % {"limit": WORDS_LIMIT})
    with transaction.atomic():
        policy.require(actor, "disposition.propose", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.WITHDRAWN)
        batch.save(update_fields=["state"])
        orders_take_back(batch_ref=batch.ref)
        step_write(
            batch,
            StepKind.WITHDRAWN,
            actor=actor,
            at=at,
            action="disposition.withdraw",
            words_ref=words_keep(reason, compartment="public", at=at),
        )
    return batch
