"""Seeing a production through to its bundle from one process, and putting the bundle into a folder."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.jobs.models import Job, JobState
from archive.jobs.services import job_claim, job_enqueue
from archive.storage.services import object_chunks
from foia.production.build import POLL, NotCovered, Watch, production_build
from foia.production.models import Bundle, Production, ProductionState
from foia.production.services import BUILD, build_check
from retention.errors import Refused

SYSTEM = Actor(process="manage")


class NotInTime(Exception):
    """The bundle was not finished in the time given, for example because no sequencer runs."""


def production_see_through(
    production: Production, *, now: Callable[[], datetime], sleep: Callable[[float], None], wait: timedelta
) -> None:
    """Build the bundle here, or wait for the worker that already does; at most `wait` long.

    Raises Refused for a production that cannot be built, and NotInTime.
    """
    until = now() + wait
    build_check(production)
    job = job_enqueue(kind=BUILD, subject=str(production.ref), queue="heavy", at=now())
    while production.state != ProductionState.BUNDLED and not _step(production, job, now):
        if now() + POLL > until:
            raise NotInTime("The bundle is not finished. Look whether the worker and the sequencer run.")
        sleep(POLL.total_seconds())
        production.refresh_from_db()


def _step(production: Production, job: Job, now: Callable[[], datetime]) -> bool:
    """Do the work if it is nobody's; return whether it is finished. Raises Refused when the job ended in vain."""
    claim = job_claim(job.pk, at=now())
    if claim is None:
        job.refresh_from_db()
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise Refused("production.failed", job.failure or "The job was cancelled.")
        return False
    try:
        production_build(production, Watch(now=now, claim=claim))
    except NotCovered as error:
        claim.wait(until=now() + error.pause)
        return False
    except Refused as error:
        claim.fail(at=now(), sentence=str(error), retry=error.retry)
        raise
    except Exception as error:
        claim.fail(at=now(), sentence=f"{type(error).__name__} while building; it is tried again.", retry=True)
        raise
    claim.finish(at=now(), result={"production": str(production.ref), "state": production.state})
    return True


def bundle_put(production: Production, out: Path, *, at: datetime) -> Path:
    """Copy the kept bundle into a folder, whole or not at all, and return its path. The copy is audited."""
    bundle = Bundle.objects.select_related("stored").get(production=production)
    path = out / f"{production.name}.zip"
    part = out / f".{path.name}.part"
    try:
        with part.open("wb") as stream:
            for chunk in object_chunks(bundle.stored):
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with transaction.atomic():
        audit(SYSTEM, "production.copy", at=at, object_kind="production", object_ref=production.ref)
    return path
