"""Adopting what the law leaves to a person: the holidays of a year, and the office that reviews denials."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access.models import Department, HolidayYear
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import capabilities
from foia.clocks.business_days import ClockError, Holiday
from foia.clocks.proposal import ProposedHoliday, proposal_source, propose_year
from foia.requests.forms import ReviewOfficeForm
from foia.requests.holidays import EARLIEST, LATEST, holiday_year_adopt
from foia.requests.models import ReviewOffice
from foia.requests.review_office import review_office_adopt, review_office_propose
from retention.errors import Refused

BY_HAND = 4  #: empty rows for days that nobody proposes


@require_safe
@needs("request.take", "request.review", "request.decide", "holiday.adopt")
def holiday_years(request: HttpRequest) -> HttpResponse:
    """Which years are adopted, from where and by whom, and which are missing."""
    at = instant_of(request)
    this = Department.objects.get().day(at).year
    adopted = {
        row.year: row
        for row in HolidayYear.objects.select_related("adopted_by")
        .order_by("year", "-adopted_at", "-pk")
        .distinct("year")
    }
    years = sorted({this - 1, this, this + 1, *adopted})
    return render(
        request,
        "requests/holidays.html",
        {
            "trail": [(reverse("requests"), _("Requests")), ("", _("Holidays"))],
            "years": [(year, adopted.get(year), year in (this, this + 1)) for year in years],
            "may_adopt": "holiday.adopt" in capabilities(actor_of(request), at),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("holiday.adopt")
def holiday_year(request: HttpRequest, year: int) -> HttpResponse:
    """A year as it is proposed, for a person to compare with a source and adopt."""
    if not EARLIEST <= year <= LATEST:
        raise Http404
    at = instant_of(request)
    proposed, no_proposal = _proposed(year)
    source = proposal_source() if proposed else ""
    refused = None
    if request.method == "POST":
        source = request.POST.get("source", "")
        try:
            rows = _rows(request.POST, year, proposed)
            holiday_year_adopt(year=year, rows=rows, source=source, actor=actor_of(request), at=at)
        except Refused as error:
            refused = error
        else:
            messages.success(
                request,
                _("The holidays of %(year)d are adopted. Due dates that rest on them were computed again.")
                % {"year": year},
            )
            return redirect("holidays")
    return render(
        request,
        "requests/holiday_year.html",
        {
            "year": year,
            "trail": [
                (reverse("requests"), _("Requests")),
                (reverse("holidays"), _("Holidays")),
                ("", str(year)),
            ],
            "proposed": _ticked(proposed, request.POST if request.method == "POST" else None),
            "by_hand": [
                (
                    n,
                    request.POST.get(f"day-{n}", ""),
                    request.POST.get(f"name-{n}", ""),
                    f"cautious-hand-{n}" in request.POST,
                )
                for n in range(1, BY_HAND + 1)
            ],
            "source": source,
            "refused": refused,
            "no_proposal": no_proposal,
            "adopted": HolidayYear.objects.filter(year=year)
            .select_related("adopted_by")
            .prefetch_related("days")
            .order_by("-adopted_at", "-pk")
            .first(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("request.decide")
def review_office(request: HttpRequest) -> HttpResponse:
    """The office that letters of denial name: what is adopted, and a form to adopt anew."""
    at = instant_of(request)
    present = ReviewOffice.objects.select_related("by").order_by("-at", "-pk").first()
    form = ReviewOfficeForm(request.POST if request.method == "POST" else None, initial=_office_now(present))
    if request.method == "POST" and form.is_valid():
        try:
            review_office_adopt(**form.cleaned_data, actor=actor_of(request), at=at)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The office is adopted. Letters of denial name it from now on."))
            return redirect("review-office")
    return render(
        request,
        "requests/review_office.html",
        {"present": present, "form": form, "trail": [(reverse("requests"), _("Requests")), ("", _("Review office"))]},
    )


def _office_now(present: ReviewOffice | None) -> dict[str, Any]:
    if present is None:
        return dict(review_office_propose())
    return {name: getattr(present, name) for name in ("name", "address", "phone", "source")}


def _proposed(year: int) -> tuple[tuple[ProposedHoliday, ...], str]:
    try:
        return propose_year(year), ""
    except ClockError as error:
        return (), error.sentence


def _ticked(proposed: tuple[ProposedHoliday, ...], post: Any) -> list[tuple[int, ProposedHoliday, bool, bool]]:
    """Return each row with whether it is taken and counted cautiously: as proposed, or as the person ticked it."""
    if post is None:
        return [(n, row, row.excluded_statutory, row.excluded_conservative) for n, row in enumerate(proposed)]
    return [(n, row, f"take-{n}" in post, f"cautious-{n}" in post) for n, row in enumerate(proposed)]


def _rows(post: Any, year: int, proposed: tuple[ProposedHoliday, ...]) -> list[Holiday]:
    taken = [
        Holiday(row.day, row.name, excluded_conservative=cautious)
        for _n, row, take, cautious in _ticked(proposed, post)
        if take
    ]
    for n in range(1, BY_HAND + 1):
        day, name = post.get(f"day-{n}", "").strip(), post.get(f"name-{n}", "").strip()
        if day or name:
            taken.append(Holiday(_day(day), name, excluded_conservative=f"cautious-hand-{n}" in post))
    return sorted(taken)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "holidays.day", _("%(text)s is no day. Write it as year, month and day: 2026-07-04.") % {"text": text[:40]}
        ) from error
