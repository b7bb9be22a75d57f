"""The pages of people and of their devices, for those who look after them."""

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.access.devices import (
    device_permission_end,
    device_permit,
    permissions_shown,
    unpermitted,
)
from archive.access.entrance.forms import IdentityForm, InviteForm, PermitForm, WhyForm
from archive.access.identities import identities_unlink, identities_unlinked, identity_link
from archive.access.mailing.route import route_now
from archive.access.models import Department, User
from archive.access.offices.appointing import APPOINT
from archive.access.offices.errors import OfficeRefused
from archive.access.offices.promised import promises_open
from archive.access.pages import actor_of, instant_of, needs
from archive.access.people import (
    CannotDo,
    Invited,
    invitation_renew,
    person_disable,
    person_enable,
    person_invite,
    second_factors_remove,
)
from archive.access.policy import allows
from archive.access.sessions import session_end, sessions_of
from archive.access.sign_in_models import DevicePermission, DeviceScope, SignInLock
from archive.access.sign_ins import lock_release


@require_safe
@needs("user.manage")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who ever could sign in."""
    at = instant_of(request)
    locked = set(SignInLock.objects.filter(released_at=None).values_list("person_id", flat=True))
    factors = set(
        Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list("user_id", flat=True)
    )
    rows = [
        {
            "person": person,
            "locked": person.pk in locked,
            "factor": person.pk in factors,
            "offices": [held.office.name for held in person.appointments.all() if _holds(held, at)],
        }
        for person in User.objects.prefetch_related("appointments__office").order_by("-is_active", "name")
    ]
    return render(request, "people/list.html", {"rows": rows, "required": settings.SECOND_FACTOR_REQUIRED})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("user.manage")
def invite(request: HttpRequest) -> HttpResponse:
    """Make a person and show their invitation, once."""
    actor, at = actor_of(request), instant_of(request)
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        may_appoint=allows(actor, APPOINT, at),
        mail=route_now() is not None,
    )
    if form.is_valid():
        try:
            return _show_invitation(request, person_invite(**form.cleaned_data, actor=actor, at=at))
        except CannotDo as error:
            form.add_error("username", str(error))
        except OfficeRefused as error:
            form.add_error("offices", str(error))
    return render(request, "people/invite.html", {"form": form, "trail": _trail(_("Invite a person"))})


@require_safe
@needs("user.manage")
def person(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """One person: how they sign in, where they are signed in, and what can be done about it."""
    return _person_page(request, get_object_or_404(User, ref=ref))


@require_POST
@needs("user.manage")
def person_invited(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Give a person a new invitation."""
    by_mail = "by_mail" in request.POST
    return _acted(
        request,
        ref,
        lambda found, told: _show_invitation(request, invitation_renew(person=found, by_mail=by_mail, **told)),
    )


@require_POST
@needs("user.manage")
def person_disabled(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Shut a person out now."""
    form = WhyForm(request.POST)
    found = get_object_or_404(User, ref=ref)
    if not form.is_valid():
        return _person_page(request, found, form)

    def act(one: User, told: dict[str, Any]) -> None:
        ended = person_disable(person=one, words=form.cleaned_data["reason"], **told)
        messages.success(
            request,
            ngettext(
                "%(name)s is shut out. %(n)d session has ended.",
                "%(name)s is shut out. %(n)d sessions have ended.",
                ended,
            )
            % {"name": one.name, "n": ended},
        )

    return _acted(request, ref, act)


@require_POST
@needs("user.manage")
def person_enabled(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Let a disabled person in again."""
    return _acted(request, ref, lambda found, told: person_enable(person=found, **told))


@require_POST
@needs("user.manage")
def person_released(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Let a locked person try again."""

    def act(found: User, told: dict[str, Any]) -> None:
        if found == actor_of(request).person:
            raise CannotDo(_("Another administrator must let you in again."))
        lock_release(person=found, **told)
        messages.success(request, _("%(name)s may try again.") % {"name": found.name})

    return _acted(request, ref, act)


@require_POST
@needs("user.manage")
def person_factors_removed(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Take a lost phone or key off a person."""
    return _acted(request, ref, lambda found, told: second_factors_remove(person=found, **told) and None)


@require_POST
@needs("user.manage")
def person_session_ended(request: HttpRequest, ref: uuid.UUID, session: uuid.UUID) -> HttpResponse:
    """End one session of a person."""
    return _acted(request, ref, lambda found, told: session_end(ref=session, person=found, **told) and None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("user.manage")
def person_identity(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Link an identity of the department's sign-in to a person, or take theirs away."""
    found, at = get_object_or_404(User, ref=ref), instant_of(request)
    if request.method == "POST" and "unlink" in request.POST:
        identities_unlink(person=found, actor=actor_of(request), at=at)
        return redirect("person", ref=ref)
    offered = identities_unlinked(at=at)
    form = IdentityForm(request.POST if request.method == "POST" else None, offered=offered)
    if form.is_valid():
        try:
            identity_link(person=found, identity=form.cleaned_data["identity"], actor=actor_of(request), at=at)
            return redirect("person", ref=ref)
        except CannotDo as error:
            form.add_error(None, str(error))
    told = {
        "form": form,
        "person": found,
        "offered": offered.exists(),
        "linked": SocialAccount.objects.filter(user=found),
        "trail": [*_trail(found.name, ref), ("", _("Identity"))],
    }
    return render(request, "people/identity.html", told)


@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """Permissions for personal devices, and what was done without one."""
    actor, at = actor_of(request), instant_of(request)
    told = {"rows": permissions_shown(actor=actor, at=at), "without": unpermitted(actor=actor, at=at)[:100]}
    return render(request, "devices/list.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("device.permit")
def permit(request: HttpRequest) -> HttpResponse:
    """Permit a personal device."""
    at = instant_of(request)
    department = Department.objects.first()
    today = department.day(at) if department else at.date()
    form = PermitForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        told = form.cleaned_data | {"scope": DeviceScope(form.cleaned_data["scope"])}
        try:
            device_permit(**told, actor=actor_of(request), at=at)
            return redirect("devices")
        except CannotDo as error:
            form.add_error(None, str(error))
    trail = [(reverse("devices"), _("Devices")), ("", _("Permit a device"))]
    return render(request, "devices/permit.html", {"form": form, "trail": trail})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("device.permit")
def permission_ended(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Take a permission back."""
    permission = get_object_or_404(DevicePermission.objects.select_related("person"), ref=ref)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        words = form.cleaned_data["reason"]
        device_permission_end(ref=ref, words=words, actor=actor_of(request), at=instant_of(request))
        return redirect("devices")
    trail = [(reverse("devices"), _("Devices")), ("", _("Take back"))]
    return render(request, "devices/end.html", {"form": form, "permission": permission, "trail": trail})


def _person_page(request: HttpRequest, found: User, why: WhyForm | None = None) -> HttpResponse:
    at = instant_of(request)
    told = {
        "person": found,
        "oneself": found == actor_of(request).person,
        "locked": SignInLock.objects.filter(person=found, released_at=None).first(),
        "factors": Authenticator.objects.filter(user=found).exclude(type=Authenticator.Type.RECOVERY_CODES),
        "linked": SocialAccount.objects.filter(user=found),
        "provider": bool(settings.OIDC_URL),
        "sessions": sessions_of(found, at=at),
        # Not `offices`: that name is the frame's, for the person who looks.
        "held": [held.office.name for held in found.appointments.select_related("office") if _holds(held, at)],
        "promised": promises_open().filter(person=found).select_related("office", "person"),
        "may_mail": bool(found.email) and route_now() is not None,
        "form": why or WhyForm(),
        "trail": _trail(found.name),
    }
    return render(request, "people/person.html", told)


def _acted(request: HttpRequest, ref: uuid.UUID, act: Any) -> HttpResponse:
    """Do an act on a person; a refusal is told on their page. What `act` answers is shown, else the page again."""
    found = get_object_or_404(User, ref=ref)
    try:
        answer = act(found, {"actor": actor_of(request), "at": instant_of(request)})
    except CannotDo as error:
        messages.error(request, str(error))
        answer = None
    return answer if isinstance(answer, HttpResponse) else redirect("person", ref=ref)


def _show_invitation(request: HttpRequest, invited: Invited) -> HttpResponse:
    link = request.build_absolute_uri(reverse("invitation", args=[invited.token]))
    told = {
        "person": invited.person,
        "link": "" if invited.mailed else link,
        "hours": settings.INVITATION_HOURS,
        "promised": promises_open().filter(person=invited.person).select_related("office", "person"),
    }
    answer = render(request, "people/invited.html", told | {"trail": _trail(_("Invitation"))})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _holds(held: Any, at: Any) -> bool:
    return bool(held.since <= at and (held.until is None or held.until > at))


def _trail(here: str, ref: uuid.UUID | None = None) -> list[tuple[str, str]]:
    return [(reverse("people"), _("People")), (reverse("person", args=[ref]) if ref else "", here)]
