"""The weekly review of the audit (CJIS AU-6): a job opens each week when it is over, a person looks and signs."""

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.auditing.matters import MATTERS
from archive.access.auditing.selectors import sealed_late
from archive.access.models import AuditEntry, Compartment, Department
from archive.access.oversight_models import AuditWeek, AuditWeekSigned
from archive.access.policy import allows, require
from archive.waiting import Waiting

REVIEW = "audit.review"
WORDS_LIMIT = 4_000
SETTLED = timedelta(hours=1)  #: after a week's end, so that its last entries have their place in the log


class WeekRefused(Exception):
    """An expected refusal; nothing was signed."""


def weeks_open(*, at: datetime) -> int:
    """Open the review of every week that is over and has none; safe to repeat. Weeks begin on Mondays."""
    department, first = Department.objects.first(), AuditEntry.objects.order_by("at").first()
    if department is None or first is None:
        return 0
    zone = ZoneInfo(department.zone)
    last = AuditWeek.objects.order_by("-since").first()
    day = department.day(last.until if last else first.at)
    monday = day - timedelta(days=day.weekday())
    opened = 0
    while True:
        since, until = (datetime.combine(monday + timedelta(days=n), time(), tzinfo=zone) for n in (0, 7))
        if until + SETTLED > at:
            return opened
        with transaction.atomic():
            _week, made = AuditWeek.objects.get_or_create(
                since=since, defaults={"until": until, "opened_at": at, "counts": _counts(since, until)}
            )
        opened += made
        monday += timedelta(days=7)


def week_sign(*, ref: uuid.UUID, words: str, actor: Actor, at: datetime) -> AuditWeekSigned:
    """Sign that one looked at a week, with what one found. Raises Denied, or WeekRefused for a week signed before."""
    if not 1 <= len(words.strip()) <= WORDS_LIMIT:
        raise WeekRefused(_("Say in up to %(limit)d characters what you found.") % {"limit": WORDS_LIMIT})
    with transaction.atomic():
        require(actor, REVIEW, at)
        week = AuditWeek.objects.get(ref=ref)
        if AuditWeekSigned.objects.filter(week=week).exists():
            raise WeekRefused(_("This week was signed before."))
        kept = words_keep(words.strip(), compartment="restricted", at=at)
        signed = AuditWeekSigned.objects.create(week=week, by=actor.person, at=at, words_ref=kept)
        audit(actor, "audit.review", at=at, object_kind="audit-week", object_ref=ref)
    return signed


def weeks() -> QuerySet[AuditWeek]:
    """Return every week that was opened."""
    return AuditWeek.objects.select_related("signed__by")


def weeks_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Weeks that nobody signed yet, the oldest first; each is due a week after it was over."""
    if not allows(actor, REVIEW, at):
        return []
    department = Department.objects.get()
    return [
        Waiting(
            _("Review the audit of the week of %(day)s") % {"day": department.day(week.since).isoformat()},
            department.day(week.until) + timedelta(days=7),
            reverse("audit-week", args=[week.ref]),
            _("%(n)d acts. Look at what was denied, exported and read, and sign.") % {"n": week.counts.get("all", 0)},
        )
        for week in AuditWeek.objects.filter(signed=None).order_by("since")[:20]
    ]


def _counts(since: datetime, until: datetime) -> dict[str, int]:
    """Count a week's entries by matter, without those in sealed compartments, of which a count would tell."""
    sealed = Compartment.objects.filter(sealed=True).values("code")
    rows = AuditEntry.objects.filter(at__gte=since, at__lt=until).exclude(compartment__in=sealed)
    told = rows.aggregate(all=Count("pk"), **{code: Count("pk", filter=of) for code, (_name, of) in MATTERS.items()})
    return {**told, "late": sealed_late(since, until)}
