"""While nobody can sign in, every page leads to the first page of the set-up."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from config.first_run.code import setup_open

_LET_THROUGH = ("/static/", "/log/", "/verify/", "/sign-in/invitation/")


class FirstRun:
    """Asks until the state is founded, and never again: what is founded stays founded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.founded = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.founded or not settings.SETUP_CODE_FILE:
            return self.get_response(request)
        begin = reverse("begin")
        if request.path.startswith((begin, *_LET_THROUGH)):
            return self.get_response(request)
        if setup_open():
            return HttpResponseRedirect(begin)
        self.founded = True
        return self.get_response(request)
