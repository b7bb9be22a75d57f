"""Searching: the page, its exact count, and searches that are frozen so that their count can be sworn to."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access import policy
from archive.access.models import Compartment
from archive.access.pages import actor_of, instant_of, needs
from archive.paging import page_of
from archive.records.forms import SearchForm
from archive.records.models import SearchRun
from archive.records.query import QueryError
from archive.records.results import results_of
from archive.records.search import CAP, Answer, Place, search, search_exactly
from archive.records.search_compare import search_run_compare
from archive.records.search_facets import chosen_filters, facets_shown
from archive.records.search_run import search_freeze, search_limits
from archive.records.search_run_shown import runs_listed, search_run_named, search_run_shown

_LONGEST = 200  #: characters of a place in an address


@require_safe
@needs("record.search")
def search_page(request: HttpRequest) -> HttpResponse:
    """Step one of a search; with `count=exact` step two, alone when the page itself asks for it by HTMX."""
    actor, at = actor_of(request), instant_of(request)
    form = SearchForm(request.GET, actor=actor, at=at)
    told: dict[str, Any] = {"form": form, "cap": CAP, "as_of": at}
    if form.is_valid():
        try:
            _answer(request, form, told)
        except QueryError as error:
            form.add_error("q", error.sentence)
    alone = getattr(request, "htmx", False) and "exact" in told
    return render(request, "records/search_counts.html" if alone else "records/search.html", told)


def _answer(request: HttpRequest, form: SearchForm, told: dict[str, Any]) -> None:
    actor, at = actor_of(request), instant_of(request)
    told["chosen"] = chosen_filters(form, request.GET)
    told["asks"] = form.asks
    if request.GET.get("count") == "exact":
        told["exact"] = exact = search_exactly(actor=actor, at=at, words=form.words, filters=form.filters)
        told["facets"] = facets_shown(exact.facets or {}, form, request.GET)
        if form.words.strip():
            told["limits"] = search_limits(actor=actor, at=at, filters=form.filters)
        if getattr(request, "htmx", False):
            return
    older, newer = _place(request.GET.get("older", "")), _place(request.GET.get("newer", ""))
    answer = search(actor=actor, at=at, words=form.words, filters=form.filters, older_than=older, newer_than=newer)
    told["answer"] = answer
    told["results"] = results_of(answer.rows, answer.query, actor=actor, at=at)
    told["closed"] = _closed(answer)
    if "exact" not in told:
        told["facets"] = facets_shown(answer.facets or {}, form, request.GET)
    if answer.rows:
        told["older"] = _place_text(answer.rows[-1]) if answer.has_older else ""
        told["newer"] = _place_text(answer.rows[0]) if answer.has_newer else ""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("record.search")
def search_runs(request: HttpRequest) -> HttpResponseBase:
    """The frozen searches that this person may see; a POST freezes one."""
    actor, at = actor_of(request), instant_of(request)
    if request.method != "POST":
        rows = policy.visible(actor, SearchRun.objects.select_related("by"), at)
        page = page_of(rows, order=("-pk",), cursor=request.GET.get("at", ""))
        return render(request, "records/search_runs.html", {"page": page, "runs": runs_listed(page.rows)})
    form = SearchForm(request.POST, actor=actor, at=at)
    if form.is_valid():
        try:
            run = search_freeze(actor=actor, words=form.words, filters=form.filters, at=at)
        except QueryError as error:
            form.add_error("q", error.sentence)
        else:
            messages.success(request, _("The search is frozen. Its count and its list stay as they are now."))
            return redirect("search-run", ref=run.ref)
    return render(request, "records/search.html", {"form": form})


@require_safe
@needs("record.search")
def search_run(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One frozen search; with `compare=now` beside what the same search finds today."""
    actor, at = actor_of(request), instant_of(request)
    try:
        run = search_run_named(ref, actor=actor, at=at)
    except SearchRun.DoesNotExist as missing:
        raise Http404 from missing
    told: dict[str, Any] = {"run": run, "shown": search_run_shown(run, actor=actor, at=at), "as_of": at}
    told["trail"] = [
        (reverse("search"), _("Search")),
        (reverse("search-runs"), _("Frozen searches")),
        ("", date_format(localtime(run.at), "M j, Y")),
    ]
    if request.GET.get("compare") == "now":
        told["comparison"] = search_run_compare(run, actor=actor, at=at)
    alone = getattr(request, "htmx", False) and "comparison" in told
    return render(request, "records/search_comparison.html" if alone else "records/search_run.html", told)


def _closed(answer: Answer) -> list[tuple[str, int]]:
    """Return the names of the compartments in which further hits lie, with how many."""
    if not answer.closed:
        return []
    names = dict(Compartment.objects.filter(code__in=answer.closed).values_list("code", "name"))
    return [(names.get(code, code), count) for code, count in sorted(answer.closed.items())]


def _place_text(place: Place) -> str:
    told = json.dumps([place.sort_at.isoformat(), place.record_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _place(text: str) -> Place | None:
    """Read a place from an address. It is hostile: one that does not parse shows the first page."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        sort_at, record_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = Place(datetime.fromisoformat(sort_at), int(record_id))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    return place if place.sort_at.tzinfo is not None and 0 <= place.record_id < 2**63 else None
