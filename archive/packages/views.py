"""The public page on which anyone checks a bundle in their own browser; the server receives nothing of it."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.packages.offline import OFFLINE, SCRIPTS
from archive.packages.texts import VERIFIER

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Stricter than that of other pages: the browser itself refuses to send what was chosen."""

_FILES = {"verify.html": (OFFLINE, "text/html; charset=utf-8"), "verify.py": (VERIFIER, "text/x-python; charset=utf-8")}


@login_not_required
@require_safe
def verify_page(request: HttpRequest) -> HttpResponse:
    """Show the form; its scripts do the rest."""
    context = {"scripts": [f"verify/{name}" for name in SCRIPTS]}
    answer = render(request, "packages/verify.html", context)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@login_not_required
@require_safe
def verify_file(request: HttpRequest, name: str) -> FileResponse:
    """Hand out the offline verifier or the program, as an attachment; Http404 for any other name."""
    if name not in _FILES:
        raise Http404
    path, media_type = _FILES[name]
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media_type)
