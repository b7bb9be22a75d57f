"""Your sign-in: one's own password, second factors, recovery codes and sessions."""

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.access.audit import audit
from archive.access.devices import permission_in_force, unpermitted
from archive.access.entrance.forms import ChangePasswordForm
from archive.access.entrance.second_factor import has_second_factor
from archive.access.pages import actor_of, instant_of
from archive.access.sessions import session_end, sessions_end_all, sessions_of


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What the person signs in with, and where they are signed in now."""
    actor, at = actor_of(request), instant_of(request)
    person = actor.person
    factors = Authenticator.objects.filter(user=person).order_by("created_at")
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    told = {
        "app": next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
        "keys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "has_codes": codes is not None,
        "sessions": sessions_of(person, at=at),
        "this": request.session.session_key,
        "permission": permission_in_force(person, at=at),
        "unpermitted": unpermitted(actor=actor, at=at).filter(person=person)[:5],
    }
    return render(request, "entrance/own.html", told)


@require_safe
def set_up(request: HttpRequest) -> HttpResponse:
    """Where a person without a second factor is sent, in a department in which everybody needs one."""
    if has_second_factor(actor_of(request).person):
        return redirect("/")
    return render(request, "entrance/set_up.html", {"required": settings.SECOND_FACTOR_REQUIRED})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session ends."""
    actor, at = actor_of(request), instant_of(request)
    person = actor.person
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not person.check_password(form.cleaned_data["current"]):
            form.add_error("current", _("This is not your password."))
        else:
            try:
                validate_password(form.cleaned_data["password"], person)
            except ValidationError as error:
                form.add_error("password", error)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person.set_password(form.cleaned_data["password"])
            person.save(update_fields=["password"])
            update_session_auth_hash(request, person)
            request.session.save()
            sessions_end_all(person=person, actor=actor, at=at, but=request.session.session_key)
            audit(actor, "access.password-set", at=at, object_kind="person", object_ref=person.ref)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("mfa_index")
    return render(request, "entrance/password.html", {"form": form})


def _audited(request: HttpRequest, action: str) -> None:
    actor, at = actor_of(request), instant_of(request)
    audit(actor, action, at=at, object_kind="person", object_ref=actor.person.ref)


class App(ActivateTOTPView):
    """Set up an app that shows codes."""

    template_name = "entrance/app.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the app, with its entry."""
        with transaction.atomic():
            _audited(self.request, "access.app-added")
            answer: HttpResponse = super().form_valid(form)
        return answer


class AppRemove(DeactivateTOTPView):
    """Take the app away."""

    template_name = "entrance/app_remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it away, with its entry."""
        with transaction.atomic():
            _audited(self.request, "access.app-removed")
            answer: HttpResponse = super().form_valid(form)
        return answer


class KeyAdd(AddWebAuthnView):
    """Register a security key or passkey."""

    template_name = "entrance/key.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the key, with its entry."""
        with transaction.atomic():
            _audited(self.request, "access.key-added")
            answer: HttpResponse = super().form_valid(form)
        return answer


class KeyRemove(RemoveWebAuthnView):
    """Take a key away."""

    template_name = "entrance/key_remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it away, with its entry; the last factor stays where everybody needs one."""
        from archive.access.entrance.second_factor import SecondFactor

        if not SecondFactor().can_delete_authenticator(self.get_object()):
            messages.error(self.request, SecondFactor.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        with transaction.atomic():
            _audited(self.request, "access.key-removed")
            answer: HttpResponse = super().form_valid(form)
        return answer


class Codes(ViewRecoveryCodesView):
    """The recovery codes, shown once."""

    template_name = "entrance/codes.html"


class CodesNew(GenerateRecoveryCodesView):
    """New recovery codes; the old ones end."""

    template_name = "entrance/codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them, with the entry."""
        with transaction.atomic():
            _audited(self.request, "access.codes-made")
            answer: HttpResponse = super().form_valid(form)
        return answer


@require_POST
def session_ended(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    actor, at = actor_of(request), instant_of(request)
    if session_end(ref=ref, person=actor.person, actor=actor, at=at):
        messages.success(request, _("That session has ended."))
    return redirect("mfa_index")
