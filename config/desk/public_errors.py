"""What the public face says of addresses that lead nowhere and of its own mishaps: nothing of what is inside."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing at this address."""
    return render(request, "portal/not_found.html", status=404)


def bad(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request was not one that can be answered."""
    return HttpResponse("Bad request\n", status=400, content_type="text/plain; charset=utf-8")


def failed(request: HttpRequest, *args: Any) -> HttpResponse:
    """Something went wrong here; nothing more is told."""
    return HttpResponse(
        "Something went wrong here. Try again later.\n", status=500, content_type="text/plain; charset=utf-8"
    )
