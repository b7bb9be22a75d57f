"""The steps of a disposition as forms: each reads its form, calls one service, and shows the list again."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from archive.access.pages import actor_of, instant_of, needs
from retention.dispositions import listing
from retention.dispositions.approvals import batch_approve, batch_endorse, batch_withdraw
from retention.dispositions.certificates import certificate_deny, certificate_file, certificate_return
from retention.dispositions.execution import batch_execute
from retention.dispositions.forms import DestroyForm, FiledForm, ListForm, ReasonForm, ReturnedForm
from retention.dispositions.models import BatchState, DispositionBatch
from retention.dispositions.views import batch_told
from retention.errors import Refused


@require_POST
@needs("disposition.propose")
def endorse(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Stand behind a proposed list as the first person."""
    form = ListForm(request.POST, auto_id="endorse-%s")
    return _take(request, ref, "endorse", form, batch_endorse, _("You endorsed the list. A second person approves it."))


@require_POST
@needs("disposition.approve")
def approve(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Approve an endorsed list as the second person."""
    form = ListForm(request.POST, auto_id="approve-%s")
    said = _("You approved the list. Nothing is destroyed before the disposal certificate has come back approved.")
    return _take(request, ref, "approve", form, batch_approve, said)


@require_POST
@needs("certificate.record")
def file(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Record that the certificate was filed."""
    form = FiledForm(request.POST, auto_id="file-%s")
    return _take(request, ref, "file", form, certificate_file, _("The filing is recorded."))


@require_POST
@needs("certificate.record")
def returned(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Record that the certificate came back approved."""
    form = ReturnedForm(request.POST, auto_id="return-%s")
    return _take(request, ref, "return", form, certificate_return, _("The returned certificate is recorded."))


@require_POST
@needs("certificate.record")
def deny(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Record that the certificate was denied."""
    form = ReasonForm(request.POST, auto_id="deny-%s")
    said = _("The denial is recorded. The list ends here, and nothing of it was destroyed.")
    return _take(request, ref, "deny", form, certificate_deny, said)


@require_POST
@needs("disposition.propose")
def withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Give up a list."""
    form = ReasonForm(request.POST, auto_id="withdraw-%s")
    return _take(
        request, ref, "withdraw", form, batch_withdraw, _("The list is withdrawn. Nothing of it was destroyed.")
    )


@require_POST
@needs("disposition.execute")
def execute(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Order the destruction of a certified list, or that it goes on."""
    batch = get_object_or_404(listing.batch_named(ref, actor=actor_of(request), at=instant_of(request)))
    certificate = getattr(batch, "certificate", None)
    form = DestroyForm(request.POST, auto_id="execute-%s", wanted=certificate.number if certificate else "")

    def order(*, number: str, **who: Any) -> object:
        return batch_execute(**who)

    return _take(request, ref, "execute", form, order, _("The destruction is ordered. Every guard is asked again."))


def _take(
    request: HttpRequest, ref: uuid.UUID, step: str, form: forms.Form, act: Callable[..., object], said: str
) -> HttpResponse:
    """Do what a valid form says and go back to the list; else show the list with what is wrong."""
    get_object_or_404(listing.batch_named(ref, actor=actor_of(request), at=instant_of(request)))
    if form.is_valid():
        try:
            act(batch_ref=ref, actor=actor_of(request), at=instant_of(request), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said)
            return redirect("disposition", ref=ref)
    told = batch_told(request, ref, {step: form}) | {"failed": step}
    if not _drawn(step, told):
        told["misplaced"] = form
    return render(request, "dispositions/batch.html", told)


_DRAWN = {
    "endorse": {BatchState.PROPOSED},
    "approve": {BatchState.ENDORSED},
    "file": {BatchState.APPROVED},
    "return": {BatchState.FILED},
    "deny": {BatchState.FILED},
    "execute": {BatchState.CERTIFIED, BatchState.EXECUTING},
}


def _drawn(step: str, told: Mapping[str, Any]) -> bool:
    """Whether the page still has the form of this step, so that what was wrong with it stands there."""
    batch: DispositionBatch = told["batch"]
    if step == "withdraw":
        return bool(told["withdrawable"])
    if (step == "approve" and told["own"]) or (step == "execute" and (told["too_early"] or told.get("active"))):
        return False
    return batch.state in _DRAWN[step]
