"""Who asks for a page, and when: the outermost layer, where a clock is read once for each request.

Views take both from here and hand them to selectors and services, which read no clock. A page that needs an authority
names it with `needs`; the refusal page is drawn where `Denied` is caught (config/desk/refusals.py).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.policy import Denied, capabilities

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

_INSTANT = "_daybook_instant"
_ACTOR = "_daybook_actor"


class NotSignedIn(Exception):
    """A view that needs a person was reached without one; the sign-in middleware stands before every such view."""


def instant_of(request: HttpRequest) -> datetime:
    """The instant of the request, aware and in UTC: the same for everything that one request does."""
    found = getattr(request, _INSTANT, None)
    if not isinstance(found, datetime):
        found = timezone.now()
        setattr(request, _INSTANT, found)
    return found


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as an actor. Raises NotSignedIn when there is none."""
    found = getattr(request, _ACTOR, None)
    if not isinstance(found, Actor):
        user: User | AnonymousUser = request.user
        if not isinstance(user, User):
            raise NotSignedIn("This page needs a person who is signed in.")
        found = Actor(user=user)
        setattr(request, _ACTOR, found)
    return found


def needs(*any_of: str) -> Callable[[View[P]], View[P]]:
    """Open the view to those who have any of these capabilities at the request's instant, else raise `Denied`.

    This is for the page as a whole. What it shows starts from `policy.visible`; a service asks again before it writes.
    """

    def guarded(view: View[P]) -> View[P]:
        @wraps(view)
        def guard(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not capabilities(actor_of(request), instant_of(request)) & set(any_of):
                raise Denied(any_of[0])
            return view(request, *args, **kwargs)

        return guard

    return guarded
