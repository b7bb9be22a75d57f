"""Deciding what becomes of frozen versions, and confirming it by a second person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.models import User
from archive.access.policy import Denied, require, visible
from archive.ledger.commitment import Value
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from foia.collections.models import Collection, CollectionClosed, CollectionItem, Purpose
from foia.requests.services import request_decided
from foia.requests.steps import request_locked
from foia.review.exemptions import exemptions_check
from foia.review.models import Approval, Redaction, ReviewDecision
from foia.review.reading import committed_of
from foia.review.redaction import Ask, Decision, Fields, Mark, settle
from retention.errors import Refused

MAX_MARKS = 500  #: hidden parts of one version
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Plan:
    item: CollectionItem
    decision: Decision
    codes: tuple[str, ...]
    marks: tuple[Mark, ...]
    ref: uuid.UUID


def redaction_preview(*, item: CollectionItem, asks: Sequence[Ask], actor: Actor, at: datetime) -> tuple[Mark, ...]:
    """Return what asking for this would hide, for the reviewer to see before it is stored. Writes nothing.

    Raises Denied, and Refused for a span or field that is not there.
    """
    require(actor, "request.review", at, item)
    return settle(_fields(item), asks)


def review_disclose(*, items: Sequence[CollectionItem], actor: Actor, at: datetime) -> list[ReviewDecision]:
    """Decide that these items are shown as they are. Raises Denied, and Refused when their collection is closed."""
    plans = [_Plan(item, Decision.DISCLOSE, (), (), uuid.uuid4()) for item in items]
    return _decide(plans, basis="", actor=actor, at=at)


def review_withhold(
    *, items: Sequence[CollectionItem], codes: Sequence[str], basis: str, actor: Actor, at: datetime
) -> list[ReviewDecision]:
    """Decide that these items are withheld in full, under exemption `codes` and for the reasons in `basis`.

    Raises Denied, and Refused for an unknown code, an empty basis, or a closed collection.
    """
    settled = tuple(dict.fromkeys(codes))
    plans = [_Plan(item, Decision.WITHHOLD, settled, (), uuid.uuid4()) for item in items]
    return _decide(plans, basis=basis, actor=actor, at=at)


def review_redact(
    *, item: CollectionItem, asks: Sequence[Ask], basis: str, actor: Actor, at: datetime
) -> ReviewDecision:
    """Decide that parts of an item are hidden and the rest is shown (5 ILCS 140/7(1)).

    Spans grow to whole segments and fields take their companions with them, as `redaction_preview` showed. Raises
    Denied, and Refused for an unknown code, an empty basis, a span or field that is not there, or a closed collection.
    """
    require(actor, "request.review", at, item)
    marks = settle(_fields(item), asks)
    if not 0 < len(marks) <= MAX_MARKS:
        raise Refused("review.marks", f"Mark between 1 and {MAX_MARKS} parts, or withhold the record.")
    codes = tuple(dict.fromkeys(mark.code for mark in marks))
    [decision] = _decide([_Plan(item, Decision.REDACT, codes, marks, uuid.uuid4())], basis=basis, actor=actor, at=at)
    return decision


def _fields(item: CollectionItem) -> Fields:
    return committed_of([item.version.event_id])[item.version.event_id].fields


def _decide(plans: Sequence[_Plan], *, basis: str, actor: Actor, at: datetime) -> list[ReviewDecision]:
    require(actor, "request.review", at)
    if not plans:
        return []
    wanted = {plan.item.pk for plan in plans}
    if visible(actor, CollectionItem.objects.filter(pk__in=wanted), at).count() != len(wanted):
        raise Denied("request.review")
    _check(plans, basis, at)
    made: list[ReviewDecision] = []
    with transaction.atomic():
        collections = {plan.item.collection_id for plan in plans}
        if CollectionClosed.objects.filter(collection_id__in=collections).exists():
            raise Refused("collection.closed", "This collection is closed; nothing in it can be decided any more.")
        basis_ref = words_keep(basis.strip(), compartment="restricted", at=at) if basis.strip() else None
        for start in range(0, len(plans), BATCH):
            made += _write(plans[start : start + BATCH], basis_ref, actor.person, at)
        audit(
            actor,
            f"review.{plans[0].decision}",
            at=at,
            object_kind="collection-item" if len(plans) == 1 else "collection",
            object_ref=plans[0].item.version.ref if len(plans) == 1 else plans[0].item.collection.ref,
            compartment=plans[0].item.compartment,
            count=len(plans),
        )
    return made


def _check(plans: Sequence[_Plan], basis: str, at: datetime) -> None:
    decision = plans[0].decision
    if decision == Decision.DISCLOSE:
        return
    if not basis.strip():
        raise Refused("review.basis", "Say why: the letter needs the factual basis of every exemption.")
    exemptions_check({code for plan in plans for code in plan.codes}, at=at)


def _write(plans: Sequence[_Plan], basis_ref: uuid.UUID | None, reviewer: User, at: datetime) -> list[ReviewDecision]:
    events = append_events([_draft(plan, at) for plan in plans])
    decisions = ReviewDecision.objects.bulk_create(
        ReviewDecision(
            ref=plan.ref,
            item=plan.item,
            n=event.n,
            decision=plan.decision,
            codes=list(plan.codes),
            basis_ref=basis_ref,
            by=reviewer,
            at=at,
            event_id=event.event_id,
        )
        for plan, event in zip(plans, events, strict=True)
    )
    Redaction.objects.bulk_create(
        Redaction(
            decision=decision,
            place=place,
            path=mark.path,
            code=mark.code,
            asked_start=mark.asked_start,
            asked_stop=mark.asked_stop,
            first=mark.first,
            stop=mark.stop,
            shown_start=mark.shown_start,
            shown_stop=mark.shown_stop,
        )
        for plan, decision in zip(plans, decisions, strict=True)
        for place, mark in enumerate(plan.marks)
    )
    return decisions


def _draft(plan: _Plan, at: datetime) -> EventDraft:
    fields: dict[str, Value] = {
        "/review/ref": str(plan.ref),
        "/review/version": str(plan.item.version.ref),
        "/review/decision": plan.decision.value,
    }
    fields |= {f"/review/codes/{n}": code for n, code in enumerate(plan.codes)}
    for n, mark in enumerate(plan.marks):
        fields |= {f"/redaction/{n}/path": mark.path, f"/redaction/{n}/code": mark.code}
        if mark.segments is not None:
            fields |= {
                f"/redaction/{n}/first": mark.segments.start,
                f"/redaction/{n}/stop": mark.segments.stop,
            }
    return EventDraft(
        kind="review.decision",
        schema="review.decision/1",
        subject=bytes(plan.item.subject),
        fields=fields,
        compartment="restricted",
        at=at,
    )


_LATEST = """
SELECT DISTINCT ON (i.n) i.n, d.id, d.ref, d.by_id
  FROM collection_item i JOIN review_decision d ON d.item_id = i.id
 WHERE i.collection_id = %s ORDER BY i.n, d.n DESC
"""

_APPROVE = f"""
INSERT INTO review_approved_decision (approval_id, decision_id, reviewed_by_id, approved_by_id)
SELECT %s, id, by_id, %s FROM ({_LATEST}) latest
"""  # noqa: S608 - no value is put into the text

_DIGEST = f"""
SELECT count(*), count(*) FILTER (WHERE by_id = %s),
       sha256(coalesce(string_agg(uuid_send(ref), ''::bytea ORDER BY n), ''))
  FROM ({_LATEST}) latest
"""  # noqa: S608 - no value is put into the text

_LINES_DIGEST = """
SELECT count(*), sha256(coalesce(string_agg(uuid_send(d.ref), ''::bytea ORDER BY i.n), ''))
  FROM review_approved_decision a JOIN review_decision d ON d.id = a.decision_id
  JOIN collection_item i ON i.id = d.item_id WHERE a.approval_id = %s
"""


def review_confirm(*, collection: Collection, actor: Actor, at: datetime) -> Approval:
    """Confirm the latest decision on every item; the one who confirms has made none of them.

    Raises Denied, and Refused when an item is undecided, when the actor cannot see every item, or decided on one
    (the database refuses that too).
    """
    require(actor, "request.decide", at)
    with transaction.atomic():
        if collection.purpose == Purpose.REQUEST:
            request_locked(collection.purpose_ref)  # before the chains, as every act on a request does
        if CollectionClosed.objects.filter(collection=collection).exists():
            raise Refused("collection.closed", "This collection is closed already.")
        seen = visible(actor, CollectionItem.objects.filter(collection=collection), at).count()
        if seen != collection.versions:
            raise Refused(
                "review.unseen",
                f"{collection.versions - seen} of these records are not open to you. Ask someone who sees all.",
            )
        with connection.cursor() as cursor:
            cursor.execute(_DIGEST, [actor.person.pk, collection.pk])
            decided, own, digest = cursor.fetchone()
        if decided != collection.versions:
            raise Refused("review.undecided", f"{collection.versions - decided} records are not decided yet.")
        if own:
            raise Refused(
                "review.self", f"You decided on {own} of these records yourself. Another person has to confirm."
            )
        ref = uuid.uuid4()
        [event] = append_events(
            [
                EventDraft(
                    kind="approval",
                    schema="approval/1",
                    subject=bytes(collection.subject),
                    fields={
                        "/approval/ref": str(ref),
                        "/approval/of": "review",
                        "/collection/ref": str(collection.ref),
                        "/approval/decisions": decided,
                        "/approval/sha256": base64url(bytes(digest)),
                    },
                    compartment="restricted",
                    at=at,
                )
            ]
        )
        approval = Approval.objects.create(
            ref=ref,
            collection=collection,
            decisions=decided,
            decisions_sha256=bytes(digest),
            by=actor.person,
            at=at,
            event_id=event.event_id,
        )
        with connection.cursor() as cursor:
            cursor.execute(_APPROVE, [approval.pk, actor.person.pk, collection.pk])
            cursor.execute(_LINES_DIGEST, [approval.pk])
            if cursor.fetchone() != (decided, digest):
                raise Refused("review.moved", "A decision changed while you confirmed. Look again.", retry=True)
        if collection.purpose == Purpose.REQUEST:
            request_decided(request_ref=collection.purpose_ref, collection_ref=collection.ref, actor=actor, at=at)
        audit(actor, "review.confirm", at=at, object_kind="collection", object_ref=collection.ref, count=decided)
    return approval
