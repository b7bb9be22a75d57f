"""The addresses of people and offices."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from archive.access.actor import Actor
from archive.access.audit import words_keep
from archive.access.mail_models import PromisedOffice
from archive.access.models import Appointment, Office, User
from archive.access.offices.designating import designate
from archive.access.offices.listing import absence_record
from archive.access.oversight_models import AuditWeek, BrokenGlass
from archive.access.policy import office_table
from tests.web.retention_pages import a_hold, an_endorsed
from tests.web.rows import SENT, Row, Whose
from tests.web.world import World

APPOINT = {"office.appoint"}


def an_office(world: World, owner: User) -> Mapping[str, Any]:
    """The office of the records manager."""
    return {"code": "records-manager"}


def an_empty_office(world: World, owner: User) -> Mapping[str, Any]:
    """An office of the department's own that nobody has."""
    office, _made = Office.objects.get_or_create(code="night-clerk", defaults={"name": "Night clerk"})
    return {"code": office.code}


def an_appointment(world: World, owner: User) -> Mapping[str, Any]:
    """The PIO's colleague's."""
    return {"ref": Appointment.objects.get(user=world.colleagues["pio"]).ref}


def a_designation(world: World, owner: User) -> Mapping[str, Any]:
    """The chief's colleague lets the stranger approve pages for a week."""
    chief = Actor(user=world.colleagues["chief"])
    office = Office.objects.get(code="chief")
    until = world.at + timedelta(days=7)
    made = designate(
        office=office,
        person=world.stranger,
        capability="account.approve",
        since=world.at,
        until=until,
        actor=chief,
        at=world.at,
    )
    return {"ref": made.ref}


def a_promise(world: World, owner: User) -> Mapping[str, Any]:
    """An office of the stranger's that the administrator's colleague named."""
    row, _made = PromisedOffice.objects.get_or_create(
        person=world.stranger,
        office_id="auditor",
        defaults={"named_by": world.colleagues["administrator"], "named_at": world.at, "needs_second": True},
    )
    return {"ref": row.ref}


def an_absence(world: World, owner: User) -> Mapping[str, Any]:
    """The visitor's own."""
    until = world.at + timedelta(days=7)
    made = absence_record(person=owner, since=world.at, until=until, actor=Actor(user=owner), at=world.at)
    return {"ref": made.ref}


def may_end(world: World, office: str, whose: Whose) -> bool:
    """One's own absence, or everybody's for those who appoint."""
    return whose is Whose.OWN or bool(office_table()[office][1] & APPOINT)


def an_opening(world: World, owner: User) -> Mapping[str, Any]:
    """The visitor's own, or the stranger's: it is over."""
    began = world.at - timedelta(hours=3)
    words = words_keep("A threat in a message that could not wait.", compartment="restricted", at=began)
    made = BrokenGlass.objects.create(
        user=owner, compartment_id="restricted", words_ref=words, at=began, until=world.at - timedelta(hours=2)
    )
    return {"ref": made.ref}


def sees_opening(world: World, office: str, whose: Whose) -> bool:
    """One's own, or everybody's for those who review."""
    return whose is Whose.OWN or "glass.review" in office_table()[office][1]


GLASS = {"glass.break", "glass.review"}
READERS = {
    "account.approve",
    "disposition.approve",
    "request.decide",
    "production.release",
    "glass.review",
    "office.appoint",
}


def a_week(world: World, owner: User) -> Mapping[str, Any]:
    """The week before last, opened; nobody signed it."""
    since = world.at - timedelta(days=14)
    counts = {"all": 412, "denied": 3, "read": 17, "export": 2}
    made, _new = AuditWeek.objects.get_or_create(
        since=since, defaults={"until": since + timedelta(days=7), "opened_at": world.at, "counts": counts}
    )
    return {"ref": made.ref}


AUDIT = {"audit.read", "audit.review"}


def a_colleague(world: World, owner: User) -> Mapping[str, Any]:
    """The records manager's colleague, with an office and a hold."""
    a_hold(world, world.stranger)
    return {"ref": world.colleagues["records-manager"].ref}


OFFICE_PAGES: list[Row] = [
    Row("people/<uuid:ref>/leaving/", may={"user.manage"}, make=a_colleague, owned=False),
    Row("people/<uuid:ref>/leaving/", may={"user.manage"}, make=a_colleague, post={"leave": "1"}, owned=False),
    Row("audit/", may={"audit.read"}, make=a_week, owned=False),
    Row("audit/weeks/", may=AUDIT, make=a_week, owned=False),
    Row("audit/weeks/<uuid:ref>/", may=AUDIT, make=a_week, owned=False),
    Row("audit/weeks/<uuid:ref>/", may=AUDIT, make=a_week, post={"words": ""}, owned=False),
    Row("approvals/", may=READERS, make=an_endorsed, owned=False),
    Row("emergency/", may=GLASS, make=an_opening, owned=False),
    Row("emergency/", may=GLASS, post={"compartment": "nowhere"}),
    Row("emergency/<uuid:ref>/", may=GLASS, make=an_opening, sees=sees_opening),
    Row("emergency/<uuid:ref>/", may=GLASS, make=an_opening, sees=sees_opening, post={"justified": "maybe"}),
    Row("emergency/<uuid:ref>/close/", may=GLASS, make=an_opening, sees=sees_opening, post={}, answers=SENT),
    Row("offices/"),
    Row("offices/authority/"),
    Row("offices/appoint/", may=APPOINT),
    Row("offices/appoint/", may=APPOINT, post={"how": "holder"}),
    Row("offices/add/", may=APPOINT),
    Row(
        "offices/add/",
        may=APPOINT,
        post={"name": "Deputy Chief", "code": "deputy-chief", "authority": "chief"},
        answers=SENT,
    ),
    Row("offices/away/"),
    Row("offices/away/", post={"since": "never"}),
    Row("offices/designate/"),
    Row("offices/designate/", post={"since": "never"}),
    Row("offices/away/<uuid:ref>/back/", make=an_absence, sees=may_end, post={}, answers=SENT),
    Row("offices/designations/<uuid:ref>/end/", may=APPOINT, make=a_designation, post={}, answers=SENT, owned=False),
    Row("offices/promised/<uuid:ref>/", may=APPOINT, make=a_promise, owned=False),
    Row(
        "offices/promised/<uuid:ref>/", may=APPOINT, make=a_promise, post={"answer": "agree"}, answers=SENT, owned=False
    ),
    Row("offices/office/<slug:code>/", make=an_office, owned=False),
    Row(
        "offices/office/<slug:code>/rename/",
        may=APPOINT,
        make=an_office,
        post={"name": "Custodian"},
        answers=SENT,
        owned=False,
    ),
    Row("offices/office/<slug:code>/retire/", may=APPOINT, make=an_empty_office, post={}, answers=SENT, owned=False),
    Row("offices/appointments/<uuid:ref>/end/", may=APPOINT, make=an_appointment, owned=False),
    Row(
        "offices/appointments/<uuid:ref>/end/",
        may=APPOINT,
        make=an_appointment,
        post={"until": ""},
        answers=SENT,
        owned=False,
    ),
]
