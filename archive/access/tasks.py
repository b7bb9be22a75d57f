"""Celery tasks about people; each comes round by itself."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from archive.access.identities import identities_forget
from archive.access.kept_forms import forms_forget
from archive.access.mailing.tasks import mails_forget
from archive.access.people import idle_disable
from archive.access.sessions import sessions_forget
from archive.access.throttle import attempts_forget
from archive.jobs.services import Claim
from archive.jobs.work import job_work

IDLE, FORGET = "archive.access.idle", "archive.access.forget"
ROUNDS = {IDLE: timedelta(days=1), FORGET: timedelta(hours=1)}


@shared_task(name=IDLE)
def idle(job_id: int) -> None:
    """Disable who was not seen for ninety days (CJIS mode)."""
    job_work(job_id, lambda _claim: {"disabled": idle_disable(at=timezone.now())})


@shared_task(name=FORGET)
def forget(job_id: int) -> None:
    """Delete sessions that ran out, old counts, forms that nobody came back for."""

    def work(_claim: Claim) -> dict[str, object]:
        at = timezone.now()
        return {
            "sessions": sessions_forget(at=at),
            "attempts": attempts_forget(at=at),
            "forms": forms_forget(at=at),
            "mails": mails_forget(at=at),
            "identities": identities_forget(at=at),
        }

    job_work(job_id, work)
