"""The department's pages as their lists show them: who approved them, how the last run went, what it saw."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from archive.access import policy
from archive.access.actor import Actor
from archive.accounts.credentials import credential_path
from archive.accounts.models import Account
from archive.capture.coverage import Coverage
from archive.capture.models import CaptureRun
from archive.capture.schedule import TASK
from archive.capture.tables.services import KIND as TABLE
from archive.capture.wording import COUNTS, OUTCOME_MEANINGS, OUTCOMES, Text, code_sentence
from archive.jobs.models import Job, JobState

BARS = ("taken", "edited", "unchanged", "quarantined")


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a coverage bar, in hundredths of its length, with what it counts."""

    name: str
    title: Text
    count: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run in words. `outcome` is covered, partial, failed, waiting or broken. `failure` is what its job says now."""

    run: CaptureRun
    outcome: str
    outcome_name: Text
    meaning: Text
    counts: Mapping[str, int]
    bars: tuple[Bar, ...]
    faults: tuple[tuple[str, int], ...]
    failure: str = ""

    @property
    def gone(self) -> int:
        """How many records the run found gone."""
        return self.counts.get("removed", 0) + self.counts.get("absent", 0)


@dataclass(frozen=True, slots=True)
class AccountShown:
    """A page with its state. `connected` says whether it has a token."""

    account: Account
    imported: bool
    approved: bool
    own_proposal: bool
    connected: bool
    last: RunShown | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """The coverage statement of one run, in words."""

    shown: RunShown
    coverage: Coverage
    counts: tuple[tuple[Text, int], ...]
    faults: tuple[tuple[str, int], ...]
    notices: tuple[tuple[str, int], ...]
    oldest_listed: datetime | None

    @property
    def longest_delay(self) -> timedelta:
        """The longest time from posting to capture among what was posted since the run before."""
        return timedelta(seconds=self.coverage.longest_delay_s)


def accounts_shown(actor: Actor, at: datetime) -> list[AccountShown]:
    """Return the pages that the actor may see, those that wait for approval first. Three queries and the policy's."""
    newest = CaptureRun.objects.filter(account=OuterRef("pk")).order_by("-started_at", "-pk").values("pk")[:1]
    rows = policy.visible(actor, Account.objects.all(), at).annotate(last_run=Subquery(newest))
    accounts = list(rows.select_related("proposal__requested_by", "approval__approved_by").order_by("name", "pk"))
    runs = CaptureRun.objects.select_related("closed").in_bulk([a.last_run for a in accounts if a.last_run])
    jobs = _jobs(accounts)
    shown = [_account(a, runs.get(a.last_run), jobs.get(a.ref, []), actor) for a in accounts]
    return sorted(shown, key=lambda one: one.approved)


def account_shown(ref: uuid.UUID, *, actor: Actor, at: datetime) -> AccountShown:
    """Return one page that the actor may see. Raises Account.DoesNotExist."""
    rows = policy.visible(actor, Account.objects.all(), at)
    account = rows.select_related("proposal__requested_by", "approval__approved_by").get(ref=ref)
    run = CaptureRun.objects.select_related("closed").filter(account=account).order_by("-started_at", "-pk").first()
    return _account(account, run, _jobs([account]).get(account.ref, []), actor)


def runs_of(account: Account) -> QuerySet[CaptureRun]:
    """Return the runs of a page that the caller may see."""
    return CaptureRun.objects.filter(account=account).select_related("closed")


def runs_shown(account: Account, runs: Sequence[CaptureRun]) -> list[RunShown]:
    """Say runs of one page in words. One query."""
    jobs = _jobs([account]).get(account.ref, [])
    return [_run(run, jobs) for run in runs]


def statement_of(run: CaptureRun, account: Account) -> Statement:
    """Return a run's coverage statement in words. One that has not ended has counted nothing for good yet."""
    closed = getattr(run, "closed", None)
    coverage = Coverage.load(closed.coverage if closed else {})
    oldest = datetime.fromisoformat(coverage.oldest_listed) if coverage.oldest_listed else None
    return Statement(
        shown=runs_shown(account, [run])[0],
        coverage=coverage,
        counts=tuple((title, n) for name, title in COUNTS.items() if (n := coverage.counts.get(name, 0))),
        faults=_said(coverage.faults),
        notices=_said(coverage.notices),
        oldest_listed=oldest,
    )


def bars_of(counts: Mapping[str, int]) -> tuple[Bar, ...]:
    """Return the parts of a bar in proportion; nothing when nothing was seen."""
    whole = sum(counts.get(name, 0) for name in BARS)
    bars: list[Bar] = []
    start = 0.0
    for name in BARS:
        count = counts.get(name, 0)
        if count:
            length = round(100 * count / whole, 3)
            bars.append(Bar(name, COUNTS[name], count, round(start, 3), length))
            start += length
    return tuple(bars)


def _jobs(accounts: Sequence[Account]) -> dict[uuid.UUID, list[Job]]:
    """Return the jobs that will read, or are reading, these pages or tables for them, by the page's ref."""
    refs = {str(account.ref): account.ref for account in accounts}
    ids = {str(account.pk): account.ref for account in accounts}
    active = Job.objects.filter(kind__in=[TASK, TABLE], state__in=[JobState.WAITING, JobState.RUNNING])
    jobs: dict[uuid.UUID, list[Job]] = {}
    for job in active:
        ref = refs.get(job.subject) if job.kind == TASK else ids.get(job.subject.partition(":")[0])
        if ref is not None:
            jobs.setdefault(ref, []).append(job)
    return jobs


def _works_on(job: Job, run: CaptureRun) -> bool:
    begun = job.cursor.get("run")
    return bool(begun == run.pk or (begun is None and job.state == JobState.RUNNING))


def _account(account: Account, run: CaptureRun | None, jobs: Sequence[Job], actor: Actor) -> AccountShown:
    proposal = getattr(account, "proposal", None)
    return AccountShown(
        account=account,
        imported=account.network == "import",
        approved=hasattr(account, "approval"),
        own_proposal=bool(proposal and actor.user and proposal.requested_by_id == actor.user.pk),
        connected=credential_path(account.ref).exists(),
        last=_run(run, jobs) if run else None,
        waiting=bool(jobs),
    )


def _run(run: CaptureRun, jobs: Sequence[Job]) -> RunShown:
    closed = getattr(run, "closed", None)
    mine = next((job for job in jobs if _works_on(job, run)), None)
    outcome = closed.outcome if closed else "waiting" if mine else "broken"
    counts: Mapping[str, int] = closed.coverage.get("counts", {}) if closed else {}
    return RunShown(
        run=run,
        outcome=outcome,
        outcome_name=OUTCOMES.get(outcome, outcome),
        meaning=OUTCOME_MEANINGS.get(outcome, ""),
        counts=counts,
        bars=bars_of(counts),
        faults=_said(closed.coverage.get("faults", {}) if closed else {}),
        failure=mine.failure if mine and not closed else "",
    )


def _said(codes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((code_sentence(code), n) for code, n in sorted(codes.items(), key=lambda item: (-item[1], item[0])))
