"""Signing in: with a password, with a second step, with a key alone, with the department's own sign-in."""

import logging
from collections.abc import Callable
from typing import Any

import requests
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access import throttle
from archive.access.devices import device_state
from archive.access.entrance.addresses import address_of
from archive.access.entrance.forms import DeviceForm
from archive.access.entrance.sitting import DEVICE_ASKED, facts_of, facts_set
from archive.access.pages import actor_of, instant_of
from archive.access.sign_in_models import Device

logger = logging.getLogger(__name__)


class SignIn(LoginView):
    """The first page: name and password, or one of the other ways."""

    template_name = "entrance/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows besides the form."""
        told: dict[str, Any] = super().get_context_data(**kwargs)
        told["next"] = self.get_next_url() or ""
        told["provider"] = provider_name() if settings.OIDC_URL else ""
        return told


class SecondStep(AuthenticateView):
    """The second step: a code, or a key."""

    template_name = "entrance/second.html"


@method_decorator(login_not_required, name="dispatch")
class SignInWithKey(LoginWebAuthnView):
    """Signing in with a passkey alone."""


@login_not_required
@require_http_methods(["GET", "HEAD"])
def provider(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the department's own sign-in."""
    if not throttle.attempt_count(throttle.PROVIDER_BY_ADDRESS, address_of(request), at=instant_of(request)):
        return render(request, "entrance/too_many.html", status=429)
    return _asked(request, openid.login, provider_id)


@login_not_required
def provider_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from there."""
    return _asked(request, openid.callback, provider_id)


def _asked(request: HttpRequest, view: Callable[..., HttpResponseBase], provider_id: str) -> HttpResponseBase:
    """Let a view ask the provider; one that is down, or answers nonsense, is told as such."""
    try:
        return view(request, provider_id)
    except (requests.RequestException, ValueError, KeyError):
        logger.warning("The department's sign-in did not answer well.", exc_info=True)
        return render(request, "socialaccount/authentication_error.html", status=503)


@login_not_required
@require_safe
def provider_cancelled(request: HttpRequest) -> HttpResponse:
    """The person turned back at the department's own sign-in."""
    messages.info(request, _("You did not sign in at the department's sign-in. Nothing was changed."))
    return redirect("account_login")


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Ask those who came by another way what they sign in with."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    if not request.session.get(DEVICE_ASKED):
        return redirect(target)
    form = DeviceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        at, chosen = instant_of(request), Device(form.cleaned_data["device"])
        with transaction.atomic():
            ref = facts_of(request)["ref"]
            device_state(person=actor_of(request).person, session_ref=ref, device=chosen, at=at)
            facts_set(request, device=chosen.value)
            del request.session[DEVICE_ASKED]
            request.session.save()
        return redirect(target)
    return render(request, "entrance/device.html", {"form": form})


def provider_name() -> str:
    """The name of the department's own sign-in."""
    return str(settings.OIDC_NAME)
