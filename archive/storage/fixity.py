"""Every copy is read again within a set period: those never checked first, then the oldest, at a bounded rate."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from archive.jobs.services import Cancelled, Claim
from archive.storage.contract import Damaged, EvidenceStore, Missing, Standing, StoreError
from archive.storage.findings import copy_locked, good_write, outcome_write, standing_write
from archive.storage.models import Finding, FixityRound, Outcome, StoredCopy
from archive.storage.pacing import Pace
from archive.storage.reading import Place, place_chunks
from archive.storage.repair import Repair, copy_repair

FIXITY = "archive.storage.fixity"
BATCH = 50
TURN = timedelta(seconds=20)  #: after so long the job goes back, so that other work gets the process
REST = timedelta(seconds=10)
RENEW = timedelta(seconds=5)  #: how often the lease is renewed and the progress told
LOST = 25  #: so many missing in a row are a disk that is not mounted or a wrong bucket: the store is left alone
ASK_AGAIN = timedelta(days=1)  #: how often an irreparable copy is looked at again: a person may have put it right


@dataclass(frozen=True, slots=True)
class Limits:
    """Within what period each copy is read again, how fast, and how much in one round, in bytes."""

    period: timedelta
    bytes_per_second: int
    round_bytes: int


@dataclass(slots=True)
class Counts:
    """What a round has done so far; kept in the job's cursor, so that a killed round goes on."""

    started: str
    checked: int = 0
    bytes: int = 0
    damaged: int = 0
    missing: int = 0
    repaired: int = 0
    lost: dict[str, int] = field(default_factory=dict)  #: store → copies missing in a row
    unanswered: list[str] = field(default_factory=list)


class Round:
    """One round: the claim on its job, the stores, the pace, and what was counted."""

    def __init__(
        self,
        claim: Claim,
        *,
        known: Mapping[str, EvidenceStore],
        limits: Limits,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._claim, self._known, self._limits, self._now = claim, known, limits, now
        self._pace = Pace(limits.bytes_per_second, clock=clock, pause=pause)
        cursor: dict[str, object] = claim.job.cursor or {"started": now().isoformat()}
        self.counts = Counts(**cursor)  # type: ignore[arg-type]
        self._renewed = self._turn = now()

    def work(self) -> None:
        """Check what is due until the round has read its share, and end the job; or put it back after a turn.

        May be killed at any line: what was checked is on its copy. A store that does not answer is left out of the rest
        of the round, and nothing is concluded about its copies.
        """
        try:
            while batch := self._next():
                for copy in batch:
                    if copy.store in self.counts.unanswered:
                        continue
                    self._check(copy)
                    self._tell()
                    if self.counts.bytes >= self._limits.round_bytes:
                        return self._end()
                    if self._now() - self._turn >= TURN:
                        self._progress()
                        return self._claim.wait(until=self._now() + REST)
                self._progress()
            return self._end()
        except Cancelled:
            self._write()
            raise

    def _next(self) -> list[StoredCopy]:
        """Return the next copies: repairs that are due, then those never checked, then the oldest."""
        started, at = datetime.fromisoformat(self.counts.started), self._now()
        bad = Q(outcome__in=[Outcome.DAMAGED, Outcome.MISSING], checked_at__lt=started)
        hopeless = Q(outcome=Outcome.IRREPARABLE, checked_at__lt=at - ASK_AGAIN)
        live = self._live()
        for rows in (
            live.filter(bad | hopeless).order_by("checked_at", "pk"),
            live.filter(checked_at=None).order_by("pk"),
            live.filter(checked_at__lt=at - self._limits.period).order_by("checked_at", "pk"),
        ):
            if found := list(rows[:BATCH]):
                return found
        return []

    def _live(self) -> QuerySet[StoredCopy]:
        answering = [name for name in self._known if name not in self.counts.unanswered]
        return StoredCopy.objects.select_related("object").filter(store__in=answering, object__doomed_at=None)

    def _check(self, copy: StoredCopy) -> None:
        store = self._known[copy.store]
        standing: Standing | None = None
        outcome = Outcome.GOOD
        try:
            standing = store.standing(str(copy.key), copy.version_id)
            for _ in self._watch(place_chunks(copy.object, Place(store, str(copy.key), copy.version_id))):
                pass
        except Missing:
            outcome = Outcome.MISSING
            self.counts.lost[copy.store] = self.counts.lost.get(copy.store, 0) + 1
            if self.counts.lost[copy.store] >= LOST:
                self.counts.unanswered.append(copy.store)
                return
        except Damaged:
            outcome = Outcome.DAMAGED
        except StoreError:
            self.counts.unanswered.append(copy.store)
            return
        if outcome is not Outcome.MISSING:
            self.counts.lost.pop(copy.store, None)
        self.counts.checked += 1
        if standing is not None and outcome is Outcome.GOOD and good_write(copy, standing, store, at=self._now()):
            return
        with transaction.atomic():
            row = copy_locked(copy)
            if row is None:
                return
            if standing is not None:
                standing_write(row, standing, store, expected=copy.lock_until, at=self._now())
            found = outcome_write(row, outcome, at=self._now())
        self.counts.damaged += Finding.DAMAGED in found
        self.counts.missing += Finding.MISSING in found
        if outcome is not Outcome.GOOD:
            done = copy_repair(row, known=self._known, watch=self._watch, now=self._now)
            self.counts.repaired += done is Repair.DONE

    def _watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Count, pace, and keep the lease while one object is read."""
        for chunk in self._pace.watch(chunks):
            self.counts.bytes += len(chunk)
            if self._now() - self._renewed >= RENEW:
                self._renewed = self._now()
                self._claim.progress(at=self._renewed, done=self.counts.checked)
            yield chunk

    def _tell(self) -> None:
        """Say how far the round is, now and then: each telling costs as much as a small object."""
        if self._now() - self._renewed >= RENEW:
            self._progress()

    def _progress(self) -> None:
        self._renewed = self._now()
        counts = asdict(self.counts)
        if self._claim.job.total is None:
            self._claim.progress(at=self._renewed, done=self.counts.checked, total=self._due(), cursor=counts)
        else:
            self._claim.progress(at=self._renewed, done=self.counts.checked, cursor=counts)

    def _due(self) -> int:
        old = Q(checked_at=None) | Q(checked_at__lt=self._now() - self._limits.period)
        return self.counts.checked + self._live().filter(old).count()

    def _end(self) -> None:
        with transaction.atomic():
            self._write()
            self._claim.finish(at=self._now(), result=asdict(self.counts))

    def _write(self) -> None:
        counts = self.counts
        FixityRound.objects.create(
            started_at=datetime.fromisoformat(counts.started),
            ended_at=self._now(),
            checked=counts.checked,
            bytes=counts.bytes,
            damaged=counts.damaged,
            missing=counts.missing,
            repaired=counts.repaired,
            unanswered=",".join(counts.unanswered),
        )
