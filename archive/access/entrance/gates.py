"""Three gates behind the sign-in: the idle cover, a second factor still to be set up, the question of the device."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from archive.access.entrance.second_factor import needs_second_factor
from archive.access.entrance.sitting import COVERED, DEVICE_ASKED, proved_at
from archive.access.kept_forms import form_keep
from archive.access.models import User
from archive.access.pages import instant_of
from archive.access.session_store import SessionStore

AGAIN = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "cover"})
SETTING_UP = AGAIN | {"second-factor", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"}
ASKING = SETTING_UP | {"device-asked"}
_FACTOR_SET_UP = "factor-set-up"
TOUCH = timedelta(minutes=1)  #: the sign of life is written at most this often


class Gates:
    """Stands behind the sign-in middleware; pages that need no person pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Answer in the page's place where a gate is shut."""
        person = request.user
        if not isinstance(person, User) or not getattr(view, "login_required", True):
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if covered(request):
            return None if name in AGAIN else _to_the_cover(request, person)
        _touch(request)
        if name not in SETTING_UP and not request.session.get(_FACTOR_SET_UP):
            if needs_second_factor(request, person):
                return _sent(request, reverse("second-factor"))
            if settings.SECOND_FACTOR_REQUIRED:
                request.session[_FACTOR_SET_UP] = True
        if name not in ASKING and request.session.get(DEVICE_ASKED):
            target = request.get_full_path() if request.method == "GET" else "/"
            return _sent(request, f"{reverse('device-asked')}?{urlencode({'next': target})}")
        return None


def covered(request: HttpRequest) -> bool:
    """Tell whether the idle cover is down: nobody was there for half an hour and nobody has proved themself since."""
    at = instant_of(request)
    since = request.session.get(COVERED)
    if since is not None:
        if proved_at(request) < since:
            return True
        del request.session[COVERED]
        _seen(request)
        return False
    seen = getattr(request.session, "seen_at", None)
    if seen is None or at - seen <= timedelta(minutes=settings.IDLE_MINUTES):
        return False
    cover(request)
    return True


def cover(request: HttpRequest) -> None:
    """Let the cover down on this session."""
    request.session[COVERED] = instant_of(request).timestamp()


def _to_the_cover(request: HttpRequest, person: User) -> HttpResponseBase:
    target = request.get_full_path()
    if request.method == "POST":
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        form_keep(
            person=person,
            path=target,
            fields=[(name, str(value)) for name, value in fields],
            files=list(request.FILES),
            sent=True,
            at=instant_of(request),
        )
        target = reverse("kept-form")
    return _sent(request, f"{reverse('account_reauthenticate')}?{urlencode({'next': target})}")


def _sent(request: HttpRequest, address: str) -> HttpResponseBase:
    """Send the browser there; a part of a page that HTMX asked for sends the whole page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _touch(request: HttpRequest) -> None:
    # A page that asks by itself how far its work is (HTMX, GET) is not a person who is there.
    if request.method == "GET" and request.headers.get("HX-Request"):
        return
    seen = getattr(request.session, "seen_at", None)
    if seen is None or instant_of(request) - seen > TOUCH:
        _seen(request)


def _seen(request: HttpRequest) -> None:
    if isinstance(request.session, SessionStore) and request.session.session_key:
        request.session.touch(instant_of(request))
