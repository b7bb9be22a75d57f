"""The pages of a review: what was collected, one item with what can be hidden in it, and its confirmation."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.access.actor import Actor
from archive.access.audit import audit_read
from archive.access.models import Department
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import capabilities
from archive.paging import page_of
from foia.collections.models import Collection, CollectionItem
from foia.requests.models import RecordsRequest
from foia.requests.selectors import request_named
from foia.review.exemptions import Exemption, exemptions_in_force
from foia.review.marking import (
    as_shown,
    ask_written,
    asks_fields,
    asks_read,
    asks_ticked,
    asks_typed,
    marks_shown,
    texts_of,
    whole_fields,
)
from foia.review.reading import committed_of
from foia.review.redaction import Ask, Decision, Fields, Mark
from foia.review.selectors import (
    answered_by,
    basis_of,
    collection_named,
    decisions_latest,
    families_of,
    item_numbered,
    items_shown,
    next_undecided,
    progress_of,
    redactions_of,
)
from foia.review.services import (
    redaction_preview,
    review_confirm,
    review_disclose,
    review_redact,
    review_withhold,
)
from retention.errors import Refused

PAGE = 25  #: items a page: each is read

READ = ("request.review", "request.decide")


@require_safe
@needs(*READ)
def review_latest(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Lead to the review of what was collected last for a request."""
    _request(request, ref)
    latest = Collection.objects.filter(purpose="request", purpose_ref=ref).order_by("-frozen_at", "-pk").first()
    return redirect("review", ref=ref, collection=latest.ref) if latest else redirect("request", ref=ref)


@require_safe
@needs(*READ)
def review_page(request: HttpRequest, ref: uuid.UUID, collection: uuid.UUID) -> HttpResponse:
    """What was collected, family by family, with the decisions so far."""
    found, of = _request(request, ref), _collection(ref, collection)
    actor, at = actor_of(request), instant_of(request)
    show = request.GET.get("show", "all")
    page = page_of(items_shown(of, show, actor=actor, at=at), order=("n",), cursor=request.GET.get("at", ""), size=PAGE)
    held = capabilities(actor, at)
    return render(
        request,
        "review/page.html",
        {
            "found": found,
            "collection": of,
            "trail": _trail(found, _("Review")),
            "page": page,
            "families": families_of(page.rows),
            "show": show,
            "shows": [
                ("all", _("All")),
                ("undecided", _("Undecided")),
                ("disclose", _("Shown whole")),
                ("redact", _("Redacted")),
                ("withhold", _("Withheld")),
            ],
            "progress": progress_of(of, actor=actor, at=at),
            "codes": _codes(at),
            "may_review": "request.review" in held,
            "may_confirm": "request.decide" in held,
            "may_produce": "production.make" in held,
        },
    )


@require_POST
@needs("request.review")
def decide(request: HttpRequest, ref: uuid.UUID, collection: uuid.UUID) -> HttpResponse:
    """Disclose or withhold many items: those ticked, or all that nobody decided on."""
    _request(request, ref)
    of, actor, at = _collection(ref, collection), actor_of(request), instant_of(request)
    if request.POST.get("whom") == "undecided":
        rows = items_shown(of, "undecided", actor=actor, at=at)
    else:
        ticked = [int(n) for n in request.POST.getlist("item") if n.isdecimal() and len(n) < 10]
        rows = items_shown(of, "all", actor=actor, at=at).filter(n__in=ticked)
    try:
        made = _decided(request.POST, list(rows), actor, at)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, ngettext("%(n)d version is decided.", "%(n)d versions are decided.", made) % {"n": made}
        )
    return redirect("review", ref=ref, collection=collection)


@require_POST
@needs("request.decide")
def confirm(request: HttpRequest, ref: uuid.UUID, collection: uuid.UUID) -> HttpResponse:
    """Confirm every decision; whoever decided on one of them is told that another person has to."""
    _request(request, ref)
    of = _collection(ref, collection)
    try:
        review_confirm(collection=of, actor=actor_of(request), at=instant_of(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The review is confirmed. It can be numbered for production."))
    return redirect("review", ref=ref, collection=collection)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("request.review", "request.decide")
def item_page(request: HttpRequest, ref: uuid.UUID, collection: uuid.UUID, n: int) -> HttpResponse:
    """One version: mark what is hidden, look at what that hides, then save; or disclose or withhold it whole."""
    found, of = _request(request, ref), _collection(ref, collection)
    actor, at = actor_of(request), instant_of(request)
    try:
        item = item_numbered(of, n, actor=actor, at=at)
    except CollectionItem.DoesNotExist as error:
        raise Http404 from error
    audit_read(actor, at=at, object_kind="record", object_ref=item.record.ref, compartment=item.compartment)
    latest = decisions_latest([item]).get(item.pk)
    fields = committed_of([item.version.event_id])[item.version.event_id].fields
    asks = [_ask_of(row) for row in redactions_of(latest)]
    marks: tuple[Mark, ...] = ()
    refused, asked = None, False
    if request.method == "POST":
        try:
            if request.POST.get("act") in {"disclose", "withhold"}:
                _decided(request.POST, [item], actor, at)
                return _onward(request, of, ref, n, _("Decided."))
            asks, changed = _asks(request.POST, fields)
            marks = redaction_preview(item=item, asks=asks, actor=actor, at=at)
            if request.POST.get("act") == "save" and not changed:
                review_redact(item=item, asks=asks, basis=request.POST.get("basis", ""), actor=actor, at=at)
                return _onward(request, of, ref, n, _("The redaction is saved, as it was shown."))
            asked = changed
        except Refused as error:
            refused = error
    elif asks:
        marks = redaction_preview(item=item, asks=asks, actor=actor, at=at) if _may(actor, at) else ()
    return render(
        request,
        "review/item.html",
        {
            "found": found,
            "collection": of,
            "item": item,
            "trail": _trail(found, _("Version %(n)d of %(all)d") % {"n": n, "all": of.versions}, of),
            "family": families_of([item])[0],
            "answers": answered_by(item, actor=actor, at=at),
            "texts": texts_of(fields, marks),
            "fields": whole_fields(fields, marks),
            "asks": [ask_written(ask) for ask in asks],
            "marks": marks_shown(fields, asks, marks),
            "as_shown": as_shown(fields, marks) if marks else (),
            "unseen": asked and request.POST.get("act") == "save",
            "latest": latest,
            "basis": request.POST.get("basis", "") if request.method == "POST" else basis_of(latest),
            "code": request.POST.get("code", ""),
            "codes": _codes(at),
            "refused": refused,
            "may_review": _may(actor, at),
            "before": n - 1 if n > 1 else None,
            "after": n + 1 if n < of.versions else None,
        },
    )


def _decided(post: QueryDict, items: Sequence[CollectionItem], actor: Actor, at: datetime) -> int:
    """Disclose or withhold the items as the form says; return how many. Raises Refused or Denied."""
    if not items:
        raise Refused("review.none", _("Tick the records that this is about, or choose all that are undecided."))
    if post.get("act") == Decision.WITHHOLD:
        codes = [code for code in post.getlist("codes") if code]
        return len(review_withhold(items=items, codes=codes, basis=post.get("basis", ""), actor=actor, at=at))
    if post.get("act") == Decision.DISCLOSE:
        return len(review_disclose(items=items, actor=actor, at=at))
    raise Refused("review.act", _("Choose whether these records are shown or withheld."))


def _asks(post: QueryDict, fields: Fields) -> tuple[list[Ask], bool]:
    """Return what is asked for after this form, and whether that is something else than the page showed."""
    before = asks_read(post.getlist("ask"))
    dropped = {int(place) for place in post.getlist("drop") if place.isdecimal() and len(place) < 4}
    kept = [ask for place, ask in enumerate(before) if place not in dropped]
    code = post.get("code", "")
    added = [
        *asks_ticked(fields, post.getlist("segment"), code),
        *asks_typed(fields, post.get("passage", ""), code),
        *asks_fields(post.getlist("field"), code),
    ]
    if added and not code:
        raise Refused("review.code", _("Choose the exemption under which this is hidden."))
    asks = list(dict.fromkeys([*kept, *added]))
    if not asks and not dropped:
        raise Refused("review.marks", _("Tick the words or fields to hide, or type a passage."))
    return asks, asks != before


def _ask_of(row: Any) -> Ask:
    return Ask(row.path, row.code, row.asked_start, row.asked_stop)


def _onward(request: HttpRequest, of: Collection, ref: uuid.UUID, n: int, said: str) -> HttpResponse:
    """Lead to the next item that waits, or back to the review when none does."""
    messages.success(request, said)
    following = next_undecided(of, n, actor=actor_of(request), at=instant_of(request))
    if following is None:
        return redirect("review", ref=ref, collection=of.ref)
    return redirect("review-item", ref=ref, collection=of.ref, n=following)


def _may(actor: Actor, at: datetime) -> bool:
    return "request.review" in capabilities(actor, at)


def _codes(at: datetime) -> tuple[Exemption, ...]:
    return exemptions_in_force(Department.objects.get().day(at))


def _request(request: HttpRequest, ref: uuid.UUID) -> RecordsRequest:
    try:
        return request_named(ref, actor=actor_of(request), at=instant_of(request))
    except RecordsRequest.DoesNotExist as error:
        raise Http404 from error


def _collection(ref: uuid.UUID, collection: uuid.UUID) -> Collection:
    try:
        return collection_named(ref, collection)
    except Collection.DoesNotExist as error:
        raise Http404 from error


def _trail(found: RecordsRequest, last: str, of: Collection | None = None) -> list[tuple[str, str]]:
    trail = [(reverse("requests"), _("Requests")), (reverse("request", args=[found.ref]), found.number)]
    if of is not None:
        trail.append((reverse("review", args=[found.ref, of.ref]), _("Review")))
    return [*trail, ("", last)]
