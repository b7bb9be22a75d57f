"""Sessions of people: which there are, and their end."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import User
from archive.access.policy import require
from archive.access.sign_in_models import PersonSession


def sessions_of(person: User, *, at: datetime) -> QuerySet[PersonSession]:
    """Return the sessions in which the person is signed in at `at`, the one seen last first."""
    return PersonSession.objects.filter(person=person, expire_date__gt=at).order_by("-seen_at")


def session_end(*, ref: uuid.UUID, person: User, actor: Actor, at: datetime) -> bool:
    """End one session of a person, one's own or, with the authority over people, another's. Return if there was one."""
    with transaction.atomic():
        if actor.person != person:
            require(actor, "user.manage", at)
        ended = PersonSession.objects.filter(ref=ref, person=person).delete()[0] > 0
        if ended:
            audit(actor, "access.session-ended", at=at, object_kind="person", object_ref=person.ref, count=1)
    return ended


def sessions_end_all(*, person: User, actor: Actor, at: datetime, but: str | None = None) -> int:
    """End every session of a person, except the one with the key `but`; return how many there were.

    Must be called inside the transaction of the act that ends them, which has asked for the permission.
    """
    found = PersonSession.objects.filter(person=person)
    if but:
        found = found.exclude(session_key=but)
    count = found.delete()[0]
    if count:
        audit(actor, "access.session-ended", at=at, object_kind="person", object_ref=person.ref, count=count)
    return count


def sessions_forget(*, at: datetime) -> int:
    """Delete the rows of sessions that ran out; return how many."""
    return PersonSession.objects.filter(expire_date__lte=at).delete()[0]
