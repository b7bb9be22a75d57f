"""Appointing people to offices, and ending it. Nobody appoints themselves; the database refuses that too."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Appointment, Office, User
from archive.access.offices.errors import OfficeRefused
from archive.access.policy import require

APPOINT = "office.appoint"
INSTANT = timedelta(microseconds=1)


class How(StrEnum):
    """In which way a person has an office."""

    HOLDER = "holder"
    ACTING = "acting"  #: for a time, while the office is vacant or its holder is away
    DEPUTY = "deputy"  #: with the office's authority only at instants at which no holder is there


def appoint(
    *, person: User, office: Office, how: How, since: datetime, until: datetime | None, actor: Actor, at: datetime
) -> Appointment:
    """Appoint a person to an office from `since` on, until the first instant after it.

    Raises Denied, and OfficeRefused for oneself, a disabled person, a retired office, a day that is past, or a person
    who has the office then in the same way.
    """
    with transaction.atomic():
        require(actor, APPOINT, at)
        Office.objects.select_for_update().get(pk=office.pk)
        if person.pk == actor.person.pk:
            raise OfficeRefused(_("Nobody appoints themselves. Ask another person who may appoint."))
        if not person.is_active:
            raise OfficeRefused(_("%(name)s is disabled. Let them in again first.") % {"name": person.name})
        if office.retired_at is not None:
            raise OfficeRefused(_("This office is retired. Choose another one."))
        if since < at:
            raise OfficeRefused(_("Nobody is appointed for days that are past: what was done then stays as it was."))
        if until is not None and until <= since:
            raise OfficeRefused(_("The last day lies before the first."))
        if how is not How.HOLDER and until is None:
            raise OfficeRefused(_("An acting holder or a deputy needs a last day."))
        meanwhile = Q(until=None) | Q(until__gt=since)
        if until is not None:
            meanwhile &= Q(since__lt=until)
        if Appointment.objects.filter(meanwhile, user=person, office=office, deputy=how is How.DEPUTY).exists():
            raise OfficeRefused(_("%(name)s has this office in that time already.") % {"name": person.name})
        made = Appointment.objects.create(
            user=person,
            office=office,
            since=since,
            until=until,
            acting=how is How.ACTING,
            deputy=how is How.DEPUTY,
            made_by=actor.person,
        )
        audit(actor, "office.appoint", at=at, outcome=how.value, object_kind="appointment", object_ref=made.ref)
    return made


def appointment_end(*, ref: uuid.UUID, until: datetime, actor: Actor, at: datetime) -> Appointment:
    """End an appointment at `until`, at the earliest now; one that has not begun yet ends with its first instant.

    Raises Denied, Appointment.DoesNotExist, or OfficeRefused when it is over or would last longer.
    """
    with transaction.atomic():
        require(actor, APPOINT, at)
        found = Appointment.objects.select_for_update().select_related("user", "office").get(ref=ref)
        appointment_cut(found, until=until, actor=actor, at=at)
    return found


def appointment_cut(found: Appointment, *, until: datetime, actor: Actor, at: datetime) -> None:
    """End a locked appointment. Must be called inside the transaction of the act, which asked for the permission."""
    if found.until is not None and found.until <= at:
        raise OfficeRefused(_("This appointment is over."))
    if until < at:
        raise OfficeRefused(_("An appointment ends now or later: what was done until now stays as it was."))
    if found.until is not None and until > found.until:
        raise OfficeRefused(_("It ends earlier already. Appoint the person again for longer."))
    # The database wants an end after the start: one that has not begun keeps its first instant.
    found.until = max(until, found.since + INSTANT)
    found.ended_by = actor.person
    found.save(update_fields=["until", "ended_by"])
    audit(actor, "office.end", at=at, object_kind="appointment", object_ref=found.ref)
