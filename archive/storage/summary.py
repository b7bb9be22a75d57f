"""How the stores stand, counted once an hour: at a million objects the counting takes longer than a page may."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.jobs.models import Job, JobState
from archive.storage.contract import Level
from archive.storage.selectors import FixityReport, StorageLevel, fixity_report, storage_levels

SUMMARY = "archive.storage.summary"
SPAN = timedelta(days=30)  #: the period of the fixity report that it holds


@dataclass(frozen=True, slots=True)
class Summary:
    """What was counted at `at`: a line for each store, and what fixity did in the 30 days before."""

    at: datetime
    levels: list[StorageLevel]
    report: FixityReport


def summary_count(*, at: datetime) -> dict[str, object]:
    """Count everything and return it as the result of a job; the job's row is where `summary_latest` reads it."""
    levels: list[dict[str, Any]] = []
    for line in storage_levels(at=at):
        left = line.smallest_lock
        levels.append(asdict(line) | {"smallest_lock": left.total_seconds() if left is not None else None})
    report = asdict(fixity_report(since=at - SPAN, until=at, at=at))
    days = {name: value.isoformat() for name, value in report.items() if isinstance(value, datetime)}
    return {"at": at.isoformat(), "levels": levels, "report": report | days}


def summary_latest() -> Summary | None:
    """Return what was counted last, or none if nothing was counted yet: the page then says so."""
    job = Job.objects.filter(kind=SUMMARY, state=JobState.DONE).order_by("-pk").first()
    if job is None:
        return None
    report = dict(job.result["report"])
    for name in ("since", "until", "oldest_check"):
        report[name] = datetime.fromisoformat(report[name]) if report[name] else None
    return Summary(
        at=datetime.fromisoformat(job.result["at"]),
        levels=[_level(line) for line in job.result["levels"]],
        report=FixityReport(**report),
    )


def levels_stated(*, at: datetime) -> str:
    """Return in one line how strictly each store really keeps its copies, as the stores themselves showed it last."""
    counted = summary_latest()
    lines = counted.levels if counted else storage_levels(at=at)
    return "; ".join(f"{line.name}: {line.level or 'not seen yet'}" for line in lines)


def _level(line: dict[str, Any]) -> StorageLevel:
    left, shown = line["smallest_lock"], line["level"]
    return StorageLevel(
        **line
        | {
            "asked": Level(line["asked"]),
            "level": Level(shown) if shown is not None else None,
            "smallest_lock": timedelta(seconds=left) if left is not None else None,
        }
    )
