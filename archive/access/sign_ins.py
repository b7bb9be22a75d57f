"""Signing in, as audit and lock know it (CJIS AC-7: five failures in fifteen minutes, locked until released)."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import User
from archive.access.policy import require
from archive.access.sign_in_models import SignInFailure, SignInLock

WEB = Actor(process="web")  #: acts where nobody is known yet
FAILURES = 5
WITHIN = timedelta(minutes=15)


def person_named(username: str) -> User | None:
    """Return the person with this sign-in name, whatever its case; none for a name that cannot be one."""
    if not username or "\x00" in username:
        return None
    return User.objects.filter(username__iexact=username).first()


def is_locked(person: User, *, at: datetime) -> bool:
    """Tell whether the person may not sign in at `at`, whatever they know.

    In CJIS mode that lasts until an administrator lets them in again; else until the failures are fifteen minutes old.
    """
    if SignInLock.objects.filter(person=person, released_at=None).exists():
        return True
    return not settings.CJIS_MODE and _recent(person, at) >= FAILURES


def sign_in_failed(*, person: User | None, typed: str, why: str, at: datetime) -> bool:
    """Keep a failed sign-in; return whether the person is locked out by it. Must be called inside a transaction.

    What was typed as a name is kept as a keyed code only: it may be a stranger's name, or somebody's password.
    """
    audit(
        WEB,
        "access.sign-in-failed",
        at=at,
        outcome=why,
        object_kind="person" if person else "sign-in-name",
        object_ref=person.ref if person else name_code(typed),
    )
    if person is None or is_locked(person, at=at):
        return False
    SignInFailure.objects.create(person=person, at=at)
    if _recent(person, at) < FAILURES:
        return False
    if settings.CJIS_MODE:
        SignInLock.objects.create(person=person, locked_at=at)
    audit(WEB, "access.locked", at=at, object_kind="person", object_ref=person.ref)
    return True


def sign_in_done(person: User, *, at: datetime) -> None:
    """Keep a sign-in, and forget the failures before it. Must be called inside its transaction."""
    SignInFailure.objects.filter(person=person).delete()
    User.objects.filter(pk=person.pk).update(last_login=at)
    audit(Actor(user=person), "access.sign-in", at=at, object_kind="person", object_ref=person.ref)


def lock_release(*, person: User, actor: Actor, at: datetime) -> bool:
    """Let a locked person try again; return whether they were locked. Nobody releases themself (a constraint)."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        released = _release(person, by=actor.person, at=at)
        if released:
            audit(actor, "access.released", at=at, object_kind="person", object_ref=person.ref)
    return released


def lock_release_at_the_machine(*, person: User, at: datetime) -> bool:
    """The same for whoever has the machine itself: the way back when every administrator is locked out."""
    with transaction.atomic():
        released = _release(person, by=None, at=at)
        if released:
            audit(Actor(process="manage"), "access.released", at=at, object_kind="person", object_ref=person.ref)
    return released


def name_code(typed: str) -> str:
    """Return a code for what was typed as a name: the same for the same text, of no use to whoever reads it."""
    key = hashlib.sha256(b"daybook sign-in names\n" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, typed.strip().lower().encode(), "sha256").hexdigest()[:16]


def _release(person: User, *, by: User | None, at: datetime) -> bool:
    SignInFailure.objects.filter(person=person).delete()
    open_locks = SignInLock.objects.filter(person=person, released_at=None)
    return open_locks.update(released_at=at, released_by=by) > 0


def _recent(person: User, at: datetime) -> int:
    return SignInFailure.objects.filter(person=person, at__gt=at - WITHIN).count()
