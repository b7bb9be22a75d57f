"""The page of one record, and the bytes of its media."""

import mimetypes
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.access import policy
from archive.access.audit import audit_read
from archive.access.pages import actor_of, instant_of, needs
from archive.records.bytes_served import stored_answer
from archive.records.excerpts import SEARCHED, Run, runs_of
from archive.records.highlight import highlights
from archive.records.models import Media, Record, Version
from archive.records.names import KINDS, STATE_MEANINGS, STATES
from archive.records.panels import panels_of
from archive.records.proof import log_head, proof_file
from archive.records.query import QueryError, parse_query
from archive.records.selectors import gone_of, medium_numbered, record_named, record_read
from archive.records.thread import thread_of
from archive.served import captured_answer

SHOWN = 50_000  #: characters of a text that are drawn on a page; all of it is in what was received


@require_safe
@needs("record.read")
def record(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One record: its words, versions, thread, and what other rooms know of it; a destroyed one shows its tombstone."""
    actor, at = actor_of(request), instant_of(request)
    try:
        found = record_named(ref, actor=actor, at=at)
    except Record.DoesNotExist as missing:
        raise Http404 from missing
    told: dict[str, Any] = {
        "record": found,
        "trail": _trail(request, KINDS[found.kind]),
        "kind_name": KINDS[found.kind],
        "as_of": at,
        "thread": thread_of(found, actor=actor, at=at, part=_number(request, "part")),
        "panels": panels_of(actor, found, at),
    }
    if hasattr(found, "tombstone") or not hasattr(found, "current"):
        told |= {"gone": gone_of(found.tombstone) if hasattr(found, "tombstone") else None, "log": log_head()}
        return render(request, "records/tombstone.html", told)
    try:
        reading = record_read(
            found, actor=actor, at=at, shown=_number(request, "version"), against=_number(request, "against")
        )
    except Version.DoesNotExist as missing:
        raise Http404 from missing
    audit_read(actor, at=at, object_kind="record", object_ref=found.ref, compartment=reading.version.compartment)
    told |= {
        "reading": reading,
        "text": _marked(reading.said.text[:SHOWN], request.GET.get("q", "")),
        "text_left": max(0, len(reading.said.text) - SHOWN),
        "download": reverse("record-proof", args=[found.ref, reading.version.n]),
        "state_name": STATES[found.current.state],
        "state_meaning": STATE_MEANINGS[found.current.state],
    }
    return render(request, "records/record.html", told)


@require_safe
@needs("record.read")
def medium(request: HttpRequest, ref: UUID, number: int) -> HttpResponseBase:
    """The captured bytes of one medium of a record."""
    actor, at = actor_of(request), instant_of(request)
    try:
        found = record_named(ref, actor=actor, at=at)
        media = medium_numbered(found, number, actor=actor, at=at)
    except (Record.DoesNotExist, Media.DoesNotExist) as missing:
        raise Http404 from missing
    audit_read(actor, at=at, object_kind="record", object_ref=found.ref, compartment=media.compartment)
    ending = mimetypes.guess_extension(media.media_type) or ".bin"
    return stored_answer(request, media.stored, name=f"{ref}-{number}{ending}", media_type=media.media_type)


@require_safe
@needs("record.read")
def proof(request: HttpRequest, ref: UUID, n: int) -> HttpResponseBase:
    """The proof that one version is in the log, as a file that stands alone (C2SP tlog-proof)."""
    actor, at = actor_of(request), instant_of(request)
    try:
        found = record_named(ref, actor=actor, at=at)
        octets = proof_file(found.versions.get(n=n).event_id)
    except (Record.DoesNotExist, Version.DoesNotExist) as missing:
        raise Http404 from missing
    if octets is None:
        raise Http404
    name = f"record-{ref}-version-{n}.tlog-proof"
    return captured_answer([octets], name=name, media_type="", size=len(octets))


def _trail(request: HttpRequest, name: object) -> list[tuple[str, object]]:
    """The way back: to the search that led here, or to Today for those who do not search."""
    if not policy.allows(actor_of(request), "record.search", instant_of(request)):
        return [("/", _("Today")), ("", name)]
    words = request.GET.get("q", "")
    return [(reverse("search") + (f"?{urlencode({'q': words})}" if words else ""), _("Search")), ("", name)]


def _number(request: HttpRequest, name: str) -> int | None:
    """A number in the address; anything else counts as none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _marked(text: str, words: str) -> tuple[Run, ...]:
    """The text with the words of the search that led here marked; a search that cannot be read marks nothing."""
    try:
        spans = highlights(parse_query(words), text[:SEARCHED]) if words.strip() else []
    except QueryError:
        spans = []
    return runs_of(text, spans)
