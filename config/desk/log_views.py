"""The public face of the log: what anyone may copy (C2SP tlog-tiles), and a page that says what it is."""

import re
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.ledger.errors import LedgerError, ParseError
from archive.ledger.merkle import MAX_SIZE
from archive.ledger.models import Anchor
from archive.ledger.note import parse_note
from archive.ledger.opening import log_publication
from archive.ledger.tiles import parse_path
from archive.ledger.vouching import stamps, vouchers
from archive.records.proof import log_head

_RENEWAL = re.compile(r"[0-9]{4}\.(?:txt|pem|[1-9][0-9]?\.tsr)", re.ASCII)
_FOR_EVER = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def log_page(request: HttpRequest) -> HttpResponseBase:
    """The log's key, its newest checkpoint as it was signed, and where its files are."""
    try:
        note = log_publication().checkpoint()
        text = parse_note(note).render() if note else ""
        silent = False
    except LedgerError:
        text, silent = "", True
    last = Anchor.objects.order_by("-received_at").first()
    return render(request, "desk/log.html", {"log": log_head(), "note": text, "silent": silent, "anchor": last})


@login_not_required
@require_safe
def log_checkpoint(request: HttpRequest) -> HttpResponseBase:
    """The newest signed note."""
    return _served("checkpoint", log_publication().checkpoint, "text/plain; charset=utf-8", "no-cache")


@login_not_required
@require_safe
def log_note(request: HttpRequest, size: int) -> HttpResponseBase:
    """The signed note of one size."""
    if size > MAX_SIZE:
        raise Http404
    return _served(f"{size}", lambda: log_publication().note(size), "text/plain; charset=utf-8", _FOR_EVER)


@login_not_required
@require_safe
def log_stamp(request: HttpRequest, size: int, n: int) -> HttpResponseBase:
    """The n-th outside time stamp of a checkpoint, as it came (RFC 3161); n counts from 1."""
    given = stamps(vouchers(size)) if size <= MAX_SIZE else []
    if not 1 <= n <= len(given):
        raise Http404
    return _served(f"{size}.{n}.tsr", lambda: given[n - 1], "application/timestamp-reply", _FOR_EVER)


@login_not_required
@require_safe
def log_renewal(request: HttpRequest, name: str) -> HttpResponseBase:
    """A list of what was stamped anew in a year, the certificates of that time, or a stamp of the list."""
    if not _RENEWAL.fullmatch(name):
        raise Http404
    media_type = "application/timestamp-reply" if name.endswith(".tsr") else "text/plain; charset=utf-8"
    return _served(name, lambda: log_publication().renewal(name), media_type, _FOR_EVER)


@login_not_required
@require_safe
def log_tile(request: HttpRequest, path: str) -> HttpResponseBase:
    """A tile or a bundle of entries. Both are made once, so that any cache may keep them."""
    try:
        name = parse_path(f"tile/{path}")
    except ParseError as error:
        raise Http404 from error
    return _served(path, lambda: log_publication().file(name), "application/octet-stream", _FOR_EVER)


def _served(name: str, read: Callable[[], bytes | None], media_type: str, cache: str) -> HttpResponse:
    try:
        octets = read()
    except LedgerError:
        return HttpResponse("The published log cannot be read just now. Try again later.", status=503)
    if octets is None:
        raise Http404(name)
    answer = HttpResponse(octets, content_type=media_type)
    answer.headers["Cache-Control"] = cache
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
