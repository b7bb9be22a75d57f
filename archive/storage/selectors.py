"""What is really in force of each store, and what reading again has shown: numbers that pages and exports may state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Sum, Value, When

from archive.storage.alarms import fixity_alarms
from archive.storage.contract import Level
from archive.storage.locks import LOCK_ALARM
from archive.storage.models import Finding, FixityFinding, FixityRound, Outcome, StoredCopy, StoredObject
from archive.storage.selection import stores

_RANKS = (Level.ADVISORY, Level.GOVERNANCE, Level.COMPLIANCE)


@dataclass(frozen=True, slots=True)
class StorageLevel:
    """One store in force: what was asked of it, and what it itself showed of its copies of live objects."""

    name: str
    asked: Level  #: as configured
    level: Level | None  #: the weakest that the store showed of any copy; none while it was asked about none
    copies: int
    uncopied: int  #: live objects that have no copy here yet
    unseen: int  #: copies whose lock and level the store was never asked about
    smallest_lock: timedelta | None  #: what is left of the shortest lock, nothing or less when it is over
    short: int  #: copies with less than half the horizon left, where locks are asked for: an alarm
    flagged: int  #: copies under the flag of a hold; enforced only above `advisory`
    bad: int  #: copies that are damaged or missing now

    @property
    def alarm(self) -> bool:
        """Whether a live object could lose its lock before anybody looks."""
        return self.short > 0


def storage_levels(*, at: datetime) -> list[StorageLevel]:
    """Return a line for each store in force, the first store first. Product text states no more than `level` says."""
    objects = StoredObject.objects.filter(doomed_at=None).count()
    lines = []
    for store in stores().values():
        over = Q(lock_until=None) | Q(lock_until__lte=at)
        rank = Case(
            When(level="", then=None),
            When(over | Q(level=Level.ADVISORY), then=Value(0)),
            When(level=Level.GOVERNANCE, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        locks = store.level is not Level.ADVISORY
        short = Q(lock_until=None) | Q(lock_until__lt=at + LOCK_ALARM)
        found = (
            _live()
            .filter(store=store.name)
            .aggregate(
                copies=Count("pk"),
                unseen=Count("pk", filter=Q(level="")),
                weakest=Min(rank),
                shortest=Min("lock_until"),
                short=Count("pk", filter=short),
                flagged=Count("pk", filter=Q(held=True)),
                bad=Count("pk", filter=~Q(outcome__in=[Outcome.UNREAD, Outcome.GOOD])),
            )
        )
        lines.append(
            StorageLevel(
                name=store.name,
                asked=store.level,
                level=None if found["weakest"] is None else _RANKS[found["weakest"]],
                copies=found["copies"],
                uncopied=max(0, objects - found["copies"]),
                unseen=found["unseen"],
                smallest_lock=found["shortest"] - at if locks and found["shortest"] else None,
                short=found["short"] if locks else 0,
                flagged=found["flagged"],
                bad=found["bad"],
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class FixityReport:
    """What was read again in a period, and how things stand now. Sizes are bytes of objects, not of copies."""

    since: datetime
    until: datetime
    rounds: int
    checked: int  #: copies read by the rounds that ended in the period
    checked_bytes: int
    damaged: int
    missing: int
    recovered: int
    repaired: dict[str, int]  #: store whose copy was good → repairs from it
    irreparable: int
    unlocked: int
    objects: int  #: live ones now
    bytes: int
    copies: int
    never_checked: int  #: copies now
    overdue: int  #: copies now whose last look is longer ago than the period that is set
    oldest_check: datetime | None
    open_alarms: int


def fixity_report(*, since: datetime, until: datetime, at: datetime) -> FixityReport:
    """Return what fixity did from `since` to before `until`, and how things stand at `at`."""
    done = FixityRound.objects.filter(ended_at__gte=since, ended_at__lt=until).aggregate(
        rounds=Count("pk"), checked=Sum("checked", default=0), octets=Sum("bytes", default=0)
    )
    findings = FixityFinding.objects.filter(at__gte=since, at__lt=until)
    codes = dict(findings.values_list("code").annotate(n=Count("pk")))
    repaired = findings.filter(code=Finding.REPAIRED).values_list("repaired_from").annotate(n=Count("pk"))
    live = StoredObject.objects.filter(doomed_at=None).aggregate(n=Count("pk"), octets=Sum("size", default=0))
    period = timedelta(days=settings.FIXITY_DAYS)
    copies = _live().aggregate(
        n=Count("pk"),
        never=Count("pk", filter=Q(checked_at=None)),
        overdue=Count("pk", filter=Q(checked_at__lt=at - period) | Q(checked_at=None, put_at__lt=at - period)),
        oldest=Min("checked_at"),
    )
    return FixityReport(
        since=since,
        until=until,
        rounds=done["rounds"],
        checked=done["checked"],
        checked_bytes=done["octets"],
        damaged=codes.get(Finding.DAMAGED, 0),
        missing=codes.get(Finding.MISSING, 0),
        recovered=codes.get(Finding.RECOVERED, 0),
        repaired=dict(repaired),
        irreparable=codes.get(Finding.IRREPARABLE, 0),
        unlocked=codes.get(Finding.UNLOCKED, 0),
        objects=live["n"],
        bytes=live["octets"],
        copies=copies["n"],
        never_checked=copies["never"],
        overdue=copies["overdue"],
        oldest_check=copies["oldest"],
        open_alarms=fixity_alarms().count(),
    )


def _live() -> QuerySet[StoredCopy]:
    """Leave out the copies of doomed objects, which are few: cheaper than to look every object up."""
    doomed = StoredObject.objects.filter(doomed_at__isnull=False, gone_at=None).values("pk")
    return StoredCopy.objects.exclude(object_id__in=doomed)
