"""Writing down that a record is gone, and a person's finding of who removed it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.capture.batch import STATE_AFTER
from archive.capture.commit import observation_draft
from archive.capture.listeners import CapturedBatch, StateChange, tell
from archive.capture.models import Attribution, CaptureRun, Exchange, Observation, ObservationKind, Unexplained, Who
from archive.capture.rows import current_states_set
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Current, Record, State

WORDS_LIMIT = 2_000  #: characters of an explanation


class NotWaiting(Exception):
    """The removal was explained by somebody else, or never waited for a person."""


def observation_write(
    record: Record, *, run: CaptureRun, kind: ObservationKind, who: Who, basis: str, exchange_id: int, at: datetime
) -> Observation | None:
    """Write that a record was removed or is absent, with the exchange that shows it, in the caller's transaction.

    Returns none when the record is already in that state, or was destroyed meanwhile. A removal by an unknown hand
    waits for a person.
    """
    current = Current.objects.select_for_update().filter(record=record).first()
    after = {ObservationKind.REMOVED: State.REMOVED, ObservationKind.ABSENT: State.ABSENT, **STATE_AFTER}[kind]
    if current is None or current.state == after:
        return None
    exchange = Exchange.objects.get(pk=exchange_id)
    [event] = append_events(
        [
            observation_draft(
                subject=bytes(record.subject),
                kind=kind,
                who=who,
                basis=basis,
                exchange_ref=exchange.ref,
                compartment=record.compartment,
                at=at,
            )
        ]
    )
    observation = Observation.objects.create(
        record=record,
        kind=kind,
        who=who,
        basis=basis,
        exchange=exchange,
        at=at,
        event_id=event.event_id,
        compartment=record.compartment,
    )
    if who == Who.UNKNOWN and kind in (ObservationKind.REMOVED, ObservationKind.ABSENT):
        Unexplained.objects.create(
            observation=observation, record_id=record.pk, since=at, compartment=record.compartment
        )
    current_states_set([(record.pk, after.value, who.value)], at=at)
    account = run.account
    tell(CapturedBatch(account.pk, account.network, run.pk, at, states=[StateChange(record.pk, after.value)]))
    return observation


def removal_explain(*, actor: Actor, observation_ref: UUID, who: Who, words: str, at: datetime) -> Attribution:
    """Record a person's finding of who removed a record, and why they think so.

    Raises `policy.Denied`, `NotWaiting`, or ValueError when the words are missing or too long. The observation itself
    stays as it was written.
    """
    if not words.strip() or len(words) > WORDS_LIMIT:
        raise ValueError(f"Say in 1 to {WORDS_LIMIT} characters how you know.")
    with transaction.atomic():
        waiting = (
            Unexplained.objects.select_for_update(of=("self",))
            .select_related("observation__record")
            .filter(observation__ref=observation_ref)
            .first()
        )
        if waiting is None:
            raise NotWaiting("This removal no longer waits for an explanation. Nothing was changed.")
        observation = waiting.observation
        policy.require(actor, "removal.explain", at, observation)
        [event] = append_events(
            [
                EventDraft(
                    kind="classification",
                    schema="classification/1",
                    subject=bytes(observation.record.subject),
                    fields={"/attribution/who": str(who.value), "/attribution/observation": str(observation.ref)},
                    compartment=observation.compartment,
                    at=at,
                )
            ]
        )
        attribution = Attribution.objects.create(
            observation=observation,
            who=who,
            words_ref=words_keep(words, compartment=observation.compartment, at=at),
            by=actor.person,
            at=at,
            event_id=event.event_id,
        )
        Current.objects.filter(record=observation.record).update(who=who.value)
        waiting.delete()
        audit(
            actor,
            "removal.explain",
            at=at,
            object_kind="observation",
            object_ref=observation.ref,
            compartment=observation.compartment,
        )
    return attribution
