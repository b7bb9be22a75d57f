"""What the frame of every page is drawn from."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from archive.access.entrance.sitting import typed_before
from archive.access.models import User
from archive.access.pages import actor_of, instant_of
from archive.access.policy import capabilities, office_table
from config.desk.everybody import everybody
from config.desk.navigation import SEARCH, navigation
from config.desk.zone import department_of


def desk(request: HttpRequest) -> dict[str, Any]:
    """`demonstration` for every page; the rest for a signed-in person's."""
    told = everybody(request)
    if isinstance(getattr(request, "user", None), User):
        actor, at = actor_of(request), instant_of(request)
        table = office_table()
        held = capabilities(actor, at)
        told["may"] = held
        told["navigation"] = places = navigation(held, request.path)
        # The search page has a field of its own.
        told["search_path"] = next((p.path for p in places if p.path == SEARCH and not p.current), "")
        told["offices"] = [table[code][0] for code in sorted(actor.offices(at)) if code in table]
        told["department"] = department_of(request)
        told["idle_seconds"] = int(settings.IDLE_MINUTES * 60)
        if not request.headers.get("HX-Request"):
            told["kept_fields"] = typed_before(request)
    return told
