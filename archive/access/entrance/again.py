"""Proving oneself anew: before something that matters, and to lift the idle cover. What was half typed comes back."""

import json
from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from archive.access.entrance.gates import cover
from archive.access.entrance.sitting import COVERED, GIVE_BACK
from archive.access.entrance.ways_in import provider_name
from archive.access.kept_forms import form_forget, form_keep, form_kept
from archive.access.pages import actor_of, instant_of


class _Again:
    """What the three ways have in common."""

    template_name = "entrance/again.html"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who has neither password nor factor of ours proves themself where they did before."""
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except PermissionDenied:
            told = {"provider": provider_name() if settings.OIDC_URL else "", "next": request.GET.get("next", "/")}
            return render(request, "entrance/again_elsewhere.html", told)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Why the person is asked."""
        told: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        told["covered"] = COVERED in self.request.session
        told["next"] = self.request.POST.get("next", self.request.GET.get("next", ""))
        return told


class Password(_Again, ReauthenticateView):
    """With the password."""


class Code(_Again, CodeView):
    """With a code of the app, or a recovery code."""


class Key(_Again, ReauthenticateWebAuthnView):
    """With a key."""

    template_name = "entrance/again_key.html"


@require_POST
def cover_now(request: HttpRequest) -> HttpResponse:
    """Cover the session because nobody was there, and keep what was half typed (sent by static/cover.js)."""
    path = request.POST.get("path", "")
    if url_has_allowed_host_and_scheme(path, allowed_hosts=None) and path.startswith("/"):
        try:
            told = json.loads(request.POST.get("fields", "[]"))
            fields = [(str(name), str(value)) for name, value in told]
        except (ValueError, TypeError):
            fields = []
        if fields:
            request.session[GIVE_BACK] = True
            form_keep(person=actor_of(request).person, path=path, fields=fields, sent=False, at=instant_of(request))
    cover(request)
    return HttpResponse(status=204)


@require_POST
def awake(request: HttpRequest) -> HttpResponse:
    """Somebody is typing: the gates note it (sent by static/cover.js)."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """Show a form that was sent while the cover was down, to be sent now or forgotten."""
    person = actor_of(request).person
    if request.method == "POST":
        form_forget(person)
        return redirect("/")
    return render(request, "entrance/kept.html", {"kept": form_kept(person, at=instant_of(request))})
