"""An expected refusal becomes a page that says what happened, what was kept and what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from archive.access.policy import Denied


class Refusals:
    """Turns `Denied`, wherever in a view or service it was raised, into the page for 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Denied`; leave everything else alone."""
        if isinstance(exception, Denied):
            return render(request, "403.html", {"denied": exception.code}, status=403)
        return None
