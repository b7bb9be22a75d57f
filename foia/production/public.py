"""What a requester sees who holds a link: what the bundle is, until when it can be fetched, and the bundle.

Nobody signs in here. The secret in the address has 256 bits, so trying others finds nothing; an address that opens
nothing answers like one that never was.
"""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from archive.access.models import Department
from archive.access.pages import instant_of
from archive.served import captured_answer
from foia.production.late import stamps_late
from foia.production.models import Bundle
from foia.production.releases import release_fetch, release_find
from foia.production.selectors import log_key
from retention.errors import Refused


@login_not_required
@require_safe
def release_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link opens."""
    release = release_find(token, at=instant_of(request))
    if release is None:
        raise Http404
    department = Department.objects.get()
    bundle = Bundle.objects.get(production=release.production)
    with timezone.override(ZoneInfo(department.zone)):
        answer = render(
            request,
            "release/page.html",
            {
                "release": release,
                "production": release.production,
                "bundle": bundle,
                "late": stamps_late(bundle),
                "department": department,
                "token": token,
                "vkey": log_key(),
            },
        )
    return unkept(answer)


@login_not_required
@require_GET
def release_bundle(request: HttpRequest, token: str) -> HttpResponseBase:
    """The bundle; each fetch is counted, and nothing of the one who fetches is kept."""
    try:
        fetched = release_fetch(token=token, at=instant_of(request))
    except Refused as error:
        raise Http404 from error
    return unkept(captured_answer(fetched.chunks, name=fetched.name, media_type="application/zip", size=fetched.size))


def unkept(answer: HttpResponseBase) -> HttpResponseBase:
    """Return the answer with headers that keep the secret in its address from caches, sites and search engines."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
