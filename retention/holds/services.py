"""Placing, widening and lifting holds. A committed hold always wins over destruction (design rule 4)."""

import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.models import User
from archive.destruction.blockers import blockers_lift
from archive.destruction.holdings import Holding
from archive.destruction.locks import holds_lock
from archive.jobs.services import job_enqueue
from archive.ledger.services import EventDraft, append_events
from archive.records.indexing import search_holds_set
from retention.errors import Refused
from retention.holds import coverage
from retention.holds.models import Hold, HoldKind, HoldScope, HoldStep, StepKind

CATCH_UP = "retention.holds.catch_up"
CATCH_UP_AFTER = timedelta(minutes=1)
WORDS_LIMIT = 4_000  #: characters of a reason


@dataclass(frozen=True, slots=True)
class Scope:
    """A standing part of a hold: one page or every page, one kind of record or every kind."""

    account_id: int | None = None
    record_kind: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """What a hold took in now. `gone` are those of the named holdings that had been destroyed before."""

    hold: Hold
    held: int
    gone: frozenset[Holding]


def hold_place(
    *,
    kind: HoldKind,
    reason: str,
    holdings: Iterable[Holding] = (),
    scopes: Sequence[Scope] = (),
    actor: Actor,
    at: datetime,
) -> Placement:
    """Place a hold on holdings, and on whatever is captured in its scopes while it is in force.

    Waits for the one record that is being destroyed, if there is one. From the commit on nothing it covers can be
    destroyed. A hold of kind `request` needs the capability to take requests; the others need `hold.place`.
    Raises Denied or Refused (`hold.words`, `hold.empty`).
    """
    user = _placer(actor, kind, at)
    named = list(holdings)
    _check_words(reason)
    if not named and not scopes:
        raise Refused("hold.empty", _("A hold needs records, or a page or kind of record that it covers."))
    with transaction.atomic():
        holds_lock()
        hold = Hold.objects.create(
            kind=kind,
            subject=os.urandom(16),
            reason_ref=words_keep(reason, compartment="public", at=at),
            placed_by=user,
            placed_at=at,
        )
        return _cover(hold, named, scopes, StepKind.PLACED, actor, at)


def hold_extend(
    *,
    hold_ref: uuid.UUID,
    holdings: Iterable[Holding] = (),
    scopes: Sequence[Scope] = (),
    actor: Actor,
    at: datetime,
) -> Placement:
    """Let a hold that is in force cover more. Raises Denied, Refused (`hold.released`) or Hold.DoesNotExist."""
    with transaction.atomic():
        holds_lock()
        hold = Hold.objects.select_for_update().get(ref=hold_ref)
        _placer(actor, HoldKind(hold.kind), at)
        if not hold.in_force:
            raise Refused("hold.released", _("This hold was lifted. Place a new one."))
        return _cover(hold, list(holdings), scopes, StepKind.EXTENDED, actor, at)


def hold_release(*, hold_ref: uuid.UUID, reason: str, actor: Actor, at: datetime) -> Hold:
    """Lift a hold; what other holds cover stays. A legal hold is lifted by another person than placed it.

    Raises Denied, Refused (`hold.words`, `hold.released`, `hold.same_person`) or Hold.DoesNotExist.
    """
    _check_words(reason)
    with transaction.atomic():
        policy.require(actor, "hold.release", at)
        holds_lock()
        hold = Hold.objects.select_for_update().get(ref=hold_ref)
        if not hold.in_force:
            raise Refused("hold.released", _("This hold was lifted before."))
        user = _person(actor)
        if hold.kind == HoldKind.LEGAL and hold.placed_by_id == user.pk:
            raise Refused(
                "hold.same_person", _("You placed this legal hold. Ask another person who may lift holds to do it.")
            )
        hold.released_by, hold.released_at = user, at
        hold.save(update_fields=["released_by", "released_at"])
        freed = blockers_lift(reason_ref=hold.ref)
        search_holds_set(coverage.records_only_under(hold), False)
        words = words_keep(reason, compartment="public", at=at)
        _step(hold, StepKind.RELEASED, freed, actor, at, words)
    return hold


def standing_catch_up(*, at: datetime) -> int:
    """Take in what standing scopes cover and no hold item names yet; return how many holdings.

    Captures that were under way when a hold was placed could not see its scope. Until this has run the guard answers
    for them, because it reads the scopes themselves.
    """
    with transaction.atomic():
        holds_lock()
        count = 0
        for hold in Hold.objects.filter(released_at=None, scopes__isnull=False).distinct().order_by("pk"):
            count += len(coverage.take_in_standing(hold, at))
    return count


def _cover(
    hold: Hold, named: Sequence[Holding], scopes: Sequence[Scope], step: StepKind, actor: Actor, at: datetime
) -> Placement:
    HoldScope.objects.bulk_create(
        HoldScope(hold=hold, account_id=scope.account_id, record_kind=scope.record_kind, at=at) for scope in scopes
    )
    held, gone = coverage.take_in_named(hold, named, at)
    held += len(coverage.take_in_standing(hold, at))
    if scopes:
        job_enqueue(kind=CATCH_UP, at=at, due_at=at + CATCH_UP_AFTER)
    _step(hold, step, held, actor, at, hold.reason_ref if step is StepKind.PLACED else None)
    return Placement(hold, held, gone)


def _step(hold: Hold, kind: StepKind, count: int, actor: Actor, at: datetime, words: uuid.UUID | None) -> None:
    [event] = append_events(
        [
            EventDraft(
                kind="hold.released" if kind is StepKind.RELEASED else "hold.placed",
                schema="hold/1",
                subject=bytes(hold.subject),
                fields={
                    "/hold/ref": str(hold.ref),
                    "/hold/kind": str(hold.kind),
                    "/hold/step": kind.value,
                    "/hold/count": count,
                    "/hold/items": hold.items.count(),
                    "/hold/items/sha256": coverage.items_digest(hold),
                },
                compartment="public",
                at=at,
            )
        ]
    )
    HoldStep.objects.create(
        hold=hold, kind=kind, by=_person(actor), at=at, count=count, words_ref=words, event_id=event.event_id
    )
    action = {StepKind.PLACED: "hold.place", StepKind.EXTENDED: "hold.extend", StepKind.RELEASED: "hold.release"}[kind]
    audit(actor, action, at=at, object_kind="hold", object_ref=hold.ref, count=count)


def _placer(actor: Actor, kind: HoldKind, at: datetime) -> User:
    if kind is HoldKind.REQUEST and policy.allows(actor, "request.take", at):
        return _person(actor)
    policy.require(actor, "hold.place", at)
    return _person(actor)


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise policy.Denied("hold.place")
    return actor.user


def _check_words(reason: str) -> None:
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise Refused("hold.words", _("Say in up to %(limit)d characters why.") % {"limit": WORDS_LIMIT})
