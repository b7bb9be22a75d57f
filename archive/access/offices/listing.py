"""The department's own list of offices, and the times in which somebody is away."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Absence, Appointment, Office, User
from archive.access.offices.appointing import APPOINT
from archive.access.offices.errors import OfficeRefused
from archive.access.policy import office_table, require

_CODE = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")


def office_found(*, code: str, name: str, authority: str, actor: Actor, at: datetime) -> Office:
    """Add an office of the department's own, with the authority of one that the table of authority knows.

    Raises Denied, and OfficeRefused for a code that is taken or is none, or an authority that does not exist.
    """
    with transaction.atomic():
        require(actor, APPOINT, at)
        if not _CODE.fullmatch(code):
            raise OfficeRefused(_("A code is 3 to 32 small letters, digits and dashes."))
        if code in office_table() or Office.objects.filter(code=code).exists():
            raise OfficeRefused(_("There is an office with this code."))
        if authority not in office_table():
            raise OfficeRefused(_("Choose whose authority the office has."))
        office = Office.objects.create(code=code, name=_name(name), authority=authority)
        audit(actor, "office.found", at=at, object_kind="office", object_ref=code)
    return office


def office_rename(*, code: str, name: str, actor: Actor, at: datetime) -> Office:
    """Call an office what the department calls it. Raises Denied or OfficeRefused."""
    with transaction.atomic():
        require(actor, APPOINT, at)
        office = Office.objects.select_for_update().get(code=code)
        office.name = _name(name)
        office.save(update_fields=["name"])
        audit(actor, "office.rename", at=at, object_kind="office", object_ref=code)
    return office


def office_retire(*, code: str, actor: Actor, at: datetime) -> Office:
    """Close an office that nobody has; what was done in it stays. Raises Denied, or OfficeRefused while it is held."""
    with transaction.atomic():
        require(actor, APPOINT, at)
        office = Office.objects.select_for_update().get(code=code)
        if Appointment.objects.filter(office=office).exclude(until__lte=at).exists():
            raise OfficeRefused(_("Somebody has this office, or will have it. End that first."))
        office.retired_at = at
        office.save(update_fields=["retired_at"])
        audit(actor, "office.retire", at=at, object_kind="office", object_ref=code)
    return office


def absence_record(*, person: User, since: datetime, until: datetime, actor: Actor, at: datetime) -> Absence:
    """Say that a person is away: where no other holder is there, deputies have their offices' authority meanwhile.

    Anybody says it of themselves; of others whoever may appoint. Raises Denied or OfficeRefused.
    """
    with transaction.atomic():
        if person.pk != actor.person.pk:
            require(actor, APPOINT, at)
        if since < at or until <= since:
            raise OfficeRefused(_("An absence begins today or later, and ends after that."))
        made = Absence.objects.create(user=person, since=since, until=until, recorded_by=actor.person)
        audit(actor, "office.absent", at=at, object_kind="person", object_ref=person.ref)
    return made


def absence_end(*, absence: Absence, actor: Actor, at: datetime) -> None:
    """Say that a person is back. Raises Denied or OfficeRefused."""
    with transaction.atomic():
        if absence.user_id != actor.person.pk:
            require(actor, APPOINT, at)
        if absence.until <= at:
            raise OfficeRefused(_("This absence is over."))
        if absence.since >= at:
            raise OfficeRefused(_("This absence has not begun; it ends by itself."))
        absence.until = at
        absence.save(update_fields=["until"])
        audit(actor, "office.back", at=at, object_kind="person", object_ref=absence.user.ref)


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 100:
        raise OfficeRefused(_("An office needs a name of up to 100 characters."))
    return name.strip()
