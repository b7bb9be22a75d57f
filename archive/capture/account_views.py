"""The department's pages with what their runs saw, and the coverage statement of each run."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.access import policy
from archive.access.pages import actor_of, instant_of, needs
from archive.accounts.models import Account
from archive.capture.coverage_shown import account_shown, accounts_shown, runs_of, runs_shown, statement_of
from archive.capture.models import CaptureRun, Exchange
from archive.capture.schedule import CaptureRefused, Depth, capture_request
from archive.capture.wording import PURPOSES
from archive.connectors.registry import connectors
from archive.paging import page_of
from archive.records.proof import log_head, standings_of


@require_safe
@needs("record.read")
def accounts(request: HttpRequest) -> HttpResponse:
    """The department's pages: state, last run, next run."""
    found = accounts_shown(actor_of(request), instant_of(request))
    return render(request, "accounts/list.html", {"accounts": found})


@require_safe
@needs("record.read")
def account(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One page of the department with its runs, and what may be done with it."""
    actor, at = actor_of(request), instant_of(request)
    try:
        shown = account_shown(ref, actor=actor, at=at)
    except Account.DoesNotExist as missing:
        raise Http404 from missing
    page = page_of(runs_of(shown.account), order=("-started_at", "-pk"), cursor=request.GET.get("at", ""), size=20)
    connector = connectors().get(shown.account.network)
    told = {
        "shown": shown,
        "trail": [(reverse("accounts"), _("Accounts")), ("", shown.account.name)],
        "page": page,
        "runs": runs_shown(shown.account, page.rows),
        "cannot_see": connector.manifest.cannot_see if connector else (),
    }
    return render(request, "accounts/account.html", told)


@require_POST
@needs("capture.run")
def run_now(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Ask for a run of one page now."""
    actor, at = actor_of(request), instant_of(request)
    _seen(request, ref)
    try:
        depth: Depth = "whole" if request.POST.get("depth") == "whole" else "recent"
        capture_request(actor=actor, account_ref=ref, depth=depth, at=at)
    except CaptureRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("A run is asked for. It begins within seconds and shows here when you load the page.")
        )
    return redirect("account", ref=ref)


@require_safe
@needs("record.read")
def account_run(request: HttpRequest, ref: UUID, run: UUID) -> HttpResponse:
    """The coverage statement of one run."""
    found = _seen(request, ref)
    one = CaptureRun.objects.select_related("closed", "account").filter(account=found, ref=run).first()
    if one is None:
        raise Http404
    page = page_of(Exchange.objects.filter(run=one), order=("n", "pk"), cursor=request.GET.get("at", ""), size=25)
    closed = getattr(one, "closed", None)
    told = {
        "account": found,
        "trail": [
            (reverse("accounts"), _("Accounts")),
            (reverse("account", args=[ref]), found.name),
            ("", _("An import") if one.kind == "import" else _("A run")),
        ],
        "statement": statement_of(one, found),
        "page": page,
        "exchanges": [(exchange, PURPOSES.get(exchange.purpose, exchange.purpose)) for exchange in page.rows],
        "standing": standings_of([closed.event_id])[closed.event_id] if closed else None,
        "log": log_head(),
    }
    return render(request, "capture/run.html", told)


def _seen(request: HttpRequest, ref: UUID) -> Account:
    rows = policy.visible(actor_of(request), Account.objects.all(), instant_of(request))
    found = rows.filter(ref=ref).first()
    if found is None:
        raise Http404
    return found
