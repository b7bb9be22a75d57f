"""Work is claimed once, resumed after a death, cancelled at a step, and never lost with the broker."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import override_settings

from archive.jobs.models import Job, JobState, Outbox
from archive.jobs.services import (
    Cancelled,
    Claim,
    LostLease,
    job_cancel,
    job_claim,
    job_enqueue,
    tick,
)
from tests.archive.capture.world import AT

LONG = timedelta(hours=1)


def claimed() -> Claim:
    """Return a claim on a fresh job."""
    claim = job_claim(job_enqueue(kind="test.work", subject="1", at=AT).pk, at=AT)
    assert claim is not None
    return claim


@pytest.mark.django_db
def test_the_same_work_is_enqueued_once() -> None:
    assert job_enqueue(kind="test.work", subject="1", at=AT).pk == job_enqueue(kind="test.work", subject="1", at=AT).pk


@pytest.mark.django_db
def test_a_job_is_claimed_once_until_its_lease_runs_out() -> None:
    first = claimed()
    assert job_claim(first.job.pk, at=AT) is None
    second = job_claim(first.job.pk, at=AT + LONG)
    assert second is not None
    with pytest.raises(LostLease):
        first.progress(at=AT + LONG, done=1)
    second.finish(at=AT + LONG)
    with pytest.raises(LostLease):
        first.finish(at=AT + LONG)


@pytest.mark.django_db
def test_a_resumed_job_finds_its_cursor() -> None:
    claimed().progress(at=AT, done=3, total=9, cursor={"row": 3})
    again = job_claim(Job.objects.get().pk, at=AT + LONG)
    assert again is not None
    assert (again.job.cursor, again.job.done, again.job.total, again.job.attempts) == ({"row": 3}, 3, 9, 2)


@pytest.mark.django_db
def test_a_running_job_stops_at_its_next_step_when_asked() -> None:
    claim = claimed()
    assert job_cancel(claim.job.pk, at=AT)
    with pytest.raises(Cancelled):
        claim.progress(at=AT, done=1)
    assert Job.objects.get().state == JobState.CANCELLED


@pytest.mark.django_db
def test_a_waiting_job_that_is_cancelled_is_never_claimed() -> None:
    job = job_enqueue(kind="test.work", at=AT)
    assert job_cancel(job.pk, at=AT)
    assert job_claim(job.pk, at=AT) is None


@pytest.mark.django_db
def test_failures_wait_longer_each_time_and_end() -> None:
    claim, at, delays = claimed(), AT, []
    while True:
        claim.fail(at=at, sentence="The network did not answer.", retry=True)
        job = Job.objects.get()
        if job.state == JobState.FAILED:
            break
        delays.append(job.due_at - at)
        assert job_claim(job.pk, at=at) is None, "not before it is due"
        at = job.due_at
        again = job_claim(job.pk, at=at)
        assert again is not None
        claim = again
    assert delays == sorted(delays)
    assert len(delays) >= 3


@pytest.mark.django_db
@override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
def test_what_the_broker_did_not_take_is_sent_again() -> None:
    job = job_enqueue(kind="test.work", at=AT)
    assert Outbox.objects.get().sent_at is None
    tick(at=AT + timedelta(minutes=1))
    assert Outbox.objects.filter(job=job).exists()
    assert Job.objects.get().state == JobState.WAITING


@pytest.mark.commits
def test_of_two_workers_one_gets_the_job() -> None:
    job = job_enqueue(kind="test.work", at=AT)
    barrier, won = Barrier(4), []

    def work() -> None:
        barrier.wait()
        claim = job_claim(job.pk, at=AT)
        if claim is not None:
            won.append(claim.token)
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
