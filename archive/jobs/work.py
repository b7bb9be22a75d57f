"""What every task does around its work: claim the job, end it or put it back, and let a stopped one rest."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from archive.jobs.not_now import NotNow
from archive.jobs.services import Cancelled, Claim, LostLease, job_claim

Result = Mapping[str, object] | None
Judge = Callable[[Exception], tuple[str, bool] | None]


def no_judgement(error: Exception) -> None:
    """Know nothing of an error: it is then tried again, and raised for the log."""


def job_work(job_id: int, work: Callable[[Claim], Result], *, judge: Judge = no_judgement) -> None:
    """Claim the job and do `work`; a job that is done, not due, or in other hands is left alone.

    `work` returns the job's result, or none when it has ended or put back the job itself. `judge` turns an error that
    the room expects into its sentence and whether a later try can help; any other error is put down by its name only,
    because its message may quote what was captured, and is raised. NotNow puts the job back and fails nothing.
    """
    claim = job_claim(job_id, at=timezone.now())
    if claim is None:
        return
    try:
        result = work(claim)
        if result is not None:
            claim.finish(at=timezone.now(), result=dict(result))
    except (Cancelled, LostLease):
        return
    except NotNow as error:
        at = timezone.now()
        claim.wait(until=at + error.later, sentence=f"{error.code}: {error}")
    except Exception as error:
        judged = judge(error)
        if judged is not None:
            claim.fail(at=timezone.now(), sentence=judged[0], retry=judged[1])
            return
        claim.fail(at=timezone.now(), sentence=f"{type(error).__name__}; it is tried again.", retry=True)
        raise
