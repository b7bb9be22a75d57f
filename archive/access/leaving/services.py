"""What a person would leave behind, and the leaving itself: all of it in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.duties import DUTIES, Duties, Duty
from archive.access.models import Appointment, Designation, User
from archive.access.offices.appointing import APPOINT, appointment_cut
from archive.access.offices.designating import designation_cut
from archive.access.offices.duties import OFFICES
from archive.access.offices.errors import OfficeRefused
from archive.access.people import person_disable
from archive.access.policy import authority_of, capabilities, require

MANAGE = "user.manage"


class LeavingRefused(Exception):
    """The leaving was not done; nothing was moved and nothing ended. The message says what would be left over."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that the person holds, its heir if one is named, and what is wrong with that (or nothing)."""

    kind: Duties
    held: Sequence[Duty]
    heir: User | None
    trouble: str


def rehearse(person: User, heirs: Mapping[str, User], *, actor: Actor, at: datetime) -> list[Part]:
    """Return what the person holds with the heirs named, by kind, and what would be left over. Moves nothing."""
    found = []
    for kind in DUTIES.all():
        held = kind.held(person, at)
        if held:
            heir = heirs.get(kind.kind)
            found.append(Part(kind, held, heir, _trouble(kind, person, heir, heirs, actor, at)))
    return found


def person_leave(*, person: User, heirs: Mapping[str, User], words: str, actor: Actor, at: datetime) -> Sequence[Part]:
    """Hand on everything that a person holds, end their offices and designations, and shut them out for good.

    Sessions, invitations and tokens end with it; what the person did keeps their name. Raises Denied, or LeavingRefused
    when anything would be left over.
    """
    with transaction.atomic():
        require(actor, MANAGE, at)
        require(actor, APPOINT, at)
        person = User.objects.select_for_update().get(pk=person.pk)
        if person == actor.person:
            raise LeavingRefused(_("Another person must do this for you."))
        if not person.is_active:
            raise LeavingRefused(_("This person is shut out already. Let them in again first, to move what they hold."))
        parts = rehearse(person, heirs, actor=actor, at=at)
        if any(part.trouble for part in parts):
            raise LeavingRefused(_("Something would be left over. Nothing was moved."))
        for part in sorted(parts, key=lambda part: part.kind.kind != OFFICES.kind):
            if part.heir is not None:
                _hand_on(part, part.heir, person, actor, at)
        _offices_end(person, actor, at)
        left = [duty.title for kind in DUTIES.all() if not kind.lapses for duty in kind.held(person, at)]
        if left:
            raise LeavingRefused(
                _("These would be left over: %(what)s. Nothing was moved.") % {"what": ", ".join(left)}
            )
        person_disable(person=person, words=words, actor=actor, at=at)
        count = sum(len(part.held) for part in parts)
        audit(actor, "leaving.done", at=at, object_kind="person", object_ref=person.ref, count=count)
    return parts


def _hand_on(part: Part, heir: User, person: User, actor: Actor, at: datetime) -> None:
    try:
        part.kind.hand_on([duty.thing for duty in part.held], person=person, heir=heir, actor=actor, at=at)
    except OfficeRefused as refused:
        raise LeavingRefused(str(refused)) from refused
    audit(
        actor,
        "leaving.hand-on",
        at=at,
        outcome=part.kind.kind[:16],
        object_kind="person",
        object_ref=heir.ref,
        count=len(part.held),
    )


def _offices_end(person: User, actor: Actor, at: datetime) -> None:
    still = Q(until=None) | Q(until__gt=at)
    for row in Appointment.objects.select_for_update().filter(still, user=person):
        if row.until is None or row.since < at:
            appointment_cut(row, until=at, actor=actor, at=at)
    for given in Designation.objects.select_for_update().filter(user=person, until__gt=at):
        designation_cut(given, actor=actor, at=at)


def _trouble(
    kind: Duties, person: User, heir: User | None, heirs: Mapping[str, User], actor: Actor, at: datetime
) -> str:
    if heir is None:
        return "" if kind.lapses else _("Nobody takes this over yet.")
    if heir == person:
        return _("Somebody else has to take this over.")
    if not heir.is_active:
        return _("%(name)s is disabled.") % {"name": heir.name}
    if kind.kind == OFFICES.kind and heir == actor.person:
        return _("Nobody appoints themselves. Name another heir, or let somebody else do this.")
    if kind.needs and kind.needs not in _will_have(heir, person, heirs, at):
        return _("%(name)s has no office that may do this.") % {"name": heir.name}
    return ""


def _will_have(heir: User, person: User, heirs: Mapping[str, User], at: datetime) -> frozenset[str]:
    """What the heir may do, together with what comes with the person's offices when these go to them."""
    held = capabilities(Actor(user=heir), at)
    if heirs.get(OFFICES.kind) != heir:
        return held
    rows = Appointment.objects.filter(Appointment.current(at), user=person)
    given = (authority_of(*row, "") for row in rows.values_list("office_id", "office__authority"))
    return held.union(*given)
