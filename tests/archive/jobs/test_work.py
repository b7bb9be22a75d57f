"""What every task does around its work, and the work that comes round by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from archive.jobs.models import Job, JobState
from archive.jobs.periodic import KEEP, periodic_enqueue
from archive.jobs.services import Cancelled, Claim, job_claim, job_enqueue
from archive.jobs.work import job_work

pytestmark = pytest.mark.django_db

HOURLY = {"test.round": timedelta(hours=1)}


class Expected(Exception):
    """What a room knows how to judge."""


def waiting() -> Job:
    return job_enqueue(kind="test.work", at=timezone.now())


def test_what_the_work_returns_is_the_jobs_result_and_it_is_done_once() -> None:
    job, done = waiting(), []

    def work(claim: Claim) -> dict[str, object]:
        done.append(claim.job.pk)
        return {"taken": 3}

    job_work(job.pk, work)
    job_work(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.result, done) == (JobState.DONE, {"taken": 3}, [job.pk])


@pytest.mark.parametrize(("retry", "state"), [(True, JobState.WAITING), (False, JobState.FAILED)])
def test_a_judged_error_is_put_down_in_its_own_sentence(retry: bool, state: JobState) -> None:
    job = waiting()

    def work(_claim: Claim) -> None:
        raise Expected

    job_work(job.pk, work, judge=lambda error: ("The store is full.", retry) if isinstance(error, Expected) else None)
    job.refresh_from_db()
    assert (job.state, job.failure) == (state, "The store is full.")


def test_an_error_nobody_judged_is_put_down_without_its_words_and_raised() -> None:
    job = waiting()

    def work(_claim: Claim) -> None:
        raise ValueError("a comment that somebody wrote")

    with pytest.raises(ValueError, match="somebody"):
        job_work(job.pk, work)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert "somebody" not in job.failure


def test_a_stopped_job_rests() -> None:
    job = waiting()

    def work(claim: Claim) -> None:
        Job.objects.filter(pk=claim.job.pk).update(cancel_requested=True)
        with pytest.raises(Cancelled):
            claim.progress(at=timezone.now(), done=1)
        raise Cancelled

    job_work(job.pk, work)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_the_first_round_is_due_at_once_and_waits_once() -> None:
    at = timezone.now()
    periodic_enqueue(HOURLY, at=at)
    periodic_enqueue(HOURLY, at=at + timedelta(minutes=5))
    assert Job.objects.get(kind="test.round").due_at == at


def test_the_next_round_comes_its_time_after_the_last_and_one_that_failed_does_not_stop_it() -> None:
    at = timezone.now()
    periodic_enqueue(HOURLY, at=at)
    first = job_claim(Job.objects.get(kind="test.round").pk, at=at)
    assert first is not None
    first.fail(at=at, sentence="It broke.", retry=False)
    failed_due = Job.objects.get(kind="test.round").due_at
    periodic_enqueue(HOURLY, at=at + timedelta(minutes=1))
    assert Job.objects.get(kind="test.round", state=JobState.WAITING).due_at == failed_due + timedelta(hours=1)


def test_rounds_missed_while_nothing_ran_are_one_round() -> None:
    at = timezone.now()
    periodic_enqueue(HOURLY, at=at)
    first = job_claim(Job.objects.get(kind="test.round").pk, at=at)
    assert first is not None
    first.finish(at=at)
    later = at + timedelta(days=2)
    periodic_enqueue(HOURLY, at=later)
    assert Job.objects.get(kind="test.round", state=JobState.WAITING).due_at == later


def test_rounds_long_over_are_forgotten_and_other_work_is_not() -> None:
    at = timezone.now()
    for kind in ("test.round", "test.work"):
        job_enqueue(kind=kind, at=at)
        Job.objects.filter(kind=kind).update(state=JobState.DONE, finished_at=at)
    periodic_enqueue(HOURLY, at=at + KEEP + timedelta(hours=2))
    assert Job.objects.filter(kind="test.work").count() == 1
    assert Job.objects.filter(kind="test.round").values_list("state", flat=True).get() == JobState.WAITING
