"""The pages of productions: numbering, letter, bundle with live progress, links and their downloads."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from archive.access.models import Department
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import capabilities
from archive.documents.errors import MissingPart
from archive.jobs.models import JobState
from archive.paging import page_of
from archive.served import captured_answer
from foia.collections.models import Collection, Purpose
from foia.production.answer import answer_letter_issue
from foia.production.fetching import bundle_fetch, production_build_cancel
from foia.production.forms import NumberForm, ReleaseForm, RevokeForm
from foia.production.models import Production, ProductionState, Release
from foia.production.names import JOBS, STATES
from foia.production.releases import Handed, production_release, release_revoke
from foia.production.selectors import (
    downloads_of,
    job_of,
    numberable,
    production_file,
    production_named,
    productions_visible,
    requests_of,
)
from foia.production.services import production_build_request, production_number
from foia.review.selectors import approval_of, approval_stale
from retention.errors import Refused

READ = ("production.make", "production.release")


@require_safe
@needs(*READ)
def production_list(request: HttpRequest) -> HttpResponse:
    """Productions, the latest first, and the confirmed reviews that wait for one."""
    actor, at = actor_of(request), instant_of(request)
    page = page_of(productions_visible(actor=actor, at=at), order=("-made_at", "-id"), cursor=request.GET.get("at", ""))
    requests = requests_of([row.collection for row in page.rows])
    return render(
        request,
        "productions/list.html",
        {
            "page": page,
            "rows": [(row, requests.get(row.collection.purpose_ref), STATES[row.state]) for row in page.rows],
            "waiting": numberable() if "production.make" in capabilities(actor, at) else (),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("production.make")
def number(request: HttpRequest, collection: uuid.UUID) -> HttpResponse:
    """Fix what a production shows and give it its numbers."""
    of = Collection.objects.filter(ref=collection, purpose=Purpose.REQUEST).first()
    if of is None:
        raise Http404
    approval = approval_of(of)
    last = Production.objects.order_by("-made_at", "-pk").first()
    form = NumberForm(
        request.POST if request.method == "POST" else None, initial={"bates": last.prefix if last else _initials()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = production_number(
                collection=of, prefix=form.cleaned_data["bates"], actor=actor_of(request), at=instant_of(request)
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is numbered. Issue its letter next.") % {"name": made.name})
            return redirect("production", ref=made.ref)
    return render(
        request,
        "productions/number.html",
        {
            "collection": of,
            "found": requests_of([of]).get(of.purpose_ref),
            "approval": approval,
            "ready": approval is not None and not approval_stale(approval),
            "form": form,
            "trail": [(reverse("productions"), _("Productions")), ("", _("Number"))],
        },
    )


@require_safe
@needs(*READ)
def production_page(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """How far a production is, and what comes next."""
    return _page(request, _named(request, ref))


@require_safe
@needs(*READ)
def progress(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """The part of the page that moves while a bundle is built; when the work has ended the whole page is drawn anew."""
    production = _named(request, ref)
    job = job_of(production)
    if job is None or job.state not in {JobState.WAITING, JobState.RUNNING}:
        return HttpResponseClientRefresh() if request.headers.get("HX-Request") else redirect("production", ref=ref)
    return render(
        request, "productions/progress.html", {"production": production, "job": job, "job_state": JOBS[job.state]}
    )


@require_POST
@needs("request.decide")
def letter(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Issue the letter that goes into the bundle."""
    production = _named(request, ref)
    try:
        answer_letter_issue(production=production, actor=actor_of(request), at=instant_of(request))
    except (Refused, MissingPart) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The letter is issued. Build the bundle next."))
    return redirect("production", ref=ref)


@require_POST
@needs("production.make")
def build(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Ask for the bundle."""
    production = _named(request, ref)
    try:
        production_build_request(production=production, actor=actor_of(request), at=instant_of(request))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("production", ref=ref)


@require_POST
@needs("production.make")
def cancel(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Stop the work on the bundle."""
    try:
        production_build_cancel(production=_named(request, ref), actor=actor_of(request), at=instant_of(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The work stops at its next step. What is sealed stays sealed."))
    return redirect("production", ref=ref)


@require_safe
@needs(*READ)
def bundle(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """The bundle, for those to whom every record in it is open."""
    try:
        fetched = bundle_fetch(production=_named(request, ref), actor=actor_of(request), at=instant_of(request))
    except Refused as error:
        raise Http404 from error
    return captured_answer(fetched.chunks, name=fetched.name, media_type="application/zip", size=fetched.size)


@require_POST
@needs("production.release")
def release(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Make a link; its address is on this one answer and nowhere else."""
    production = _named(request, ref)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        at = instant_of(request)
        try:
            handed = production_release(
                production=production, expires_at=at + form.lasts(), actor=actor_of(request), at=at
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return _page(request, _named(request, ref), handed=handed)
    return _page(request, production, form=form)


@require_POST
@needs("production.release")
def revoke(request: HttpRequest, ref: uuid.UUID, release: uuid.UUID) -> HttpResponse:
    """Take a link back."""
    production = _named(request, ref)
    found = Release.objects.filter(production=production, ref=release).first()
    if found is None:
        raise Http404
    form = RevokeForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        release_revoke(release=found, reason=reason, actor=actor_of(request), at=instant_of(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The link opens nothing any more. What was fetched stays fetched."))
    return redirect("production", ref=ref)


def _page(
    request: HttpRequest, production: Production, *, handed: Handed | None = None, form: ReleaseForm | None = None
) -> HttpResponse:
    actor, at = actor_of(request), instant_of(request)
    file = production_file(production, actor=actor, at=at)
    held = capabilities(actor, at)
    last = production.first + production.items_count - 1
    return render(
        request,
        "productions/page.html",
        {
            "file": file,
            "production": production,
            "job": file.job,
            "job_state": JOBS[file.job.state] if file.job else "",
            "state": STATES[production.state],
            "first": f"{production.prefix}-{production.first:0{production.width}d}",
            "last": f"{production.prefix}-{last:0{production.width}d}",
            "numbered": production.state == ProductionState.NUMBERED,
            "may_letter": "request.decide" in held,
            "may_make": "production.make" in held,
            "may_release": "production.release" in held,
            "form": form or ReleaseForm(),
            "downloads": downloads_of(production),
            "link": release_address(request, handed.token) if handed else "",
            "handed": handed,
            "trail": [(reverse("productions"), _("Productions")), ("", production.name)],
        },
    )


def _named(request: HttpRequest, ref: uuid.UUID) -> Production:
    try:
        return production_named(ref, actor=actor_of(request), at=instant_of(request))
    except Production.DoesNotExist as error:
        raise Http404 from error


def _initials() -> str:
    """Return a prefix to begin with: the capitals of the department's name."""
    found = "".join(c for c in Department.objects.get().name if c.isascii() and c.isupper())
    return found[:12] if len(found) > 1 else "FOIA"


def release_address(request: HttpRequest, token: str) -> str:
    """Return the address to hand over: on the public face where there is one, else on this one."""
    path = reverse("release", args=[token])
    return (
        f"{settings.PUBLIC_ADDRESS.rstrip('/')}{path}" if settings.PUBLIC_ADDRESS else request.build_absolute_uri(path)
    )
