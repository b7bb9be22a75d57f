"""The drill `kill`: processes die at random while the demonstration captures, and nothing acknowledged may be lost."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from archive.access.models import AuditPending
from archive.capture.media import TASK as MEDIA
from archive.capture.schedule import TASK as ACCOUNT
from archive.capture.schedule import capture_request
from archive.jobs.models import Job, JobState
from archive.ledger.errors import LedgerError
from archive.ledger.models import Checkpoint, LedgerEvent, PendingEvent
from archive.storage.contract import StoreError
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.waiting import NothingCame, job_done, wait_for
from config.drills.capture_verdict import (
    Lost,
    audit_judged,
    gone_judged,
    jobs_judged,
    listed_judged,
    media_judged,
    versions_judged,
)
from config.drills.killing import VICTIMS, Killer
from config.drills.log_verdict import LogLost, log_judged
from config.drills.session import SignedIn
from config.drills.telling import told
from config.drills.traffic import Traffic
from sandbox.puppeteer import Puppeteer

KILLS = 12
SECONDS = 100.0  #: after which no further process is killed
BACK_SECONDS = 120.0  #: until everything runs again, with the growing pauses of its supervisor


def kill(seed: int) -> bool:
    """Run the drill with the chances of `seed`; tell whether nothing was lost."""
    chance = Random(seed)  # noqa: S311 which process dies is no secret
    url, token, control = sandbox_address()
    password = secrets.token_hex(12)
    cast = demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    session = SignedIn(username="clerk", password=password)
    killer = Killer(Path(os.environ["DAYBOOK_STATE_DIR"]), chance, lambda line: print(line, flush=True))
    with Traffic(network, cast, Random(seed + 1)) as traffic:  # noqa: S311
        killer.kill(KILLS, seconds=SECONDS)
    print(
        f"  {killer.killed.total()} kills: {', '.join(f'{name} {killer.killed[name]}' for name in VICTIMS)}; "
        f"meanwhile {traffic.asked} captures were acknowledged and {traffic.refused} refused",
        flush=True,
    )
    if traffic.failure is not None:
        return told("traffic", f"the network or a capture request failed: {traffic.failure!r}", held=False)
    missing = killer.all_back(BACK_SECONDS)
    if missing or set(killer.killed) != set(VICTIMS):
        never = sorted(set(VICTIMS) - set(killer.killed))
        return told("processes", f"not back: {missing or 'none'}; never killed: {never or 'none'}", held=False)
    told("processes", "every process that was killed runs again", held=True)
    try:
        _settle(cast, traffic)
    except NothingCame as error:
        return told("jobs", str(error), held=False)
    return _judge(cast, traffic, network, session)


def _settle(cast: Cast, traffic: Traffic) -> None:
    """Read the page twice more, now that nothing is killed, and wait until all work and the log are at rest."""
    connection.close()  # it was opened before the database died
    wait_for("The end of the captures under way", lambda: not _active() or None)
    _read(cast, traffic)
    traffic.last_words()
    _read(cast, traffic)
    wait_for("The end of all work, with every audit entry batched and everything in the log", at_rest)


def _read(cast: Cast, traffic: Traffic) -> None:
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    traffic.jobs.add(job.pk)
    traffic.asked += 1
    job_done(job.pk)


def _active() -> bool:
    waiting = [JobState.WAITING, JobState.RUNNING]
    return Job.objects.filter(kind__in=[ACCOUNT, MEDIA], state__in=waiting).exists()


def at_rest() -> bool | None:
    """Return True when no work is under way, every audit entry is batched and a checkpoint covers the whole log."""
    if _active() or AuditPending.objects.exists() or PendingEvent.objects.exists():
        return None
    newest = Checkpoint.objects.order_by("-size").first()
    return True if newest and newest.size == LedgerEvent.objects.count() else None


def _judge(cast: Cast, traffic: Traffic, network: Puppeteer, session: SignedIn) -> bool:
    statuses = network.list()["statuses"]
    questions: dict[str, Callable[[], str]] = {
        "captured": lambda: listed_judged(cast.account, statuses),
        "versions": versions_judged,
        "deletions": lambda: gone_judged(cast.account, traffic.deleted),
        "pictures": media_judged,
        "jobs": lambda: jobs_judged(traffic.jobs),
        "log": log_judged,
        "audit": lambda: audit_judged(traffic.asked),
    }
    held = True
    with transaction.atomic():
        with connection.cursor() as cursor:  # all questions are put to one moment
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, ask in questions.items():
            try:
                told(name, ask(), held=True)
            except (Lost, LogLost, LedgerError, StoreError) as error:
                held = told(name, str(error), held=False)
    signed_in = wait_for("An answer of the web process", session.still)
    said = "the clerk who signed in before is still signed in" if signed_in else "the clerk's session is gone"
    return told("web", said, held=signed_in) and held
