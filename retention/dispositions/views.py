"""The pages of dispositions: the batches, one batch, and the work that people watch."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from archive.access.models import Department
from archive.access.pages import actor_of, instant_of, needs
from archive.destruction.record_holding import KIND as RECORD
from archive.jobs.models import Job, JobState
from archive.paging import page_of
from retention.dispositions import listing
from retention.dispositions.certificates import standing
from retention.dispositions.execution import JOB as EXECUTE
from retention.dispositions.forms import DestroyForm, FiledForm, ListForm, ReasonForm, ReturnedForm
from retention.dispositions.models import MOVES, BatchState, DisposalCertificate, DispositionBatch, StepKind
from retention.dispositions.names import BATCH_STATES, WAITS_FOR
from retention.dispositions.ordering import sweep_order, work_stop
from retention.dispositions.reach import reach_of
from retention.dispositions.selectors import volume_of

SEES = ("disposition.propose", "disposition.approve", "disposition.execute", "certificate.record")
WEIGHED = 50_000  #: items of which a page adds up the bytes
ROWS = 25  #: items a page


@require_safe
@needs(*SEES)
def dispositions(request: HttpRequest) -> HttpResponse:
    """The lists that wait for something, or those that have ended."""
    ended = request.GET.get("show") == "ended"
    found = listing.batches_listed(ended=ended, actor=actor_of(request), at=instant_of(request))
    page = page_of(found, order=("-proposed_at", "-id"), cursor=request.GET.get("at", ""))
    count = listing.unscheduled_count(actor=actor_of(request), at=instant_of(request))
    told: dict[str, Any] = {
        "page": page,
        "rows": [(batch, BATCH_STATES[batch.state], WAITS_FOR.get(batch.state, "")) for batch in page.rows],
        "ended": ended,
        "unscheduled": min(count, listing.COUNTED),
        "unscheduled_more": count > listing.COUNTED,
        "before": listing.sweep_before(),
    }
    under_way = listing.sweep_under_way(instant_of(request))
    return render(request, "dispositions/list.html", told | (work_told(under_way) if under_way else {}))


@require_safe
@needs(*SEES)
def disposition(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """One list: what is in it, what was done, and the next step."""
    return render(request, "dispositions/batch.html", batch_told(request, ref, {}))


@require_POST
@needs("disposition.propose")
def propose(request: HttpRequest) -> HttpResponse:
    """Order a sweep now."""
    sweep_order(actor=actor_of(request), at=instant_of(request))
    messages.success(request, _("A sweep is ordered. It proposes lists and destroys nothing."))
    return redirect("dispositions")


@require_safe
@needs("disposition.propose", "disposition.execute")
def work(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """How far a sweep or an execution is: a page, or the part of one that asks again by itself."""
    job = get_object_or_404(listing.work_named(ref))
    if request.headers.get("HX-Request"):
        if job.state not in listing.ACTIVE:
            return HttpResponseClientRefresh()
        return render(request, "dispositions/progress.html", work_told(job))
    return render(request, "dispositions/work.html", {**work_told(job), "trail": trail(_("Work under way"))})


@require_POST
@needs("disposition.propose", "disposition.execute")
def stop(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Ask a sweep or an execution to stop."""
    job = get_object_or_404(listing.work_named(ref))
    if work_stop(job_ref=ref, actor=actor_of(request), at=instant_of(request)):
        messages.success(request, _("It stops at its next step. What is done stays done."))
    else:
        messages.info(request, _("It had ended before."))
    return redirect("disposition", ref=job.subject) if job.kind == EXECUTE else redirect("dispositions")


def work_told(job: Job) -> dict[str, Any]:
    """What the progress of a job is drawn from."""
    execution = job.kind == EXECUTE
    return {
        "job": job,
        "execution": execution,
        "active": job.state in listing.ACTIVE,
        "stopping": job.cancel_requested and job.state == JobState.RUNNING,
        "back": reverse("disposition", kwargs={"ref": job.subject}) if execution else reverse("dispositions"),
    }


def batch_told(request: HttpRequest, ref: uuid.UUID, answered: dict[str, forms.Form]) -> dict[str, Any]:
    """What the page of a batch is drawn from; `answered` are forms that were sent and not taken, by their step."""
    actor, at = actor_of(request), instant_of(request)
    batch = get_object_or_404(listing.batch_named(ref, actor=actor, at=at))
    steps = listing.steps_of(batch, actor=actor, at=at)
    certificate = getattr(batch, "certificate", None)
    told: dict[str, Any] = {
        "batch": batch,
        "state": BATCH_STATES[batch.state],
        "waits_for": WAITS_FOR.get(batch.state, ""),
        "stages": listing.stages_of(batch),
        "steps": steps,
        "executed": next((one.step for one in steps if one.step.kind == StepKind.EXECUTED), None),
        "digest": bytes(batch.digest).hex(),
        "certificate": certificate,
        "standing": standing(certificate) if certificate else None,
        "volume": volume_of(batch) if batch.state in _WEIGHED and batch.count <= WEIGHED else None,
        "forms": _forms(batch, answered),
        "own": actor.person.pk in (batch.proposed_by_id, batch.endorsed_by_id),
        "withdrawable": BatchState.WITHDRAWN in MOVES[BatchState(batch.state)],
        "too_early": batch.state == BatchState.CERTIFIED and _before(certificate, Department.objects.get().day(at)),
        "trail": trail(batch.series.title),
        "reach": reach_of(batch),
    }
    if batch.state == BatchState.EXECUTING and (job := listing.execution_of(batch)) is not None:
        told |= work_told(job)
    return told | _list_told(request, batch)


def _before(certificate: DisposalCertificate | None, today: date) -> bool:
    """Whether the first day on which the certificate lets its list go has not come."""
    return certificate is None or certificate.eligible_on is None or today < certificate.eligible_on


_WEIGHED = {BatchState.PROPOSED, BatchState.ENDORSED, BatchState.APPROVED, BatchState.FILED, BatchState.CERTIFIED}


def trail(here: str) -> list[tuple[str, str]]:
    """The way to a page of this part."""
    return [(reverse("dispositions"), _("Dispositions")), ("", here)]


def _list_told(request: HttpRequest, batch: DispositionBatch) -> dict[str, Any]:
    cursor, dropped = request.GET.get("at", ""), request.GET.get("show") == "dropped"
    kinds = listing.kinds_listed(batch)
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else (kinds[0] if kinds else RECORD)
    if dropped:
        page = page_of(listing.items_dropped(batch), order=("id",), cursor=cursor, size=ROWS)
    else:
        page = page_of(listing.items_listed(batch, kind), order=("holding_id",), cursor=cursor, size=ROWS)
    lines = listing.lines_of(batch, page.rows, actor=actor_of(request), at=instant_of(request))
    return {"page": page, "lines": lines, "dropped": dropped, "kinds": kinds, "kind": kind}


def _forms(batch: DispositionBatch, answered: dict[str, forms.Form]) -> dict[str, forms.Form]:
    """Return the forms of the steps that follow now, by their step."""
    digest = {"digest": bytes(batch.digest).hex()}
    new: dict[str, forms.Form] = {
        "endorse": ListForm(initial=digest, auto_id="endorse-%s"),
        "approve": ListForm(initial=digest, auto_id="approve-%s"),
        "file": FiledForm(auto_id="file-%s"),
        "return": ReturnedForm(auto_id="return-%s"),
        "deny": ReasonForm(auto_id="deny-%s"),
        "withdraw": ReasonForm(auto_id="withdraw-%s"),
        "execute": DestroyForm(auto_id="execute-%s"),
    }
    return new | answered
