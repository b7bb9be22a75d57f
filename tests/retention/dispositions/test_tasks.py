"""The tasks of retention are nudges: twice changes nothing, and a refusal is shown, not swallowed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from archive.jobs.models import Job, JobState
from archive.jobs.services import job_enqueue
from retention.dispositions.models import DispositionBatch
from retention.dispositions.nightly import JOB, next_sweep, sweep_enqueue
from retention.dispositions.tasks import nightly_sweep
from retention.holds.services import CATCH_UP
from retention.holds.tasks import catch_up
from tests.archive.destruction import scene
from tests.retention.scene import adopt, manager

pytestmark = pytest.mark.django_db


def test_the_nightly_sweep_proposes_what_is_due_once_and_says_what_it_found() -> None:
    adopt(manager())
    at = timezone.now()
    scene.comments(scene.page(), {"1": "a"}, at=at, posted=at - timedelta(days=2_000))
    job = job_enqueue(kind=JOB, at=at)
    nightly_sweep(job.pk)
    nightly_sweep(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert job.result["proposed"] == {"comments": 1}
    assert DispositionBatch.objects.count() == 1


def test_the_next_night_waits_once_however_often_it_is_asked_for() -> None:
    scene.department()
    at = timezone.now()
    first = sweep_enqueue(at=at)
    second = sweep_enqueue(at=at + timedelta(hours=1))
    assert first is not None
    assert second is not None
    assert first.pk == second.pk
    assert Job.objects.get(kind=JOB).due_at > at


def test_before_the_department_is_set_up_no_sweep_waits() -> None:
    assert sweep_enqueue(at=timezone.now()) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 2, 7, 0, tzinfo=UTC), datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),  # 1 in the night, Chicago
        (datetime(2026, 3, 2, 15, 0, tzinfo=UTC), datetime(2026, 3, 3, 8, 30, tzinfo=UTC)),
        (datetime(2026, 3, 7, 15, 0, tzinfo=UTC), datetime(2026, 3, 8, 8, 30, tzinfo=UTC)),  # the hour is skipped then
    ],
)
def test_the_sweep_comes_at_half_past_two_in_the_departments_zone(now: datetime, expected: datetime) -> None:
    assert next_sweep(scene.department(), now).astimezone(UTC) == expected


def test_the_catch_up_of_holds_ends_its_job() -> None:
    scene.department()
    job = job_enqueue(kind=CATCH_UP, at=timezone.now())
    catch_up(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"taken": 0})
