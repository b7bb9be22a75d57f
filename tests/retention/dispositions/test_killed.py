"""An execution that is killed in the middle destroys each record of its list once, and goes on where it stopped."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from archive.access.models import AuditEntry
from archive.capture.models import Slice
from archive.jobs.models import Job
from archive.jobs.services import job_claim
from archive.records.models import Tombstone
from retention.dispositions.approvals import batch_approve, batch_endorse
from retention.dispositions.certificates import certificate_file, certificate_return
from retention.dispositions.execution import JOB, batch_execute, execution_work
from retention.dispositions.models import BatchState, DispositionBatch, ItemOutcome
from retention.dispositions.sweeping import sweep
from tests.archive.destruction import scene
from tests.committed import CommittedDatabase
from tests.retention.scene import adopt, manager

pytestmark = pytest.mark.commits

COUNT = 60
ROOT = Path(__file__).resolve().parents[3]
WORK = """
import django, sys
django.setup()
from retention.dispositions.tasks import execute
execute(int(sys.argv[1]))
"""


def test_a_killed_execution_destroys_each_record_once_and_goes_on(committed_db: CommittedDatabase) -> None:
    at = timezone.now()
    today = scene.department().day(at)
    boss, clerk, chief = manager(), scene.person("clerk", "records-clerk"), scene.person("chief", "chief")
    adopt(boss)
    old = at - timedelta(days=2_000)
    records = scene.comments(scene.page(), {str(n): f"comment {n}" for n in range(COUNT)}, at=old, posted=old)
    [ref] = sweep(as_of=today, actor=boss, at=at).batches
    batch = DispositionBatch.objects.get(ref=ref)
    batch_endorse(batch_ref=ref, digest=bytes(batch.digest), actor=clerk, at=at)
    batch_approve(batch_ref=ref, digest=bytes(batch.digest), actor=chief, at=at)
    filed = today - timedelta(days=40)
    certificate_file(batch_ref=ref, filed_on=filed, disposal_on=filed, actor=boss, at=at)
    certificate_return(batch_ref=ref, number="26-0117", approved_on=today - timedelta(days=5), actor=boss, at=at)
    job = batch_execute(batch_ref=ref, actor=boss, at=at)

    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, str(job.pk)], cwd=ROOT, env={**os.environ, **committed_db.env}
    )
    deadline = time.monotonic() + 60
    while ItemOutcome.objects.count() < COUNT // 6 and worker.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    done = ItemOutcome.objects.count()
    assert COUNT // 6 <= done < COUNT
    assert Tombstone.objects.count() == done

    later = timezone.now() + timedelta(minutes=5)
    claim = job_claim(Job.objects.get(kind=JOB).pk, at=later)
    assert claim is not None
    execution_work(claim, now=lambda: later)
    batch.refresh_from_db()
    assert batch.state == BatchState.EXECUTED
    assert set(Tombstone.objects.values_list("record_id", flat=True)) == set(records)
    assert ItemOutcome.objects.count() == COUNT
    assert AuditEntry.objects.filter(action="disposition.execute").count() == COUNT
    assert not Slice.objects.exists()
