"""What waits for somebody about people and devices (Today)."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access.actor import Actor
from archive.access.devices import unpermitted
from archive.access.policy import allows
from archive.access.sign_in_models import SignInLock
from archive.waiting import Waiting

RECENT = timedelta(days=30)


def people_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Locked people, for administrators; personal devices without permission, for those who permit them."""
    found = []
    if allows(actor, "user.manage", at):
        locked = SignInLock.objects.filter(released_at=None).exclude(person=actor.person).select_related("person")
        found += [
            Waiting(
                _("Let %(name)s in again") % {"name": lock.person.name},
                None,
                reverse("person", args=[lock.person.ref]),
                _("Five wrong passwords or codes in a quarter of an hour. Ask the person whether it was them."),
            )
            for lock in locked[:20]
        ]
    if allows(actor, "device.permit", at):
        count = unpermitted(actor=actor, at=at).filter(at__gt=at - RECENT).count()
        if count:
            title = ngettext(
                "Look at %(n)d sign-in with a personal device without permission",
                "Look at %(n)d sign-ins with a personal device without permission",
                count,
            )
            why = _("In the last thirty days. A permission that comes later does not cure them.")
            found.append(Waiting(title % {"n": count}, None, reverse("devices"), why))
    return found
