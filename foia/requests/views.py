"""The clerk's pages of requests: the list by due day, taking one in, its file, its search, its letters."""

import io
import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import capabilities
from archive.documents.html import render as document_html
from archive.documents.pdf import render as document_pdf
from archive.paging import page_of
from archive.records.query_errors import QueryError
from archive.records.search import FilterError, search
from foia.requests.acts import ACTS, Act
from foia.requests.calendar import due_calendar
from foia.requests.forms import IntakeForm, SearchForm
from foia.requests.letters import letter_document, letter_text
from foia.requests.models import Channel, Letter, RecordsRequest, RequestState
from foia.requests.names import CHANNELS, LETTERS, STATES, STATUSES
from foia.requests.no_records import request_answer_none
from foia.requests.rules import MOVES, OPEN
from foia.requests.selectors import (
    request_file,
    request_named,
    requests_listed,
    requests_owed,
    requests_visible,
)
from foia.requests.services import request_search, request_take
from retention.errors import Refused

READ = ("request.take", "request.review", "request.decide")
"""Who works on requests, and so may read their files."""

DONE = (RequestState.ANSWERED, RequestState.WITHDRAWN, RequestState.CLOSED)


@require_safe
@needs(*READ)
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests by due day: those owed an answer, or those that are done, the latest first."""
    actor, at = actor_of(request), instant_of(request)
    done = request.GET.get("show") == "done"
    rows = requests_visible(actor=actor, at=at)
    rows, order = (
        (rows.filter(state__in=DONE), ("-received_at", "-id"))
        if done
        else (rows.filter(state__in=OPEN), ("due_on", "id"))
    )
    page = page_of(rows, order=order, cursor=request.GET.get("at", ""))
    return render(
        request,
        "requests/list.html",
        {
            "page": page,
            "listed": requests_listed(page.rows, at=at),
            "done": done,
            "weeks": None if done else due_calendar(requests_owed(actor=actor, at=at), at=at),
            "states": STATES,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("request.take")
def take(request: HttpRequest) -> HttpResponse:
    """Take a request in; what it may be about is held by the same act."""
    actor, at = actor_of(request), instant_of(request)
    form = IntakeForm(
        request.POST or None,
        actor=actor,
        at=at,
        initial={"received_at": timezone.localtime(at), "channel": Channel.EMAIL.value},
    )
    refused = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            taken = request_take(
                text=given["text"],
                channel=Channel(given["channel"]),
                received_at=given["received_at"],
                scopes=form.scopes(),
                requester=given["requester"],
                contact=given["contact"],
                actor=actor,
                at=at,
            )
        except Refused as error:
            refused = error
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Request %(number)s is taken in, and what it may be about is held.") % {"number": taken}
            )
            return redirect("request", ref=taken.ref)
    return render(
        request,
        "requests/take.html",
        {
            "form": form,
            "trail": trail_of(None, _("Take in a request")),
            "no_holidays": refused and refused.code == "missing-holiday-year",
        },
    )


@require_safe
@needs(*READ)
def request_page(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """The file of a request: its clock in plain words, what happened, what was searched, its letters."""
    found = _named(request, ref)
    at = instant_of(request)
    held = capabilities(actor_of(request), at)
    file = request_file(found, at=at)
    return render(
        request,
        "requests/page.html",
        {
            "file": file,
            "found": found,
            "trail": trail_of(None, found.number),
            "state": STATES[found.state],
            "channel": CHANNELS[found.channel],
            "status": STATUSES[file.clock.status] if file.clock else "",
            "letters": [(letter, LETTERS[letter.kind]) for letter in file.letters],
            "acts": [act for act in ACTS if act.may in held and act.offered(found)],
            "may_search": "request.take" in held and RequestState.SEARCHED in MOVES[found.state],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("request.take")
def search_page(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Search for a request: look first, then freeze what is found, or answer that nothing is."""
    found = _named(request, ref)
    actor, at = actor_of(request), instant_of(request)
    form = SearchForm(request.POST or None, actor=actor, at=at)
    answer = None
    if request.method == "POST" and form.is_valid():
        words, act = form.cleaned_data["words"], request.POST.get("act", "look")
        try:
            filters = form.filters()
            if act == "freeze":
                made = request_search(request_ref=ref, words=words, filters=filters, actor=actor, at=at)
                messages.success(
                    request,
                    _("%(versions)d versions of %(records)d records are frozen. Review them next.")
                    % {"versions": made.versions, "records": made.records},
                )
                return redirect("request", ref=ref)
            if act == "none":
                letter = request_answer_none(request=found, words=words, filters=filters, actor=actor, at=at)
                messages.success(request, _("The answer that there are no records is issued. Send the letter."))
                return redirect("letter", ref=ref, letter=letter.ref)
            answer = search(actor=actor, at=at, words=words, filters=filters)
        except (QueryError, FilterError, Refused) as error:
            form.add_error(None, str(error))
    return render(
        request,
        "requests/search.html",
        {
            "found": found,
            "trail": trail_of(found, _("Search")),
            "form": form,
            "answer": answer,
            "may_answer": "production.release" in capabilities(actor, at),
        },
    )


@require_safe
@needs(*READ)
def letter_page(request: HttpRequest, ref: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    """A letter as it was issued."""
    found = _named(request, ref)
    issued = _letter(found, letter)
    document = letter_document(letter_text(issued))
    return render(
        request,
        "requests/letter.html",
        {
            "found": found,
            "letter": issued,
            "trail": trail_of(found, str(LETTERS[issued.kind])),
            "kind": LETTERS[issued.kind],
            # The renderer escapes every text of the document.
            "document": mark_safe("".join(document_html(document, first_heading_level=2))),  # noqa: S308
        },
    )


@require_safe
@needs(*READ)
def letter_pdf(request: HttpRequest, ref: uuid.UUID, letter: uuid.UUID) -> FileResponse:
    """A letter as PDF, drawn from what it says."""
    found = _named(request, ref)
    issued = _letter(found, letter)
    out = io.BytesIO()
    document_pdf(letter_document(letter_text(issued)), out)
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=f"{found.number}-{issued.kind}.pdf", content_type="application/pdf"
    )


def act_view(act: Act) -> Callable[..., HttpResponseBase]:
    """Return the page of an act: its form, and what it does."""

    def view(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
        found = _named(request, ref)
        actor, at = actor_of(request), instant_of(request)
        data = request.POST if request.method == "POST" else None
        form: forms.Form = act.form(data, about=found, actor=actor, at=at)  # type: ignore[call-arg]
        if data is not None and form.is_valid():
            try:
                act.do(found, form, actor, at)
            except Refused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, str(act.done))
                return redirect("request", ref=ref)
        trail = trail_of(found, str(act.link))
        return render(request, "requests/act.html", {"act": act, "found": found, "form": form, "trail": trail})

    return require_http_methods(["GET", "HEAD", "POST"])(needs(act.may)(view))


def trail_of(found: RecordsRequest | None, last: str) -> list[tuple[str, str]]:
    """Return the way to a page below the list of requests, or below one of them."""
    trail = [(reverse("requests"), _("Requests"))]
    if found is not None:
        trail.append((reverse("request", args=[found.ref]), found.number))
    return [*trail, ("", last)]


def _named(request: HttpRequest, ref: uuid.UUID) -> RecordsRequest:
    try:
        return request_named(ref, actor=actor_of(request), at=instant_of(request))
    except RecordsRequest.DoesNotExist as error:
        raise Http404 from error


def _letter(found: RecordsRequest, ref: uuid.UUID) -> Letter:
    try:
        return Letter.objects.get(request=found, ref=ref)
    except Letter.DoesNotExist as error:
        raise Http404 from error
