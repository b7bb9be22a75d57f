"""Which accounts are due, as jobs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit
from archive.accounts.models import Account
from archive.jobs.models import Job, JobState
from archive.jobs.services import job_enqueue

TASK = "archive.capture.account"

Depth = Literal["recent", "whole"]


class CaptureRefused(Exception):
    """A run that cannot be asked for; the message says why."""


def captures_enqueue(*, at: datetime) -> int:
    """Enqueue a run for every approved account that is due; return how many. One that runs already is not doubled."""
    due = Account.objects.filter(capture_due_at__lte=at, approval__isnull=False)
    count = 0
    for account in due:
        job_enqueue(kind=TASK, subject=str(account.ref), queue="capture", at=at)
        count += 1
    return count


def capture_request(*, actor: Actor, account_ref: UUID, depth: Depth = "recent", at: datetime) -> Job:
    """Ask for a run of one account now. Raises `policy.Denied`, CaptureRefused or Account.DoesNotExist.

    `whole` walks the timeline to its end and reads every thread again; `recent` does what the schedule would. A run
    that is waiting or under way already is not doubled, and keeps the depth it has.
    """
    with transaction.atomic():
        account = Account.objects.get(ref=account_ref)
        policy.require(actor, "capture.run", at, account)
        if account.network == "import":
            raise CaptureRefused("This page holds imported tables and is not read over a network.")
        if not hasattr(account, "approval"):
            raise CaptureRefused("This page is not approved yet, so it is not read. Ask the chief or the designee.")
        job = job_enqueue(kind=TASK, subject=str(account.ref), queue="capture", at=at)
        if depth == "whole":
            Job.objects.filter(pk=job.pk, state=JobState.WAITING, cursor={}).update(cursor={"depth": depth})
        audit(actor, "capture.request", at=at, object_kind="account", object_ref=account.ref)
    return job
