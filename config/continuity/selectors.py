"""How backups stand, for pages and alarms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Sum

from archive.storage.backups import BackupCopy, BackupKind, BackupProof, BackupRun, BackupSheet, BackupState, ProofKind
from retention.rules.horizon import backup_horizon

ALARM_AFTER = timedelta(hours=26)
PROOF_EVERY = timedelta(days=30)
PROOF_LATE = timedelta(days=35)


class Alarm(StrEnum):
    """Why somebody should look at the backup, the worst first."""

    NO_PLACE = "no-place"  #: no second place is named
    NO_SHEET = "no-sheet"  #: no recovery sheet was printed
    NEVER = "never"  #: there is no good backup at all
    LATE = "late"  #: the newest good one is older than 26 hours
    SAME_DISK = "same-disk"  #: the second place is on the disk of the first
    FINDINGS = "findings"  #: the newest good one lacks objects that could not be read
    PROOF_FAILED = "proof-failed"  #: the newest proof did not hold
    PROOF_LATE = "proof-late"  #: no restore was proved for 35 days
    SHEET_UNREAD = "sheet-unread"  #: nobody has yet typed the key of the newest sheet from its paper


@dataclass(frozen=True, slots=True)
class Proof:
    """A restore into a scratch place: when, of which backup, and what was proved."""

    at: datetime
    backup: str
    backup_began_at: datetime
    records: int
    objects: int
    seconds: float
    held: bool
    finding: str


@dataclass(frozen=True, slots=True)
class BackupStanding:
    """How backups stand at `at`. Times are UTC; `octets` are sealed bytes at the second place.

    `age` is that of what a restore would bring back: from the beginning of the last good backup. `oldest_at` is the
    beginning of the oldest one that is left; `declared_days` the horizon that the operator of an outside database
    declared, none where the database is ours.
    """

    place: str
    last_good: BackupRun | None
    age: timedelta | None
    next_at: datetime | None
    running: BackupRun | None
    last_failure: BackupRun | None
    count: int
    oldest_at: datetime | None
    octets: int
    objects: int
    sheet: BackupSheet | None
    sheet_read_at: datetime | None
    scratch_proof: Proof | None
    sheet_proof: Proof | None
    horizon_days: int
    declared_days: int | None
    database_is_ours: bool
    alarms: tuple[Alarm, ...]


def backup_state(at: datetime) -> BackupStanding:
    """Return how backups stand."""
    good = BackupRun.objects.filter(state=BackupState.GOOD)
    last = good.order_by("-started_at").first()
    oldest = good.order_by("started_at").first()
    failure = BackupRun.objects.filter(state=BackupState.FAILED).order_by("-started_at").first()
    if failure and last and failure.started_at < last.started_at:
        failure = None
    sheet = BackupSheet.objects.order_by("-number").first()
    read = sheet.read.order_by("-at").first() if sheet else None
    copies = BackupCopy.objects.aggregate(octets=Sum("octets"))["octets"] or 0
    every = timedelta(hours=settings.BACKUP_HOURS)
    standing = BackupStanding(
        place=_shown(settings.BACKUP_URL),
        last_good=last,
        age=at - last.started_at if last else None,
        next_at=(last.started_at + every if last else at) if settings.BACKUP_URL and sheet else None,
        running=BackupRun.objects.filter(state=BackupState.RUNNING).order_by("-started_at").first(),
        last_failure=failure,
        count=good.count(),
        oldest_at=oldest.started_at if oldest else None,
        octets=(good.aggregate(octets=Sum("octets"))["octets"] or 0) + copies,
        objects=BackupCopy.objects.values("key").distinct().count(),
        sheet=sheet,
        sheet_read_at=read.at if read else None,
        scratch_proof=_proof(ProofKind.SCRATCH),
        sheet_proof=_proof(ProofKind.SHEET),
        horizon_days=backup_horizon().days,
        declared_days=settings.BACKUP_HORIZON_DAYS if settings.BACKUP_HORIZON_DAYS > 1 else None,
        database_is_ours=last is None or last.kind != BackupKind.STORE,
        alarms=(),
    )
    return replace(standing, alarms=tuple(_alarms(standing, at)))


def _alarms(standing: BackupStanding, at: datetime) -> Iterator[Alarm]:
    if not settings.BACKUP_URL:
        yield Alarm.NO_PLACE
    if standing.sheet is None:
        yield Alarm.NO_SHEET
    if standing.age is None:
        yield Alarm.NEVER
    elif standing.age > ALARM_AFTER:
        yield Alarm.LATE
    if _same_disk(settings.BACKUP_URL):
        yield Alarm.SAME_DISK
    if standing.last_good and standing.last_good.failure:
        yield Alarm.FINDINGS
    proofs = [proof for proof in (standing.scratch_proof, standing.sheet_proof) if proof]
    newest = max(proofs, key=lambda proof: proof.at, default=None)
    if newest and not newest.held:
        yield Alarm.PROOF_FAILED
    held = max((proof.at for proof in proofs if proof.held), default=None)
    if standing.last_good and (held is None or at - held > PROOF_LATE):
        yield Alarm.PROOF_LATE
    if standing.sheet and not standing.sheet_read_at:
        yield Alarm.SHEET_UNREAD


def _proof(kind: ProofKind) -> Proof | None:
    row = BackupProof.objects.filter(kind=kind).select_related("run").order_by("-at").first()
    if row is None:
        return None
    return Proof(
        at=row.at,
        backup=row.run.name,
        backup_began_at=row.run.started_at,
        records=row.records,
        objects=row.objects_opened,
        seconds=row.seconds,
        held=row.held,
        finding=row.finding,
    )


def _shown(url: str) -> str:
    """Return the second place as people read it: without what follows the question mark."""
    return url.partition("?")[0]


def _same_disk(url: str) -> bool:
    """Tell whether both places lie on one file system, as far as this host can see."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return False
    try:
        return Path(unquote(parts.path)).stat().st_dev == Path(settings.DAYBOOK_STATE_DIR).stat().st_dev
    except OSError:
        return False
