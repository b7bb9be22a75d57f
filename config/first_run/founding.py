"""Founding a department: its name, its calendar, its first two people. Each step is audited; twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Appointment, Department, Office, User
from archive.access.people import Invited, invitation_make, person_add
from archive.access.policy import require
from archive.access.services import department_found
from config.first_run.code import setup_open

FOUNDING = Actor(process="setup")
SET_UP = "installation.set-up"
ADMINISTRATOR = "administrator"  #: both have it: one who is shut out needs another


class NotNow(Exception):
    """This step is over, or has its turn later. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the first two people, as they were typed."""

    username: str
    name: str
    email: str
    offices: Sequence[str]


def department_begin(*, name: str, zone: str, month: int, at: datetime) -> Department:
    """Found the department, or correct it while nobody can sign in. Raises NotNow when somebody can."""
    with transaction.atomic():
        _require_open()
        department_found(name=name, zone=zone, fiscal_year_start_month=month)
        Department.objects.filter(pk=1).update(name=name, zone=zone, fiscal_year_start_month=month)
        audit(FOUNDING, "department.found", at=at, object_kind="setting", object_ref="department")
    return Department.objects.get()


def department_change(*, name: str, zone: str, month: int, actor: Actor, at: datetime) -> Department:
    """Change the department's name, zone or fiscal year. Raises Denied."""
    with transaction.atomic():
        require(actor, SET_UP, at)
        Department.objects.filter(pk=1).update(name=name, zone=zone, fiscal_year_start_month=month)
        audit(actor, "department.change", at=at, object_kind="setting", object_ref="department")
    return Department.objects.get()


def founders_make(*, founders: Sequence[Founder], at: datetime) -> list[Invited]:
    """Make the first people with their offices; return their invitations. Raises NotNow, and CannotDo for a name twice.

    Nobody has authority yet, so the appointments name no appointer: this is the one time.
    """
    with transaction.atomic():
        _require_open()
        if not Department.objects.exists() or User.objects.exists():
            raise NotNow(_("The department comes first, and its first two people are made once."))
        made = []
        for founder in founders:
            person = person_add(
                username=founder.username, name=founder.name, email=founder.email, actor=FOUNDING, at=at
            )
            for code in sorted({ADMINISTRATOR, *founder.offices}):
                row = Appointment.objects.create(user=person, office=Office.objects.get(code=code), since=at)
                audit(FOUNDING, "office.appoint", at=at, object_kind="appointment", object_ref=row.ref)
            made.append(person)
        return [Invited(person, invitation_make(person, actor=FOUNDING, at=at)) for person in made]


def invitations_again(*, at: datetime) -> list[Invited]:
    """Make new links for the first people, when those of before were lost. Raises NotNow when somebody can sign in."""
    with transaction.atomic():
        _require_open()
        people = list(User.objects.filter(is_active=True).order_by("pk"))
        for person in people:
            audit(FOUNDING, "access.invited", at=at, object_kind="person", object_ref=person.ref)
        return [Invited(person, invitation_make(person, actor=FOUNDING, at=at)) for person in people]


def _require_open() -> None:
    if not setup_open():
        raise NotNow(_("Somebody can sign in already: what is left is done by people, with their names."))
