"""Offices that are named with an invitation: given when it is accepted, and some only when a second person agrees."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.mail_models import PromisedOffice
from archive.access.models import Appointment, Office, User
from archive.access.offices.appointing import APPOINT
from archive.access.offices.designating import KEPT
from archive.access.offices.errors import OfficeRefused
from archive.access.policy import allows, office_table, require


def takes_two(office: Office) -> bool:
    """Tell whether the office has authority over authority: then who invites does not give it alone."""
    _name, may = office_table().get(office.authority or office.code, ("", frozenset()))
    return bool(may & KEPT)


def offices_promise(*, person: User, offices: Sequence[Office], actor: Actor, at: datetime) -> list[PromisedOffice]:
    """Name the offices that an invited person is to have. Must be called inside the transaction of the invitation.

    Raises Denied, or OfficeRefused for a retired office.
    """
    require(actor, APPOINT, at)
    made = []
    for office in offices:
        if office.retired_at is not None:
            raise OfficeRefused(_("This office is retired. Choose another one."))
        made.append(
            PromisedOffice.objects.create(
                person=person, office=office, named_by=actor.person, named_at=at, needs_second=takes_two(office)
            )
        )
        audit(actor, "office.promise", at=at, object_kind="promise", object_ref=made[-1].ref)
    return made


def promises_give(*, person: User, at: datetime) -> int:
    """Appoint a person who accepted to what was promised and needs no more. Return how many offices that were.

    What somebody promised who may no longer appoint is not given: it stays open, as the audit and the page say.
    Must be called inside a transaction.
    """
    given = 0
    ready = Q(needs_second=False) | Q(confirmed_by__isnull=False)
    rows = promises_open().filter(ready, person=person).select_for_update(of=("self",)).select_related("named_by")
    for row in rows:
        if not allows(Actor(user=row.named_by), APPOINT, at):
            actor = Actor(user=person)
            audit(actor, "office.appoint", at=at, outcome="lapsed", object_kind="promise", object_ref=row.ref)
            continue
        held = Appointment.objects.filter(Appointment.current(at), user=person, office=row.office, deputy=False)
        if not held.exists():
            made = Appointment.objects.create(user=person, office=row.office, since=at, made_by=row.named_by)
            audit(
                Actor(user=person),
                "office.appoint",
                at=at,
                outcome="promised",
                object_kind="appointment",
                object_ref=made.ref,
            )
        row.given_at = at
        row.save(update_fields=["given_at"])
        given += 1
    return given


def promise_answer(*, ref: uuid.UUID, agreed: bool, actor: Actor, at: datetime) -> PromisedOffice:
    """Agree, as the second person, to an office that was named with an invitation, or decline it.

    Raises Denied, PromisedOffice.DoesNotExist, or OfficeRefused for whoever named it or is to have it.
    """
    with transaction.atomic():
        require(actor, APPOINT, at)
        row = PromisedOffice.objects.select_for_update(of=("self",)).select_related("person", "office").get(ref=ref)
        if actor.person.pk in (row.named_by_id, row.person_id):
            raise OfficeRefused(_("You named this office yourself, or it is yours. Another person has to answer."))
        if row.confirmed_at or row.declined_at or row.given_at:
            raise OfficeRefused(_("This was answered before."))
        if agreed:
            row.confirmed_by, row.confirmed_at = actor.person, at
        else:
            row.declined_at = at
        row.save(update_fields=["confirmed_by", "confirmed_at", "declined_at"])
        outcome = "agreed" if agreed else "declined"
        audit(actor, "office.promise-answer", at=at, outcome=outcome, object_kind="promise", object_ref=ref)
        if agreed and row.person.has_usable_password() and row.person.is_active:
            promises_give(person=row.person, at=at)
    return row


def promises_open() -> QuerySet[PromisedOffice]:
    """Return what was promised and neither given nor declined."""
    return PromisedOffice.objects.filter(given_at=None, declined_at=None).order_by("named_at", "pk")


def promises_waiting() -> QuerySet[PromisedOffice]:
    """Return what waits for a second person to agree."""
    waiting = promises_open().filter(needs_second=True, confirmed_by=None, person__is_active=True)
    return waiting.select_related("person", "office", "named_by")
