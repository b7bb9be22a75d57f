"""Importing one table into one account: a job with a cursor, so that a killed import goes on where it was."""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from archive.access import policy
from archive.access.actor import Actor
from archive.accounts.models import Account
from archive.capture.batch import UNIT, KeptBad, Received
from archive.capture.commit import exchange_commit
from archive.capture.coverage import Coverage
from archive.capture.intake import bad_keep
from archive.capture.models import CaptureRun
from archive.capture.runs import run_close, run_open
from archive.capture.tables.ahead import (
    PreparerLost,
    ReadyStretch,
    Table,
    stretches_ahead,
    stretches_prepare,
    table_reader,
)
from archive.capture.tables.items import RowReader
from archive.capture.tables.mapping import Mapping
from archive.collisions import redo
from archive.jobs.models import Job, JobState
from archive.jobs.services import FOREGROUND, Claim, job_claim
from archive.ledger.canonical import canonical_bytes

KIND = "archive.capture.table"
AHEAD_FROM = 2 * 1024 * 1024
"""Bytes to read from which a process that works ahead is worth its start."""


class ImportRefused(Exception):
    """The table cannot be imported as it is; nothing of it was taken. The message says what to change."""


@dataclass(slots=True)
class Report:
    """What became of the rows of a table; the parts add up to `rows`."""

    rows: int = 0
    taken: int = 0
    edited: int = 0
    repeated: int = 0
    disposed: int = 0
    quarantined: int = 0
    codes: dict[str, int] = field(default_factory=dict)  #: quarantined rows by code
    resumed_at_row: int = 1


def table_import(
    *,
    actor: Actor,
    account: Account,
    path: Path,
    mapping: Mapping,
    now: Callable[[], datetime],
    watch: Callable[[Report], None] | None = None,
) -> Report:
    """Import a table. `watch` is called after each committed stretch of at most 500 rows.

    Importing the same file again finishes what a killed import left, or reports every row as repeated. Raises
    `policy.Denied`, ImportRefused, or NotApproved; then nothing was taken. Raises PreparerLost when the process that
    works ahead was ended; what was committed is kept.
    """
    policy.require(actor, "import.run", now(), account)
    claim = _claim(account, path, mapping, now())
    report = Report()
    with path.open("rb") as file:
        reader = table_reader(file, mapping)
        try:
            header = reader.header()
            RowReader(mapping, header)
        except ValueError as error:
            claim.fail(at=now(), sentence=str(error), retry=False)
            raise ImportRefused(f"{error} Nothing was taken.") from error
        offset = reader.offset
    stored = claim.job.cursor
    run = CaptureRun.objects.filter(pk=int(stored.get("run", 0))).first()
    run = run or run_open(account, kind="import", at=now(), actor=actor)
    coverage = Coverage.load(stored.get("coverage", {}))
    if stored:
        report = Report(**stored["report"])
        report.resumed_at_row = report.rows + 1
        offset = stored["offset"]
    head = canonical_bytes({"method": "IMPORT", "columns": header, "file": path.name})
    table = Table(path, mapping, header, offset, report.rows + 1, UNIT, account.ref, account.compartment)
    try:
        with _stretches(table, now) as stretches:
            for stretch in stretches:
                received = _received(account, stretch, head)  # large bad rows go to the store before
                report, coverage = redo(partial(_take, run, account, received, stretch, (report, coverage), claim, now))
                claim.progress(at=now(), done=report.rows)
                if watch:
                    watch(report)
    except PreparerLost:
        claim.wait(until=now())
        raise
    run_close(run, outcome="covered", coverage=coverage, at=now())
    claim.finish(at=now(), result={"run": str(run.ref), "rows": report.rows})
    return report


def _stretches(table: Table, now: Callable[[], datetime]) -> AbstractContextManager[Iterator[ReadyStretch]]:
    """Choose who prepares. A worker of a task queue may not start processes of its own; it prepares itself."""
    much = table.path.stat().st_size - table.offset > AHEAD_FROM
    if much and not multiprocessing.current_process().daemon:
        return stretches_ahead(table, now)
    return nullcontext(stretches_prepare(table, now))


def _received(account: Account, stretch: ReadyStretch, head: bytes) -> Received:
    kept = bad_keep(stretch.body, [one for one, _ in stretch.bad], account=account, at=stretch.at)
    return Received(
        purpose="import",
        outcome="ok",
        status=None,
        received_at=stretch.at,
        head=head,
        body=stretch.body,
        items=stretch.items,
        bad=[KeptBad(k.bad, k.raw, k.stored, number) for k, (_, number) in zip(kept, stretch.bad, strict=True)],
        ref=stretch.ref,
        prepared=stretch.prepared,
    )


def _take(
    run: CaptureRun,
    account: Account,
    received: Received,
    stretch: ReadyStretch,
    before: tuple[Report, Coverage],
    claim: Claim,
    now: Callable[[], datetime],
) -> tuple[Report, Coverage]:
    """Commit one stretch with the place behind it; return the figures so far, those before left as they were."""
    report, coverage = deepcopy(before)
    committed = exchange_commit(run, account, received, at=stretch.at)
    coverage.add(committed)
    report.rows += stretch.rows
    report.taken += committed.new
    report.edited += len(committed.edited)
    report.repeated += committed.unchanged + committed.repeated
    report.disposed += committed.disposed
    report.quarantined += committed.quarantined
    for kept in received.bad:
        report.codes[kept.bad.code] = report.codes.get(kept.bad.code, 0) + 1
    claim.keep(
        at=now(),
        done=report.rows,
        cursor={
            "run": run.pk,
            "offset": stretch.end,
            "report": {name: getattr(report, name) for name in Report.__slots__},
            "coverage": coverage.dump(),
        },
    )
    return report, coverage


def _claim(account: Account, path: Path, mapping: Mapping, at: datetime) -> Claim:
    """Claim the job of this file for this account: the same bytes and map go on where they were left."""
    digest = hashlib.sha256(repr(mapping).encode())
    with path.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    subject = f"{account.pk}:{digest.hexdigest()[:40]}"
    unfinished = Q(state__in=[JobState.WAITING, JobState.RUNNING])
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(unfinished, kind=KIND, subject=subject).first()
        if job is None:
            job = Job.objects.create(kind=KIND, subject=subject, queue=FOREGROUND, created_at=at, due_at=at)
    claim = job_claim(job.pk, at=at)
    if claim is None:
        raise ImportRefused(
            "Another process is importing this very file, or was killed within the last two minutes. "
            "What it committed is kept; try again in two minutes."
        )
    return claim
