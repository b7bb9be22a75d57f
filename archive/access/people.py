"""The people who may sign in: made by an administrator, let in by an invitation, shut out, never deleted."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.mailing.services import link, mail_queue
from archive.access.models import Office, User
from archive.access.offices.promised import offices_promise, promises_give
from archive.access.policy import require
from archive.access.sessions import sessions_end_all
from archive.access.sign_in_models import Invitation, PersonSession

IDLE_DAYS = 90  #: CJIS AC-2(3)


class CannotDo(Exception):
    """An expected refusal; the message is a sentence for the person who asked. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A person and the secret by which they choose a password; it is shown once and kept nowhere."""

    person: User
    token: str
    mailed: bool = False


def person_invite(
    *,
    username: str,
    name: str,
    email: str,
    offices: Sequence[Office] = (),
    by_mail: bool = False,
    actor: Actor,
    at: datetime,
) -> Invited:
    """Make a person who may sign in once they have chosen a password, and has these offices from then on.

    Raises Denied, and CannotDo when the name is taken.
    """
    with transaction.atomic():
        require(actor, "user.manage", at)
        person = person_add(username=username, name=name, email=email, actor=actor, at=at)
        if offices:
            offices_promise(person=person, offices=offices, actor=actor, at=at)
        return _invited(person, by_mail=by_mail, actor=actor, at=at)


def person_add(*, username: str, name: str, email: str, actor: Actor, at: datetime) -> User:
    """Make a person without a password. Must be called inside the transaction of the act, which asked for permission.

    Raises CannotDo when the name is taken.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise CannotDo(_("Somebody signs in with this name already. Choose another one."))
    person = User(username=username, name=name, email=email, created_at=at, active_since=at)
    person.set_unusable_password()
    person.save()
    audit(actor, "access.person-made", at=at, object_kind="person", object_ref=person.ref)
    return person


def invitation_renew(*, person: User, by_mail: bool = False, actor: Actor, at: datetime) -> Invited:
    """Give a person a new invitation: they choose another password by it. Earlier ones end."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        if not person.is_active:
            raise CannotDo(_("This person is disabled. Let them in again first."))
        audit(actor, "access.invited", at=at, object_kind="person", object_ref=person.ref)
        return _invited(person, by_mail=by_mail, actor=actor, at=at)


def invited_person(token: str, *, at: datetime) -> User | None:
    """Return who is invited by this token, while it lasts."""
    found = Invitation.objects.select_related("person").filter(token_sha256=_digest(token), ended_at=None).first()
    return found.person if found and found.expires_at > at and found.person.is_active else None


def invitation_accept(*, token: str, password: str, at: datetime) -> User | None:
    """Set the password that an invited person chose, and end the invitation and every session; None if it is over.

    Raises ValidationError when the password is too weak or known to others.
    """
    with transaction.atomic():
        found = Invitation.objects.select_for_update().filter(token_sha256=_digest(token), ended_at=None).first()
        if found is None or found.expires_at <= at or not found.person.is_active:
            return None
        person = found.person
        validate_password(password, person)
        person.set_password(password)
        person.save(update_fields=["password"])
        Invitation.objects.filter(person=person, ended_at=None).update(ended_at=at)
        sessions_end_all(person=person, actor=Actor(user=person), at=at)
        audit(Actor(user=person), "access.password-set", at=at, object_kind="person", object_ref=person.ref)
        promises_give(person=person, at=at)
    return person


def have_a_password() -> QuerySet[User]:
    """Return everybody who has chosen a password."""
    return User.objects.exclude(password__startswith="!")  # noqa: S106 (Django's mark of one that cannot be used)


def person_disable(*, person: User, words: str, actor: Actor, at: datetime) -> int:
    """Shut a person out at once: sessions and invitations end with this transaction. Return how many sessions ended."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        if actor.person == person:
            raise CannotDo(_("You cannot disable yourself. Another administrator must."))
        return _disable(person, words=words, actor=actor, at=at)


def person_enable(*, person: User, actor: Actor, at: datetime) -> None:
    """Let a disabled person in again, with the password and second factor that they had."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        if actor.person == person:
            raise CannotDo(_("Another administrator must do this."))
        User.objects.filter(pk=person.pk).update(is_active=True, active_since=at)
        audit(actor, "access.enabled", at=at, object_kind="person", object_ref=person.ref)


def second_factors_remove(*, person: User, actor: Actor, at: datetime) -> int:
    """Take a lost phone or key off a person, who sets up a new one at the next sign-in. Return how many there were."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        if actor.person == person:
            raise CannotDo(_("Another administrator must do this. Your own you change under Your sign-in."))
        count: int = Authenticator.objects.filter(user=person).delete()[0]
        sessions_end_all(person=person, actor=actor, at=at)
        audit(actor, "access.factors-removed", at=at, object_kind="person", object_ref=person.ref, count=count)
    return count


def idle_disable(*, at: datetime) -> int:
    """In CJIS mode disable everybody who was not seen for ninety days; return how many."""
    if not settings.CJIS_MODE:
        return 0
    before = at - timedelta(days=IDLE_DAYS)
    idle = [person for person in User.objects.filter(is_active=True) if _last_seen(person) < before]
    for person in idle:
        with transaction.atomic():
            _disable(person, words="Not seen for ninety days.", actor=Actor(process="worker"), at=at)
    return len(idle)


def _last_seen(person: User) -> datetime:
    seen = PersonSession.objects.filter(person=person).order_by("-seen_at").values_list("seen_at", flat=True).first()
    known = [person.created_at, person.active_since, person.last_login, seen]
    return max(moment for moment in known if moment)


def _disable(person: User, *, words: str, actor: Actor, at: datetime) -> int:
    User.objects.filter(pk=person.pk).update(is_active=False)
    Invitation.objects.filter(person=person, ended_at=None).update(ended_at=at)
    ended = sessions_end_all(person=person, actor=actor, at=at)
    audit(actor, "access.disabled", at=at, object_kind="person", object_ref=person.ref, words=words)
    return ended


def _invited(person: User, *, by_mail: bool, actor: Actor, at: datetime) -> Invited:
    token = invitation_make(person, actor=actor, at=at)
    mail = None
    if by_mail:
        lines = [
            _("%(name)s, you are invited to Daybook, the archive of the department's pages.") % {"name": person.name},
            _("Choose your password here within %(hours)d hours; the link works once:")
            % {"hours": settings.INVITATION_HOURS},
            link(reverse("invitation", args=[token])),
        ]
        mail = mail_queue(person=person, kind="invitation", subject=_("Daybook: an invitation"), lines=lines, at=at)
    return Invited(person, token, mailed=mail is not None)


def invitation_make(person: User, *, actor: Actor, at: datetime) -> str:
    """Make an invitation and end earlier ones; return its secret. Must be called inside the transaction of the act."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(person=person, ended_at=None).update(ended_at=at)
    Invitation.objects.create(
        person=person,
        token_sha256=_digest(token),
        made_by=actor.user,
        made_at=at,
        expires_at=at + timedelta(hours=settings.INVITATION_HOURS),
    )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
