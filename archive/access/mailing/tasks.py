"""The Celery task that hands one message to the mail server, and what is forgotten of those that went."""

from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from archive.access.mail_models import Mail
from archive.access.mailing.route import opened, route_now
from archive.access.mailing.sending import MailFailed, message_send
from archive.access.mailing.services import SEND
from archive.jobs.services import Claim
from archive.jobs.work import job_work

KEEP = timedelta(days=30)


@shared_task(name=SEND)
def mail_send(job_id: int) -> None:
    """Send one message; tried again with growing pauses while the server may yet take it."""
    job_work(job_id, _send, judge=_judged)


def _send(claim: Claim) -> dict[str, object]:
    mail = Mail.objects.select_related("person").get(ref=claim.job.subject)
    if mail.sent_at is not None:
        return {"sent": 0}
    text = opened(bytes(mail.sealed))
    route = route_now()
    if not text or route is None or not mail.person.is_active or not mail.person.email:
        _ended(mail, failure="nowhere to send it")
        return {"sent": 0}
    subject, _line, body = text.partition("\n")
    try:
        message_send(route=route, to=mail.person.email, subject=subject, body=body + "\n", mark=str(mail.ref))
    except MailFailed as error:
        Mail.objects.filter(pk=mail.pk).update(failure=str(error)[:500])
        raise
    _ended(mail, sent_at=timezone.now())
    return {"sent": 1}


def _ended(mail: Mail, *, sent_at: datetime | None = None, failure: str = "") -> None:
    with transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(sealed=b"", sent_at=sent_at, failure=failure)


def _judged(error: Exception) -> tuple[str, bool] | None:
    return (str(error), error.retryable) if isinstance(error, MailFailed) else None


def mails_forget(*, at: datetime) -> int:
    """Forget messages of long ago; return how many went."""
    return Mail.objects.filter(created_at__lt=at - KEEP).delete()[0]
