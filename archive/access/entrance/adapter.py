"""What allauth asks us about people: who may sign in, how a failure is kept, and what a sign-in leaves behind."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.access import throttle
from archive.access.devices import device_state
from archive.access.entrance.sitting import DEVICE_ASKED, GIVE_BACK, facts_of, facts_renew
from archive.access.kept_forms import form_kept
from archive.access.models import User
from archive.access.pages import instant_of
from archive.access.sign_in_models import Device
from archive.access.sign_ins import is_locked, person_named, sign_in_done, sign_in_failed


class Entrance(DefaultAccountAdapter):
    """Nobody signs up; a name, a password, a lock and a disabled person are all refused with the same words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "invalid_login": _("The name and the password do not belong together. Try again."),
        "username_password_mismatch": _("The name and the password do not belong together. Try again."),
        "incorrect_password": _("This is not your password. Try again."),
        "too_many_login_attempts": _(
            "There were too many attempts. Wait a quarter of an hour, or ask an administrator to let you in again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are made by an administrator."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person whose name and password these are; keep every failure, and refuse when there were many."""
        at, typed = instant_of(request), str(credentials.get("username", ""))
        password = str(credentials.get("password", ""))
        address = self.get_client_ip(request)
        if not throttle.attempt_count(throttle.SIGN_IN_BY_ADDRESS, address, at=at):
            raise self.validation_error("too_many_login_attempts")
        with transaction.atomic():
            known = person_named(typed)
            # One attempt at a time for each person, so that many at once cannot pass the count.
            person = User.objects.select_for_update().get(pk=known.pk) if known else None
            right = person is not None and person.is_active and person.check_password(password)
            if person is None:
                make_password(password)  # as long as the check of a password that is there
            locked = person is not None and is_locked(person, at=at)
            if right and not locked:
                return person
            why = "locked" if locked else "password"
            sign_in_failed(person=person, typed=typed, why=why, at=at)
        if not throttle.attempt_count(throttle.SIGN_IN_BY_NAME, typed.lower(), at=at):
            raise self.validation_error("too_many_login_attempts")
        return None

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Stop those who are locked or disabled, whatever way they came (a key and a provider ask for no password)."""
        person, at = _ours(user), instant_of(request)
        if person.is_active and not is_locked(person, at=at):
            return None
        with transaction.atomic():
            sign_in_failed(person=person, typed="", why="locked" if person.is_active else "disabled", at=at)
        messages.error(request, _("You cannot sign in now. Ask an administrator."))
        return HttpResponseRedirect(reverse("account_login"))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """A disabled person is told what everybody is told."""
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session of a person who has proved themself: both the session and its audit entry, or neither."""
        person, at = _ours(user), instant_of(request)
        if is_locked(person, at=at) or not person.is_active:  # locked between the two steps
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        methods = [record["method"] for record in get_authentication_records(request, user)]
        with transaction.atomic():
            super().login(request, user)
            facts_renew(
                request,
                at=at,
                address=self.get_client_ip(request),
                browser=self.get_http_user_agent(request)[:200],
                method="+".join(dict.fromkeys(methods))[:32],
            )
            facts = facts_of(request)
            if device := facts.get("device"):
                device_state(person=person, session_ref=facts["ref"], device=Device(device), at=at)
            else:
                request.session[DEVICE_ASKED] = True
            record_authentication(
                request, user, "sign-in", reauthenticated=True
            )  # proved just now: not asked at once again
            if form_kept(person, at=at):
                request.session[GIVE_BACK] = True
            sign_in_done(person, at=at)
            request.session.save()

    def add_message(self, request: HttpRequest, level: int, *args: Any, message: Any = None, **kwargs: Any) -> None:
        """Pass on what a person must know; of what went well our own pages tell, in our words."""
        if message:
            messages.add_message(request, level, message)


def _ours(user: AbstractBaseUser) -> User:
    """The person; allauth speaks of users of any kind."""
    if not isinstance(user, User):
        raise TypeError(f"{user!r} is nobody of ours.")
    return user
