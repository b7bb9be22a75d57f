"""The pages of schedules: what is adopted, and what waits for a series."""

from importlib.resources import files

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from archive.access.models import Department
from archive.access.pages import actor_of, instant_of, needs
from archive.destruction.holdings import Holding
from archive.paging import page_of
from retention.errors import Refused
from retention.schedules import listing
from retention.schedules.forms import AssignForm, ScheduleForm
from retention.schedules.models import Assignment, Series
from retention.schedules.names import MARK_MEANINGS, MARKS
from retention.schedules.services import schedule_adopt, series_assign, shortening_approve

STARTER = "starter.toml"


@require_safe
@needs("record.read")
def schedules(request: HttpRequest) -> HttpResponse:
    """The schedules in force."""
    return _schedules(request, ScheduleForm())


@require_POST
@needs("schedule.adopt")
def adopt(request: HttpRequest) -> HttpResponse:
    """Adopt the schedule in a file."""
    form = ScheduleForm(request.POST, request.FILES)
    if form.is_valid():
        content, name = form.cleaned_data["text"]
        refused = _adopt(request, content, name)
        if not refused:
            return redirect("schedules")
        form.add_error("text", refused)
    return _schedules(request, form)


@require_POST
@needs("schedule.adopt")
def adopt_starter(request: HttpRequest) -> HttpResponse:
    """Adopt the starter schedule."""
    content = files("retention.rules").joinpath("schedules", STARTER).read_bytes()
    refused = _adopt(request, content, STARTER)
    if refused:
        messages.error(request, refused)
    return redirect("schedules")


@require_POST
@needs("disposition.approve")
def shorten(request: HttpRequest, code: str) -> HttpResponse:
    """Let what is assigned to a series follow its shorter version."""
    try:
        approval = shortening_approve(series_code=code[:64], actor=actor_of(request), at=instant_of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    except Series.DoesNotExist:
        messages.error(request, _("There is no such series."))
    else:
        messages.success(request, _("%(n)d follow the shorter period now.") % {"n": approval.count})
    return redirect("schedules")


@require_safe
@needs("disposition.propose", "disposition.approve", "schedule.adopt")
def unscheduled(request: HttpRequest) -> HttpResponse:
    """What has no series and so is never destroyed."""
    return _unscheduled(request, AssignForm(series=listing.series_choices()))


@require_POST
@needs("disposition.propose")
def assign(request: HttpRequest) -> HttpResponse:
    """Put what was chosen into a series."""
    form = AssignForm(request.POST, series=listing.series_choices())
    if form.is_valid():
        actor, at = actor_of(request), instant_of(request)
        rows = list(Assignment.objects.filter(series=None, holding_ref__in=form.cleaned_data["chosen"]))
        seen = {one.name for one in listing.unscheduled_shown(rows, actor=actor, at=at) if one.shown.open}
        holdings = [Holding(row.holding_kind, row.holding_id) for row in rows if str(row.holding_ref) in seen]
        try:
            moved = series_assign(holdings=holdings, series_code=form.cleaned_data["series"], actor=actor, at=at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = ngettext("%(n)d is in a series now.", "%(n)d are in a series now.", moved)
            messages.success(request, said % {"n": moved})
            return redirect("unscheduled")
    return _unscheduled(request, form)


def _adopt(request: HttpRequest, content: bytes, name: str) -> str:
    """Adopt a schedule; return why not, or nothing."""
    try:
        schedule = schedule_adopt(content=content, name=name, actor=actor_of(request), at=instant_of(request))
    except Refused as refused:
        return str(refused)
    messages.success(
        request,
        _("“%(title)s”, version %(version)s, is adopted.") % {"title": schedule.title, "version": schedule.version},
    )
    return ""


def _schedules(request: HttpRequest, form: ScheduleForm) -> HttpResponse:
    today = Department.objects.get().day(instant_of(request))
    actor, at = actor_of(request), instant_of(request)
    found = listing.adopted(today, actor=actor, at=at)
    told = {
        "adopted": found,
        "today": today,
        "form": form,
        "starter": any(one.schedule.code == "starter" for one in found),
        "marks": [(MARKS[mark], MARK_MEANINGS[mark]) for mark in MARKS],
        "person": actor_of(request).person.pk,
        "unscheduled": listing.unscheduled(actor=actor, at=at)[:10_001].count(),
    }
    return render(request, "schedules/schedules.html", told)


def _unscheduled(request: HttpRequest, form: AssignForm) -> HttpResponse:
    actor, at = actor_of(request), instant_of(request)
    waiting = listing.unscheduled(actor=actor, at=at)
    page = page_of(waiting, order=("captured_on", "id"), cursor=request.GET.get("at", ""))
    rows = listing.unscheduled_shown(page.rows, actor=actor, at=at)
    trail = [(reverse("schedules"), _("Schedules")), ("", _("Without a series"))]
    told = {"page": page, "rows": rows, "form": form, "trail": trail, "any_series": bool(listing.series_choices())}
    return render(request, "schedules/unscheduled.html", told)
