"""Setting up the way out, trying it, and putting a message on its way in the transaction that it tells of."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.mail_models import Mail, MailSecurity, MailSettings
from archive.access.mailing.route import Route, route_now, sealed
from archive.access.mailing.sending import MailFailed, message_send
from archive.access.models import User
from archive.access.policy import require
from archive.jobs.services import job_enqueue

SET_UP = "installation.set-up"
SEND = "archive.access.mail"  #: the task


def mail_set_up(
    *,
    host: str,
    port: int,
    security: str,
    username: str,
    password: str,
    sender: str,
    site: str,
    actor: Actor,
    at: datetime,
) -> MailSettings:
    """Keep by which server e-mail goes. An empty password keeps the one that is there. The earlier test counts no more.

    Raises Denied.
    """
    with transaction.atomic():
        require(actor, SET_UP, at)
        kept = MailSettings.objects.select_for_update().first()
        told = sealed(password) if password else (bytes(kept.password_sealed) if kept and username else b"")
        made, _new = MailSettings.objects.update_or_create(
            id=1,
            defaults={
                "host": host,
                "port": port,
                "security": MailSecurity(security),
                "username": username,
                "password_sealed": told,
                "sender": sender,
                "site": site.rstrip("/"),
                "changed_by": actor.person,
                "changed_at": at,
                "tested_at": None,
                "test_failure": "",
            },
        )
        audit(actor, "mail.set-up", at=at, object_kind="setting", object_ref="mail")
    return made


def mail_test(*, to: str, actor: Actor, at: datetime) -> str:
    """Send a message now, while the person waits; return what went wrong as a sentence, empty when it was taken.

    What the server took may still be lost behind it: only the one who gets it knows. Raises Denied, and MailFailed when
    no way out is set up.
    """
    require(actor, SET_UP, at)
    route = route_now()
    if route is None:
        raise MailFailed(_("No mail server is set up."), retryable=False)
    body = _("Daybook sent this to see whether its e-mail arrives. It does. Nothing needs to be done.")
    failure = ""
    try:
        message_send(route=route, to=to, subject=_("Daybook: a test"), body=body + "\n", mark=str(uuid.uuid4()))
    except MailFailed as error:
        failure = str(error)
    with transaction.atomic():
        outcome = "failed" if failure else "done"
        audit(actor, "mail.test", at=at, outcome=outcome, object_kind="setting", object_ref="mail")
        MailSettings.objects.update_or_create(
            id=1,
            defaults={"tested_at": at, "test_failure": failure[:500]},
            create_defaults={
                "tested_at": at,
                "test_failure": failure[:500],
                "sender": route.sender,
                "site": route.site,
                "changed_at": at,
            },
        )
    return failure


def mail_queue(*, person: User, kind: str, subject: str, lines: list[str], at: datetime) -> Mail | None:
    """Put a message on its way in the caller's transaction; none when the person has no address or no way is set up.

    `lines` may hold counts and links, never what a record says.
    """
    if route_now() is None or not person.email or not person.is_active:
        return None
    with transaction.atomic():
        mail = Mail.objects.create(person=person, kind=kind, sealed=sealed("\n".join([subject, *lines])), created_at=at)
        job_enqueue(kind=SEND, subject=str(mail.ref), at=at)
    return mail


def link(path: str) -> str:
    """Return the address of a page as a message names it; empty without a way out."""
    route: Route | None = route_now()
    return f"{route.site}{path}" if route else ""
