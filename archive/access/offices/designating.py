"""Designations: one authority of an office, given to another person by whoever holds it, for a limited time."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Appointment, Designation, Office, User
from archive.access.offices.appointing import APPOINT
from archive.access.offices.errors import OfficeRefused
from archive.access.policy import Denied, allows, office_table

LONGEST = timedelta(days=366)
#: What an office cannot give away: authority over authority.
KEPT = frozenset({"office.appoint", "user.manage", "glass.review", "audit.review"})


def designable(office: Office) -> frozenset[str]:
    """Return what a holder of the office may give to somebody for a time."""
    _name, may = office_table().get(office.authority or office.code, ("", frozenset()))
    return may - KEPT


def designate(
    *, office: Office, person: User, capability: str, since: datetime, until: datetime, actor: Actor, at: datetime
) -> Designation:
    """Give one authority of an office that the actor has at `at` to a person, until the first instant after it.

    Raises Denied for who does not hold the office, and OfficeRefused for oneself, a disabled person, what the office
    cannot give, a time that is past or longer than a year.
    """
    with transaction.atomic():
        if not Appointment.objects.filter(Appointment.in_force(at), user=actor.person, office=office).exists():
            raise Denied("office.hold")
        if person.pk == actor.person.pk:
            raise OfficeRefused(_("Nobody designates themselves."))
        if not person.is_active:
            raise OfficeRefused(_("%(name)s is disabled. Let them in again first.") % {"name": person.name})
        if capability not in designable(office):
            raise OfficeRefused(_("This office cannot give that to somebody else."))
        if since < at or until <= since:
            raise OfficeRefused(_("A designation begins today or later, and ends after that."))
        if until - since > LONGEST:
            raise OfficeRefused(_("A designation ends within a year; it can be made again."))
        made = Designation.objects.create(
            office=office, user=person, capability=capability, since=since, until=until, made_by=actor.person
        )
        audit(actor, "office.designate", at=at, object_kind="designation", object_ref=made.ref)
    return made


def designation_end(*, ref: uuid.UUID, actor: Actor, at: datetime) -> Designation:
    """Take a designation back now: whoever has the office, or who may appoint. Raises Denied or OfficeRefused."""
    with transaction.atomic():
        found = Designation.objects.select_for_update().select_related("user", "office").get(ref=ref)
        holds = Appointment.objects.filter(Appointment.in_force(at), user=actor.person, office=found.office).exists()
        if not holds and not allows(actor, APPOINT, at):
            raise Denied(APPOINT)
        if found.until <= at:
            raise OfficeRefused(_("This designation is over."))
        designation_cut(found, actor=actor, at=at)
    return found


def designation_cut(found: Designation, *, actor: Actor, at: datetime) -> None:
    """End a locked designation now. Must be called inside the act's transaction, which asked for the permission."""
    found.until = max(at, found.since + timedelta(microseconds=1))
    found.ended_by = actor.person
    found.save(update_fields=["until", "ended_by"])
    audit(actor, "office.undesignate", at=at, object_kind="designation", object_ref=found.ref)
