"""Importing one table into one account: a job with a cursor, so that a killed import goes on where it was."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
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
from archive.capture.tables.items import RowReader
from archive.capture.tables.mapping import Mapping
from archive.capture.tables.stretches import Stretch, TableReader
from archive.connectors.contract import BadItem, Fields, Item
from archive.jobs.models import Job, JobState
from archive.jobs.services import FOREGROUND, Claim, job_claim
from archive.ledger.canonical import canonical_bytes

KIND = "archive.capture.table"


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
    `policy.Denied`, ImportRefused, or NotApproved; then nothing was taken.
    """
    policy.require(actor, "import.run", now(), account)
    claim = _claim(account, path, mapping, now())
    report = Report()
    with path.open("rb") as file:
        reader = TableReader(
            file, encoding=mapping.encoding, delimiter=mapping.delimiter, backslash_escapes=mapping.backslash_escapes
        )
        try:
            header = reader.header()
            rows = RowReader(mapping, header)
        except ValueError as error:
            claim.fail(at=now(), sentence=str(error), retry=False)
            raise ImportRefused(f"{error} Nothing was taken.") from error
        stored = claim.job.cursor
        run = CaptureRun.objects.filter(pk=int(stored.get("run", 0))).first()
        run = run or run_open(account, kind="import", at=now(), actor=actor)
        coverage = Coverage.load(stored.get("coverage", {}))
        if stored:
            report = Report(**stored["report"])
            report.resumed_at_row = report.rows + 1
            reader.seek(stored["offset"])
        head = canonical_bytes({"method": "IMPORT", "columns": header, "file": path.name})
        for stretch in reader.stretches(first_row=report.rows + 1, width=len(header), most=UNIT):
            received = _received(account, stretch, rows, head, now())  # large bad rows go to the store before
            with transaction.atomic():
                _take(run, account, received, len(stretch.rows) + len(stretch.bad), report, coverage, now())
                claim.progress(
                    at=now(),
                    done=report.rows,
                    cursor={
                        "run": run.pk,
                        "offset": stretch.end,
                        "report": {name: getattr(report, name) for name in Report.__slots__},
                        "coverage": coverage.dump(),
                    },
                )
            if watch:
                watch(report)
        run_close(run, outcome="covered", coverage=coverage, at=now())
        claim.finish(at=now(), result={"run": str(run.ref), "rows": report.rows})
    return report


def _received(account: Account, stretch: Stretch, rows: RowReader, head: bytes, at: datetime) -> Received:
    items: list[Item] = []
    said: dict[str, Fields] = {}
    bad = [(row.bad, row.number) for row in stretch.bad]
    for row in stretch.rows:
        item = rows.item(row)
        if not isinstance(item, BadItem) and said.setdefault(item.id, item.content) != item.content:
            item = BadItem("repeated-id", "The id stands in the table before, with other words.", row.start, row.stop)
        if isinstance(item, BadItem):
            bad.append((item, row.number))
        else:
            items.append(item)
    kept = bad_keep(stretch.body, [one for one, _ in bad], account=account, at=at)
    return Received(
        purpose="import",
        outcome="ok",
        status=None,
        received_at=at,
        head=head,
        body=stretch.body,
        items=items,
        bad=[KeptBad(k.bad, k.raw, k.stored, number) for k, (_, number) in zip(kept, bad, strict=True)],
    )


def _take(
    run: CaptureRun, account: Account, received: Received, rows: int, report: Report, coverage: Coverage, at: datetime
) -> None:
    committed = exchange_commit(run, account, received, at=at)
    coverage.add(committed)
    report.rows += rows
    report.taken += committed.new
    report.edited += len(committed.edited)
    report.repeated += committed.unchanged + committed.repeated
    report.disposed += committed.disposed
    report.quarantined += committed.quarantined
    for kept in received.bad:
        report.codes[kept.bad.code] = report.codes.get(kept.bad.code, 0) + 1


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
