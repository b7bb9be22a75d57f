"""The only door out (design rule 4): one holding, one transaction, every guard asked again."""

from datetime import datetime

from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.destruction.doomed import doomed_enqueue
from archive.destruction.errors import NoOrder, Refused, UnknownHolding
from archive.destruction.guards import refusals
from archive.destruction.holdings import Destroyed, Warrant, holding_kind
from archive.destruction.locks import holds_lock_shared
from archive.destruction.models import DestructionOrder
from archive.destruction.record_holding import KIND as RECORD


def destroy_holding(*, kind: str, holding_id: int, warrant: Warrant, actor: Actor, at: datetime) -> Destroyed:
    """Destroy one holding under a warrant, in one transaction; called again, it changes nothing and says so.

    Takes the shared form of the lock, then asks every guard, then lets the kind write its event and tombstone and
    delete. A hold committed before has won; one placed meanwhile waits for this record and finds it gone. The commit is
    the point of no return: bytes in the store follow by the job `destruction.objects`.

    Raises Denied without the capability `disposition.execute`, and Refused, Blocked, NoOrder or UnknownHolding when the
    holding stays; then nothing was changed.
    """
    policy.require(actor, "disposition.execute", at)
    destroyer = holding_kind(kind)
    with transaction.atomic():
        holds_lock_shared()
        if holding_id in destroyer.gone([holding_id]):
            return destroyer.destroy(holding_id, warrant, actor=actor, at=at)
        description = destroyer.describe([holding_id]).get(holding_id)
        if description is None:
            raise UnknownHolding(kind)
        if not _ordered(kind, holding_id, warrant):
            raise NoOrder
        reasons = refusals(kind, [holding_id], at).get(holding_id)
        if reasons:
            raise Refused([(reason.code, reason.sentence) for reason in reasons])
        done = destroyer.destroy(holding_id, warrant, actor=actor, at=at)
        audit(
            actor,
            "disposition.execute",
            at=at,
            object_kind=kind,
            object_ref=description.ref,
            compartment=description.compartment,
        )
        if done.counts.get("objects"):
            doomed_enqueue(at=at)
    return done


def destroy_record(*, record_id: int, warrant: Warrant, actor: Actor, at: datetime) -> Destroyed:
    """Destroy one record; see `destroy_holding`."""
    return destroy_holding(kind=RECORD, holding_id=record_id, warrant=warrant, actor=actor, at=at)


def _ordered(kind: str, holding_id: int, warrant: Warrant) -> bool:
    return DestructionOrder.objects.filter(
        holding_kind=kind,
        holding_id=holding_id,
        batch_ref=warrant.batch_ref,
        certificate_ref=warrant.certificate_ref,
        series_code=warrant.series_code,
        not_before__lte=warrant.today,
    ).exists()
