"""An expected refusal becomes a page that says what happened, what was kept and what to do."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from archive.access.audit import acting_from, audit
from archive.access.models import User
from archive.access.pages import actor_of, instant_of
from archive.access.policy import Denied


class Refusals:
    """Turns `Denied`, wherever in a view or service it was raised, into the page for 403, and notes it in the audit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        source = str(request.META.get("REMOTE_ADDR", "")) if _noted(request) else ""
        with acting_from(source):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Denied`; leave everything else alone."""
        if isinstance(exception, Denied):
            self._note(request, exception)
            return render(request, "403.html", {"denied": exception.code}, status=403)
        return None

    @staticmethod
    def _note(request: HttpRequest, denied: Denied) -> None:
        if isinstance(request.user, User):
            with transaction.atomic():
                audit(
                    actor_of(request),
                    "access.denied",
                    at=instant_of(request),
                    outcome="denied",
                    object_kind="capability",
                    object_ref=denied.code,
                )


def _noted(request: HttpRequest) -> bool:
    """Whether the entries of a request say where it came from: staff and those who try to be; nobody who is served."""
    return request.user.is_authenticated or request.path.startswith("/sign-in/")
