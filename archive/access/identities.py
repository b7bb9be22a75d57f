"""Identities of the department's own sign-in: linked to a person by an administrator, never made by the provider."""

from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import User
from archive.access.people import CannotDo
from archive.access.policy import require
from archive.access.sessions import sessions_end_all
from archive.access.sign_in_models import UnlinkedIdentity
from archive.access.sign_ins import WEB, name_code

KEEP = timedelta(days=14)


def identity_refused(*, provider: str, uid: str, name: str, email: str, at: datetime) -> None:
    """Remember for two weeks who came from the provider and is nobody here, so that an administrator can link them."""
    with transaction.atomic():
        UnlinkedIdentity.objects.update_or_create(
            provider=provider[:200],
            uid=uid[:191],
            defaults={"name": name[:200], "email": email[:254], "seen_at": at},
        )
        audit(
            WEB,
            "access.sign-in-failed",
            at=at,
            outcome="unlinked",
            object_kind="identity",
            object_ref=name_code(f"{provider}\n{uid}"),
        )


def identities_unlinked(*, at: datetime) -> QuerySet[UnlinkedIdentity]:
    """Return who came lately and is not linked, the newest first."""
    return UnlinkedIdentity.objects.filter(seen_at__gt=at - KEEP).order_by("-seen_at")


def identity_link(*, person: User, identity: UnlinkedIdentity, actor: Actor, at: datetime) -> None:
    """Let an identity of the provider sign in as this person. Raises CannotDo for one's own person."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        if actor.person == person:
            raise CannotDo(_("Another administrator must link your own identity."))
        account, made = SocialAccount.objects.get_or_create(
            provider=identity.provider, uid=identity.uid, defaults={"user": person}
        )
        if not made and account.user_id != person.pk:
            raise CannotDo(_("This identity belongs to another person already."))
        identity.delete()
        audit(actor, "access.identity-linked", at=at, object_kind="person", object_ref=person.ref)


def identities_unlink(*, person: User, actor: Actor, at: datetime) -> int:
    """Take every identity of the provider off a person and end their sessions; return how many there were."""
    with transaction.atomic():
        require(actor, "user.manage", at)
        count: int = SocialAccount.objects.filter(user=person).delete()[0]
        sessions_end_all(person=person, actor=actor, at=at)
        audit(actor, "access.identity-unlinked", at=at, object_kind="person", object_ref=person.ref, count=count)
    return count


def identities_forget(*, at: datetime) -> int:
    """Forget who came long ago and was never linked."""
    return UnlinkedIdentity.objects.filter(seen_at__lte=at - KEEP).delete()[0]
