"""The way back when every administrator is shut out: on the machine itself, for one of them, and loudly."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.able import able_ids, who_can
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.mailing.services import link, mail_queue
from archive.access.models import Appointment, AuditEntry, User
from archive.access.people import invitation_make
from archive.access.policy import allows, authority_of
from archive.access.sessions import sessions_end_all
from archive.access.sign_in_models import SignInFailure, SignInLock
from archive.waiting import Waiting

MANAGE, RESTORED = "user.manage", "access.restored"
MACHINE = Actor(process="manage")
TOLD = timedelta(days=30)


class CannotRestore(Exception):
    """There is another way, or this person was never an administrator. Nothing was changed."""


def administrator_restore(*, person: User, new_password: bool, at: datetime) -> str:
    """Let one administrator in again; return the secret of an invitation if a new password was asked for, else nothing.

    Raises CannotRestore while anybody who is neither disabled nor locked could do it from a desk, and for a person
    whose offices today would not let them manage people.
    """
    with transaction.atomic():
        locked = SignInLock.objects.filter(released_at=None).values("person_id")
        others = able_ids(at).get(MANAGE, frozenset())
        free = User.objects.filter(pk__in=others).exclude(pk__in=locked)
        if free.exists():
            names = ", ".join(user.name for user in free.order_by("name"))
            raise CannotRestore(f"{names} can sign in and let others in again. Ask them. Nothing was changed.")
        offices = Appointment.objects.filter(Appointment.current(at), user=person, deputy=False)
        if not any(MANAGE in authority_of(*row, "") for row in offices.values_list("office_id", "office__authority")):
            raise CannotRestore(f"{person.name} holds no office today that manages people. Nothing was changed.")
        User.objects.filter(pk=person.pk).update(is_active=True, active_since=at)
        SignInFailure.objects.filter(person=person).delete()
        SignInLock.objects.filter(person=person, released_at=None).update(released_at=at, released_by=None)
        sessions_end_all(person=person, actor=MACHINE, at=at)
        token = invitation_make(person, actor=MACHINE, at=at) if new_password else ""
        audit(MACHINE, RESTORED, at=at, object_kind="person", object_ref=person.ref)
        for reader in who_can("audit.read", at):
            lines = [
                _("Somebody who has the machine let an administrator in again, because every one was shut out."),
                _("If you do not know of this, ask today."),
                link(reverse("audit")),
            ]
            mail_queue(
                person=reader, kind="restored", subject=_("Daybook: an administrator was restored"), lines=lines, at=at
            )
    return token


def restored_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Tell those who read the audit, for thirty days, that an administrator was let in at the machine."""
    if not allows(actor, "audit.read", at):
        return []
    entries = AuditEntry.objects.filter(action=RESTORED, at__gt=at - TOLD).order_by("-at")
    names = dict(User.objects.filter(ref__in=[entry.object_ref for entry in entries]).values_list("ref", "name"))
    told = {str(ref): name for ref, name in names.items()}
    return [
        Waiting(
            _("An administrator was let in at the machine: %(name)s") % {"name": told.get(entry.object_ref, "")},
            None,
            reverse("audit") + f"?action={RESTORED}",
            _("Every administrator was shut out, and somebody who has the machine restored this one. Ask who and why."),
        )
        for entry in entries[:10]
    ]
