"""fsck: everything that is stored held against everything else that tells of it; findings are codes, never words.

The rooms list their checks in the setting `LEDGER_CHECKS`. A check goes through its rows in order and says now and then
how far it is, so that a run that was stopped goes on from there. A finding names the place, what was expected, and what
was found; it is evidence, and a run that ends without any is the proof that the others were looked for.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from archive.extension import ExtensionPoint
from archive.ledger.models import LOG, Edge, FsckFinding, FsckRun

MOST = 1_000
"""Findings of one check that are written one by one; how many more there are is the last of them."""


class Finding(NamedTuple):
    """Something that is not as it must be: where (a ref, an id, a file name), and digests or numbers, never words."""

    code: str
    place: str
    expected: str
    found: str


class Step(NamedTuple):
    """So many more rows were looked at, up to and with `place` in the order of the check."""

    rows: int
    place: int


class Check(Protocol):
    """One check. `after` is the place of the last Step of a run that was stopped, 0 at the beginning."""

    name: str

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield findings and steps; whatever is wrong with a row must be a finding, never an exception."""
        ...


checks: ExtensionPoint[Check] = ExtensionPoint("LEDGER_CHECKS")


def fsck(run: FsckRun, *, now: Callable[[], datetime], tell: Callable[[str, int], None], cursor: dict[str, int]) -> int:
    """Do every check, or those that the run has not done yet; return how many findings the run has.

    `cursor` maps the name of a check to the place up to which it was done, -1 when it is over; it is changed as the
    work goes on, and `tell(name, rows)` is called after each step, so that the caller can keep it and stop.
    """
    if not run.size:
        run.size = Edge.objects.filter(log_id=LOG).values_list("size", flat=True).first() or 0
    for check in checks.all():
        after = cursor.get(check.name, 0)
        if after < 0:
            continue
        found: list[Finding] = []
        counted = run.counts.get(check.name, 0)
        written = more = 0
        for said in check.run(after):
            if isinstance(said, Finding):
                if written + len(found) < MOST:
                    found.append(said)
                else:
                    more += 1
                continue
            counted += said.rows
            _write(run, check.name, counted, found, now())
            written, found = written + len(found), []
            cursor[check.name] = said.place
            tell(check.name, counted)
        if more:
            found.append(Finding("fsck.more", check.name, "0", f"{more} more findings"))
        _write(run, check.name, counted, found, now())
        cursor[check.name] = -1
        tell(check.name, counted)
    run.finished_at = now()
    run.save()
    return run.findings


def _write(run: FsckRun, name: str, counted: int, found: list[Finding], at: datetime) -> None:
    FsckFinding.objects.bulk_create(
        FsckFinding(run=run, code=code, place=place[:200], expected=expected[:300], found=met[:300], at=at)
        for code, place, expected, met in found
    )
    run.counts = {**run.counts, name: counted}
    run.findings += len(found)
    run.save()
