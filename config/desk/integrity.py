"""Integrity: whether what is kept can still be proved, and by what outside of this machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from archive.access import policy
from archive.access.audit import audit
from archive.access.pages import actor_of, instant_of, needs
from archive.jobs.models import Job, JobState
from archive.jobs.services import job_enqueue
from archive.ledger.models import LOG, Anchor, AnchorKind, AnchorTarget, FsckRun
from archive.ledger.rolled_back import rolled_back_log
from archive.records.proof import log_head
from archive.storage.summary import summary_latest
from config.continuity.selectors import Alarm, backup_state
from config.desk.fixity_views import MEND, alarms_shown
from config.desk.standing import drills_shown, space_shown
from config.tasks import FSCK

READ, CHECK = "integrity.read", "integrity.check"
SHOWN = 50  #: findings of the last check on the page
STILL = timedelta(minutes=5)  #: events that wait longer than this mean that the log stands still

KINDS = {
    AnchorKind.TSA: _("Time-stamping authority"),
    AnchorKind.WITNESS: _("Witness"),
    AnchorKind.WORM: _("Bucket in another account"),
    AnchorKind.MAIL: _("E-mail to named people"),
}

BACKUP_ALARMS = {
    Alarm.NO_PLACE: _("No second place is named, so there is no backup. Ask your administrator to name one."),
    Alarm.NO_SHEET: _("No recovery sheet was printed, so there is no key to seal a backup to."),
    Alarm.NEVER: _("There is no good backup."),
    Alarm.LATE: _("The newest good backup is older than 26 hours."),
    Alarm.SAME_DISK: _("The backup lies on the same disk as the archive: one fault takes both."),
    Alarm.FINDINGS: _("The newest backup lacks objects that could not be read."),
    Alarm.PROOF_FAILED: _("The newest try to restore a backup did not hold."),
    Alarm.PROOF_LATE: _("No backup was restored and proved in the last 35 days."),
    Alarm.SHEET_UNREAD: _(
        "Nobody has yet typed the key from the newest recovery sheet: a misprint would show too late."
    ),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """Events that have no place in the log yet."""

    count: int
    oldest: datetime | None
    still: bool


@dataclass(frozen=True, slots=True)
class AnchorShown:
    """One outside anchor: when it last held a checkpoint, of which size, and what it said since."""

    kind: str | Promise
    name: str
    size: int
    at: datetime | None
    unread: bool
    failures: int
    failure: str


@require_safe
@needs(READ)
def integrity(request: HttpRequest) -> HttpResponseBase:
    """How the log, its anchors, the stores, fixity, the last check and the backup stand."""
    at = instant_of(request)
    backup = backup_state(at)
    run = FsckRun.objects.exclude(finished_at=None).order_by("-pk").first()
    checking = Job.objects.filter(kind=FSCK, state__in=[JobState.RUNNING]).first()
    asked = Job.objects.filter(kind=FSCK, state=JobState.WAITING, due_at__lte=at).exists()
    return render(
        request,
        "desk/integrity.html",
        {
            "log": log_head(),
            "queue": _queue(at),
            "rolled_back": rolled_back_log(),
            "anchors": _anchors(),
            "stores": summary_latest(),
            "room": space_shown(),
            "open_alarms": alarms_shown(),
            "drills": drills_shown(),
            "run": run,
            "looked": sorted(run.counts.items()) if run else [],
            "findings": list(run.found.order_by("pk")[:SHOWN]) if run else [],
            "checking": checking,
            "asked": asked,
            "backup": backup,
            "alarms": [BACKUP_ALARMS[alarm] for alarm in backup.alarms],
            "may_mend": policy.allows(actor_of(request), MEND, at),
            "may_check": policy.allows(actor_of(request), CHECK, at),
        },
    )


@require_POST
@needs(CHECK)
def integrity_check(request: HttpRequest) -> HttpResponseBase:
    """Ask for a check of everything now; the weekly one then comes a week after it."""
    actor, at = actor_of(request), instant_of(request)
    with transaction.atomic():
        policy.require(actor, CHECK, at)
        job = job_enqueue(kind=FSCK, at=at)
        Job.objects.filter(pk=job.pk, state=JobState.WAITING, due_at__gt=at).update(due_at=at)
        audit(actor, "integrity.check", at=at)
    messages.success(
        request, str(_("The check begins within seconds. It can take minutes; this page shows how far it is."))
    )
    return redirect("integrity")


def _queue(at: datetime) -> Queue:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(e.created_at) FROM ledger_pending p JOIN ledger_event e USING (event_id)"
            " WHERE p.log_id = %s",
            [LOG],
        )
        count, oldest = cursor.fetchone()
    return Queue(count, oldest, oldest is not None and at - oldest > STILL)


def _anchors() -> list[AnchorShown]:
    shown = []
    for target in AnchorTarget.objects.order_by("kind", "name"):
        last = Anchor.objects.filter(log_id=LOG, kind=target.kind, name=target.name).order_by("-size").first()
        shown.append(
            AnchorShown(
                kind=KINDS[AnchorKind(target.kind)],
                name=target.name,
                size=target.size,
                at=last.at if last else None,
                unread=last is not None and not last.read,
                failures=target.failures,
                failure=target.failure,
            )
        )
    return shown
