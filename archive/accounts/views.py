"""Proposing, approving and connecting the department's pages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from archive.access import policy
from archive.access.pages import actor_of, instant_of, needs
from archive.accounts.forms import ConnectForm, ProposeForm
from archive.accounts.models import Account
from archive.accounts.services import AccountRefused, account_approve, account_connect, account_propose


@require_http_methods(["GET", "HEAD", "POST"])
@needs("account.propose")
def propose(request: HttpRequest) -> HttpResponseBase:
    """The form that proposes a page."""
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = form.cleaned_data
        try:
            account = account_propose(actor=actor_of(request), at=instant_of(request), **asked)
        except AccountRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The page is proposed. It is read once somebody else has approved it."))
            return redirect("account", ref=account.ref)
    return render(request, "accounts/propose.html", {"form": form, "trail": _trail(_("Propose a page"))})


@require_POST
@needs("account.approve")
def approve(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Approve a page that somebody else proposed."""
    account = _seen(request, ref)
    try:
        account_approve(actor=actor_of(request), account_ref=account.ref, at=instant_of(request))
    except AccountRefused as refused:
        messages.error(request, f"{refused} {_('Nothing was changed.')}")
    else:
        messages.success(request, _("The page is approved."))
    return redirect("account", ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("account.connect")
def connect(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The form that takes a page's access token."""
    account = _seen(request, ref)
    form = ConnectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account_connect(
                actor=actor_of(request), account_ref=ref, token=form.cleaned_data["token"], at=instant_of(request)
            )
        except ValueError as refused:
            form.add_error("token", str(refused))
        else:
            messages.success(request, _("The token is kept. It will not be shown again."))
            return redirect("account", ref=ref)
    trail = _trail(_("Access token"), above=(reverse("account", args=[ref]), account.name))
    return render(request, "accounts/connect.html", {"form": form, "account": account, "trail": trail})


def _trail(name: str, *, above: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    return [(reverse("accounts"), _("Accounts")), *([above] if above else []), ("", name)]


def _seen(request: HttpRequest, ref: UUID) -> Account:
    rows = policy.visible(actor_of(request), Account.objects.all(), instant_of(request))
    account = rows.filter(ref=ref).first()
    if account is None:
        raise Http404
    return account
