"""One reading of an account: profile, timeline, threads, histories of edits, look-ups of what is missing, statement.

The run resumes where it was killed: its place lies in the job's cursor, and every step can be done twice.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Max, Q

from archive.accounts.credentials import credential_read
from archive.accounts.models import Account
from archive.capture.absence import Controls, Verdict, verdict
from archive.capture.batch import Committed
from archive.capture.commit import exchange_commit
from archive.capture.coverage import Coverage
from archive.capture.histories import unknown_revisions
from archive.capture.intake import receive
from archive.capture.media import media_enqueue
from archive.capture.models import CaptureRun, Cursor, ObservationKind, Who
from archive.capture.removals import observation_write
from archive.capture.runs import run_close, run_open
from archive.collisions import redo
from archive.connectors.contract import AccountSettings, Exchange, LookUp, Page, Policy, Secret, Session, Surroundings
from archive.connectors.errors import AccountNotFound, ConnectorError, Forbidden, NotFound, Unauthorised
from archive.connectors.registry import connector_named
from archive.jobs.services import Claim
from archive.records.models import Current, Kind, Record, RecordKey, State

RECHECK = timedelta(days=30)  #: posts this young are read again with their threads in every run
DEEP_EVERY = timedelta(hours=24)  #: how often the whole timeline is walked
LOOK_UPS = 500  #: direct look-ups a run at most; the rest is asked in the next one
DEEPEST = 200  #: replies to replies that are followed upwards
PHASES = ("profile", "timeline", "posts", "threads", "histories", "close")

#: Failures that end a run at once: no further request can succeed with this credential or this address.
FINAL = (AccountNotFound, Unauthorised, Forbidden)

T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """The state of a run under way."""

    run: CaptureRun
    account: Account
    session: Session
    claim: Claim
    now: Callable[[], datetime]
    phase: str = "profile"
    place: str | None = None  #: cursor of the timeline, or the last thread root that is done
    edited: list[int] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    before: datetime | None = None  #: when the run before began
    depth: str = "recent"

    def save(self) -> None:
        """Put the place into the job and renew its lease; a cancelled run stops here."""
        self.claim.progress(at=self.now(), done=self.coverage.counts["exchanges"], cursor=self._cursor())

    def keep(self) -> None:
        """Put the place into the job in the transaction that moved it, so that neither is ever without the other."""
        self.claim.keep(at=self.now(), done=self.coverage.counts["exchanges"], cursor=self._cursor())

    def _cursor(self) -> dict[str, object]:
        return {
            "run": self.run.pk,
            "depth": self.depth,
            "phase": self.phase,
            "place": self.place,
            "edited": self.edited,
            "coverage": self.coverage.dump(),
        }

    def commit(self, work: Callable[[], T]) -> T:
        """Do `work` in one transaction, again if it collides with a destruction; only the go that commits counts."""
        coverage, edited = self.coverage, self.edited

        def once() -> T:
            self.coverage, self.edited = deepcopy(coverage), list(edited)
            return work()

        return redo(once)

    def enter(self, phase: str) -> None:
        """Go on to the next phase."""
        self.phase, self.place = phase, None
        self.save()


def account_read(claim: Claim, *, surroundings: Surroundings) -> CaptureRun:
    """Read the account that the claimed job names, and close the run with its coverage statement.

    Raises ConnectorError when the network could not be read and a later try can help: the run stays open and resumes.
    A failure that no retry helps closes the run as failed; in neither case is anything marked removed.
    """
    account = Account.objects.get(ref=claim.job.subject)
    stored: dict[str, Any] = claim.job.cursor
    at = surroundings.now()
    run = CaptureRun.objects.filter(pk=int(stored.get("run", 0))).first() or run_open(account, kind="capture", at=at)
    connector = connector_named(account.network)
    settings = AccountSettings(
        base_url=account.base_url,
        handle=account.handle,
        network_id=account.network_id,
        credential=Secret(credential_read(account.ref)),
        policy=Policy(),
    )
    with connector.open(settings, surroundings) as session:
        reading = Reading(run, account, session, claim, surroundings.now)
        reading.phase = stored.get("phase", "profile")
        reading.depth = stored.get("depth", "recent")
        reading.place = stored.get("place")
        reading.edited = list(stored.get("edited", []))
        reading.coverage = Coverage.load(stored.get("coverage", {}))
        reading.coverage.cannot_see = connector.manifest.cannot_see
        earlier = CaptureRun.objects.filter(account=account, started_at__lt=run.started_at, kind="capture")
        reading.before = earlier.aggregate(Max("started_at"))["started_at__max"]
        try:
            for phase in PHASES[PHASES.index(reading.phase) : -1]:
                if phase != reading.phase:
                    reading.enter(phase)
                _STEPS[phase](reading)
        except FINAL as error:
            _keep_failure(reading, error)
            run_close(run, outcome="failed", coverage=reading.coverage, at=surroundings.now())
            return run
        except ConnectorError as error:
            _keep_failure(reading, error)
            reading.save()
            raise
    _remember_depth(reading)
    run_close(run, outcome=reading.coverage.outcome, coverage=reading.coverage, at=surroundings.now())
    return run


# --- the phases -----------------------------------------------------------------------------------------------------


def _profile(reading: Reading) -> None:
    _take(reading, reading.session.profile())


def _timeline(reading: Reading) -> None:
    """Walk the posts from the newest; once a day to the end, else until posts are older than the recheck window."""
    last_deep = (
        Cursor.objects.filter(account=reading.account, stream="timeline").values_list("value", flat=True).first()
    )
    deep_at = datetime.fromisoformat(last_deep["deep_at"]) if last_deep else None
    due = deep_at is None or reading.now() - deep_at >= DEEP_EVERY
    reading.coverage.deep = reading.coverage.deep or due or reading.depth == "whole"
    while True:
        page = reading.session.timeline(reading.place)
        committed = _take(reading, page)
        posted = [item.published for item in page.items if item.published is not None and item.within is None]
        if posted:
            oldest = min(posted)
            known = reading.coverage.oldest_listed
            reading.coverage.oldest_listed = min(known, oldest.isoformat()) if known else oldest.isoformat()
        if page.older is None:
            reading.coverage.timeline_whole = page.complete
            return
        news = committed.new or committed.edited
        if not reading.coverage.deep and posted and not news and max(posted) < reading.run.started_at - RECHECK:
            return
        reading.place = page.older
        reading.save()


def _posts(reading: Reading) -> None:
    """Ask for every post that should have been listed and was not."""
    scope = Q(record__kind=Kind.POST, record__link__parent=None)
    if not reading.coverage.timeline_whole:
        if not reading.coverage.oldest_listed:
            return
        scope &= Q(version__posted_at__gte=datetime.fromisoformat(reading.coverage.oldest_listed))
    for record in _unseen(reading, scope):
        _look_up(reading, record, listing_whole=reading.coverage.timeline_whole)


def _threads(reading: Reading) -> None:
    """Read what is said under each post that was seen; then ask for what is missing below it."""
    while True:
        roots = Current.objects.filter(
            account=reading.account,
            record__kind=Kind.POST,
            record__link__parent=None,
            state__in=[State.LIVE, State.HIDDEN],
            last_seen_at__gte=reading.run.started_at,
            record_id__gt=int(reading.place or 0),
        ).order_by("record_id")
        if not reading.coverage.deep:
            roots = roots.filter(version__posted_at__gte=reading.run.started_at - RECHECK)
        root = roots.first()
        if root is None:
            return
        _thread(reading, root.record)
        reading.place = str(root.record_id)
        reading.save()


def _thread(reading: Reading, root: Record) -> None:
    key = _key(root)
    if key is None:
        return
    whole, cursor = True, None
    try:
        while True:
            page = reading.session.thread(key.value, cursor)
            _take(reading, page, about=(key.namespace, key.value))
            if page.older is None:
                whole = page.complete
                break
            cursor = page.older
    except FINAL:
        raise
    except NotFound as error:
        _keep_failure(reading, error)
        _look_up(reading, root, listing_whole=False)
        return
    except ConnectorError as error:
        _keep_failure(reading, error)
        reading.coverage.counts["threads_unread"] += 1
        if error.retry_at is not None:
            raise
        return
    reading.coverage.counts["threads"] += 1
    for record in _unseen(reading, Q(record__link__root=root) & ~Q(record=root)):
        if not reading.coverage.deep and _orphaned(record):
            continue  # never listed again, so it is asked for only when the whole account is
        _look_up(reading, record, listing_whole=whole)


def _histories(reading: Reading) -> None:
    """Fetch the network's own history of what was edited: an edit between two runs is a version too."""
    while reading.edited:
        record = Record.objects.get(pk=reading.edited[0])
        key = _key(record)
        if key is not None and "history" in reading.session.manifest.operations:
            try:
                page = reading.session.history(key.value)
                page = unknown_revisions(record, page)
                _take(reading, page, about=(key.namespace, key.value), historic=True)
            except FINAL:
                raise
            except ConnectorError as error:
                _keep_failure(reading, error)
                if error.retry_at is not None:
                    raise
        reading.edited.pop(0)
        reading.save()


_STEPS: dict[str, Callable[[Reading], None]] = {
    "profile": _profile,
    "timeline": _timeline,
    "posts": _posts,
    "threads": _threads,
    "histories": _histories,
}


# --- steps they share -----------------------------------------------------------------------------------------------


def _take(reading: Reading, page: Page, *, about: tuple[str, str] | None = None, historic: bool = False) -> Committed:
    at = reading.now()
    for notice in page.notices:
        reading.coverage.notice(notice.code)
    received = receive(
        page.exchange,
        account=reading.account,
        at=at,
        items=page.items,
        bad=page.bad,
        notices=page.notices,
        about=about,
        historic=historic,
    )

    def write() -> Committed:
        committed = exchange_commit(reading.run, reading.account, received, at=at)
        media_enqueue(committed.media_versions, at=at)
        reading.coverage.add(committed)
        for item in page.items:
            reading.coverage.delay(item, at, reading.before)
        if not historic:
            reading.edited += [pk for pk in committed.edited if pk not in reading.edited]
        reading.keep()
        return committed

    return reading.commit(write)


def _keep_failure(reading: Reading, error: ConnectorError) -> None:
    """Keep the answer that could not be used, and count why."""
    reading.coverage.fault(error.code)
    if error.exchange is not None:
        at = reading.now()
        received = receive(error.exchange, account=reading.account, at=at, outcome=error.code)
        reading.commit(lambda: reading.coverage.add(exchange_commit(reading.run, reading.account, received, at=at)))


def _key(record: Record) -> RecordKey | None:
    return RecordKey.objects.filter(record=record).order_by("-pk").first()


def _unseen(reading: Reading, scope: Q) -> Iterable[Record]:
    """Return the records in scope that stood on the network and were not seen in this run."""
    missing = Current.objects.filter(
        scope, account=reading.account, state__in=[State.LIVE, State.HIDDEN], last_seen_at__lt=reading.run.started_at
    )
    return Record.objects.filter(current__in=missing).order_by("pk")


def _look_up(reading: Reading, record: Record, *, listing_whole: bool) -> None:
    """Ask for one record directly and write down what that proves, the answer and the finding in one transaction."""
    key = _key(record)
    if key is None:
        return
    if reading.coverage.counts["look_ups"] >= LOOK_UPS:
        reading.coverage.counts["undecided"] += 1
        return
    answer = reading.session.look_up(key.value)
    reading.coverage.counts["look_ups"] += 1
    finding = verdict(answer.outcome)
    if finding is not Verdict.PRESENT and _seen_in(reading, record):
        # One answer of this run shows it, another denies it: that proves nothing. The next run decides.
        finding = Verdict.UNDECIDED
    if finding is Verdict.NEEDS_CONTROLS:
        finding = verdict(answer.outcome, _controls(reading, record, listing_whole=listing_whole))
    reading.commit(lambda: _find(reading, record, key, answer, finding))
    if finding is Verdict.PRESENT and not _orphaned(record):
        reading.coverage.counts["unlisted"] += 1
    if finding is Verdict.UNDECIDED:
        reading.coverage.counts["undecided"] += 1
        reading.coverage.fault(answer.code or "undecided")


def _find(reading: Reading, record: Record, key: RecordKey, answer: LookUp, finding: Verdict) -> None:
    exchange_id = _take_answer(reading, answer, (key.namespace, key.value))
    if finding not in (Verdict.REMOVED, Verdict.ABSENT) or exchange_id is None or answer.exchange is None:
        return
    gone = finding is Verdict.REMOVED
    observation = observation_write(
        record,
        run=reading.run,
        kind=ObservationKind.REMOVED if gone else ObservationKind.ABSENT,
        who=Who.UNKNOWN,
        basis=_basis(answer.exchange) if gone else "listing-reconciled",
        exchange_id=exchange_id,
        at=reading.now(),
    )
    if observation is not None:
        reading.coverage.counts[observation.kind] += 1


def _orphaned(record: Record) -> bool:
    """Tell whether anything above the record is gone: networks list what is below a thread, and nothing below a gap."""
    above = Current.objects.filter(record__child_links__record=record).first()
    for _step in range(DEEPEST):
        if above is None or above.state in (State.REMOVED, State.ABSENT):
            return above is not None
        above = Current.objects.filter(record__child_links__record=above.record_id).first()
    return False


def _seen_in(reading: Reading, record: Record) -> bool:
    return Current.objects.filter(record=record, last_seen_at__gte=reading.run.started_at).exists()


def _basis(exchange: Exchange) -> str:
    return f"status-{exchange.status}" if exchange.status in (404, 410) else "tombstone"


def _take_answer(reading: Reading, answer: LookUp, about: tuple[str, str]) -> int | None:
    if answer.exchange is None:
        return None
    at = reading.now()
    items = (answer.item,) if answer.item else ()
    received = receive(
        answer.exchange,
        account=reading.account,
        at=at,
        items=items,
        bad=answer.bad,
        notices=answer.notices,
        outcome=answer.code or answer.outcome.value,
        about=about,
    )
    committed = exchange_commit(reading.run, reading.account, received, at=at)
    media_enqueue(committed.media_versions, at=at)
    reading.coverage.add(committed)
    return committed.exchange_id


def _controls(reading: Reading, record: Record, *, listing_whole: bool) -> Controls:
    """Ask for the parent and a sibling with the same credential, and reconcile the parent's count (rule 2 (c))."""
    link = record.link
    parent_key = _key(link.parent) if link.parent else None
    if link.parent is None or parent_key is None:
        return Controls(listing_whole, True, False, False, False)
    parent = reading.session.look_up(parent_key.value)
    reading.commit(lambda: _take_answer(reading, parent, (parent_key.namespace, parent_key.value)))
    seen = Current.objects.filter(record__link__parent=link.parent, last_seen_at__gte=reading.run.started_at)
    sibling = seen.exclude(record=record).order_by("record_id").first()
    sibling_key = _key(sibling.record) if sibling else None
    answer = reading.session.look_up(sibling_key.value) if sibling_key else None
    if answer is not None and sibling_key is not None:
        about = (sibling_key.namespace, sibling_key.value)
        reading.commit(lambda: _take_answer(reading, answer, about))
    count = parent.item.stat.get("replies") if parent.item else None
    return Controls(
        listing_whole=listing_whole,
        listing_lacks_it=True,
        count_reconciles=count is not None and count == seen.count(),
        parent_present=parent.item is not None,
        sibling_present=answer is not None and answer.item is not None,
    )


def _remember_depth(reading: Reading) -> None:
    if reading.coverage.deep:
        at = reading.now()
        Cursor.objects.update_or_create(
            account=reading.account,
            stream="timeline",
            defaults={"value": {"deep_at": reading.run.started_at.isoformat()}, "updated_at": at},
        )
    minutes = timedelta(minutes=reading.account.interval_minutes)
    Account.objects.filter(pk=reading.account.pk).exclude(capture_due_at=None).update(
        capture_due_at=reading.run.started_at + minutes
    )
