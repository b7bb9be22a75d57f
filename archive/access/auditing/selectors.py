"""Reading the audit.

An entry names codes and references, no content, so whoever reads the audit sees the acts in every compartment that is
not sealed; the words of an entry stay behind the doors of their compartment. Of sealed ones they learn nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from archive.access import policy
from archive.access.actor import Actor
from archive.access.auditing.matters import MATTERS
from archive.access.models import AuditEntry, AuditPending, Compartment, User, Words
from archive.ledger.models import FsckRun

LATE = timedelta(minutes=5)  #: an entry that waits longer for its batch means that nobody batched


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the audit is asked for; what is empty is not asked."""

    person: User | None = None
    matter: str = ""
    action: str = ""
    object_ref: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry with its words, empty where they are closed to the reader."""

    entry: AuditEntry
    words: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where the audit is not whole or not sealed: entries that wait too long, and what the last check of it found."""

    waiting: int
    oldest: datetime | None
    still: bool
    checked_at: datetime | None
    findings: int


def entries_visible(actor: Actor, at: datetime) -> QuerySet[AuditEntry]:
    """Return the entries that somebody who may read the audit sees."""
    sealed = Compartment.objects.filter(sealed=True).exclude(code__in=policy.open_compartments(actor, at))
    return AuditEntry.objects.exclude(compartment__in=sealed.values("code")).select_related("actor")


def entries_asked(rows: QuerySet[AuditEntry], asked: Asked) -> QuerySet[AuditEntry]:
    """Return those of the entries that are asked for."""
    if asked.person is not None:
        rows = rows.filter(actor=asked.person)
    if asked.matter in MATTERS:
        rows = rows.filter(MATTERS[asked.matter][1])
    if asked.action:
        rows = rows.filter(action__startswith=asked.action)
    if asked.object_ref:
        rows = rows.filter(object_ref=asked.object_ref)
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    return rows.filter(at__lt=asked.until) if asked.until else rows


def entries_shown(rows: Sequence[AuditEntry], *, actor: Actor, at: datetime) -> list[Shown]:
    """Return one page of entries with the words that are open to the reader."""
    refs: list[uuid.UUID] = [row.words_ref for row in rows if row.words_ref]
    texts = dict(policy.visible(actor, Words.objects.filter(ref__in=refs), at).values_list("ref", "text"))
    return [Shown(row, texts.get(row.words_ref, "") if row.words_ref else "") for row in rows]


def gaps(at: datetime) -> Gaps:
    """Return where the audit is not whole."""
    oldest = AuditPending.objects.order_by("entry_id").values_list("entry_id", flat=True).first()
    since = AuditEntry.objects.filter(pk=oldest).values_list("at", flat=True).first() if oldest else None
    run = FsckRun.objects.exclude(finished_at=None).order_by("-pk").first()
    return Gaps(
        waiting=AuditPending.objects.count(),
        oldest=since,
        still=since is not None and at - since > LATE,
        checked_at=run.finished_at if run else None,
        findings=run.found.filter(code__startswith="audit.").count() if run else 0,
    )


def sealed_late(since: datetime, until: datetime) -> int:
    """Return how many entries of a stretch of time waited too long for their place in the log."""
    rows = AuditEntry.objects.filter(at__gte=since, at__lt=until, auditbatchentry__batch__at__gt=F("at") + LATE)
    return rows.count()
