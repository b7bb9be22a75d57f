"""The pages of people and offices."""

import uuid
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.access.able import rules_standing
from archive.access.models import Absence, Appointment, Department, Designation, Office
from archive.access.offices import forms, listing, selectors
from archive.access.offices.appointing import APPOINT, How, appoint, appointment_end
from archive.access.offices.days import first_instant, instant_after
from archive.access.offices.designating import designate, designation_end
from archive.access.offices.errors import OfficeRefused
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import allows


@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """Who has which office today, what is vacant, and which rules too few people can keep."""
    actor, at = actor_of(request), instant_of(request)
    standing = rules_standing(at)
    told = {
        "rows": selectors.offices_shown(at),
        "standing": standing,
        "broken": [one for one in standing if not one.holds],
        "designations": selectors.designations_running(at),
        "absences": selectors.absences_running(at),
        "may_appoint": allows(actor, APPOINT, at),
        "own": actor.offices(at),
        "me": actor.person,
    }
    return render(request, "offices/list.html", told)


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table of authority in words."""
    return render(
        request, "offices/authority.html", {"rows": selectors.authority_table(), "trail": _trail(_("Authority"))}
    )


@require_safe
def office(request: HttpRequest, code: str) -> HttpResponse:
    """One office: everybody who ever had it."""
    at = instant_of(request)
    found = get_object_or_404(Office, code=code)
    told = {
        "office": found,
        "history": selectors.office_history(found)[:500],
        "at": at,
        "may_appoint": allows(actor_of(request), APPOINT, at),
        "form": forms.NameForm(initial={"name": found.name}),
        "trail": _trail(found.name),
    }
    return render(request, "offices/office.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(APPOINT)
def appointing(request: HttpRequest) -> HttpResponseBase:
    """Appoint somebody to an office."""
    at, department = instant_of(request), Department.objects.get()
    form = forms.AppointForm(
        request.POST if request.method == "POST" else None,
        initial={"since": department.day(at), "office": request.GET.get("office", "")[:32]},
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            appoint(
                person=asked["person"],
                office=asked["office"],
                how=How(asked["how"]),
                since=first_instant(asked["since"], department=department, at=at),
                until=instant_after(asked["until"], department=department) if asked["until"] else None,
                actor=actor_of(request),
                at=at,
            )
        except OfficeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is appointed.") % {"name": asked["person"].name})
            return redirect("office", code=asked["office"].code)
    return render(request, "offices/appoint.html", {"form": form, "trail": _trail(_("Appoint"))})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(APPOINT)
def ending(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """End an appointment."""
    at, department = instant_of(request), Department.objects.get()
    found = get_object_or_404(Appointment.objects.select_related("user", "office"), ref=ref)
    form = forms.EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        last = form.cleaned_data["until"]
        try:
            until = instant_after(last, department=department) if last else at
            appointment_end(ref=ref, until=until, actor=actor_of(request), at=at)
        except OfficeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The appointment has its end. What was done in it stays under the same name."))
            return redirect("office", code=found.office_id)
    told = {"form": form, "found": found, "trail": [*_trail(found.office.name, found.office_id), ("", _("End"))]}
    return render(request, "offices/end.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(APPOINT)
def founding(request: HttpRequest) -> HttpResponseBase:
    """Add an office of the department's own."""
    form = forms.OfficeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = listing.office_found(**form.cleaned_data, actor=actor_of(request), at=instant_of(request))
        except OfficeRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("office", code=made.code)
    return render(request, "offices/found.html", {"form": form, "trail": _trail(_("Add an office"))})


@require_POST
@needs(APPOINT)
def renaming(request: HttpRequest, code: str) -> HttpResponseBase:
    """Call an office what the department calls it."""
    get_object_or_404(Office, code=code)
    form = forms.NameForm(request.POST)
    if form.is_valid():
        listing.office_rename(
            code=code, name=form.cleaned_data["name"], actor=actor_of(request), at=instant_of(request)
        )
        messages.success(request, _("The office has its new name."))
    else:
        messages.error(request, _("An office needs a name of up to 100 characters. Nothing was changed."))
    return redirect("office", code=code)


@require_POST
@needs(APPOINT)
def retiring(request: HttpRequest, code: str) -> HttpResponseBase:
    """Close an office that nobody has."""
    get_object_or_404(Office, code=code)
    try:
        listing.office_retire(code=code, actor=actor_of(request), at=instant_of(request))
    except OfficeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The office is retired. What was done in it stays."))
    return redirect("office", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def absent(request: HttpRequest) -> HttpResponseBase:
    """Say that somebody is away."""
    actor, at, department = actor_of(request), instant_of(request), Department.objects.get()
    form = forms.AbsenceForm(
        request.POST if request.method == "POST" else None,
        initial={"person": actor.person.ref, "since": department.day(at)},
    )
    if form.is_valid():
        asked = form.cleaned_data
        since, until = _span(asked["since"], asked["until"], department, at)
        try:
            listing.absence_record(person=asked["person"], since=since, until=until, actor=actor, at=at)
        except OfficeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The absence is noted. Deputies act where no other holder is there."))
            return redirect("offices")
    return render(request, "offices/absent.html", {"form": form, "trail": _trail(_("Away"))})


@require_POST
def back(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """Say that somebody is back."""
    actor, at = actor_of(request), instant_of(request)
    rows = Absence.objects.select_related("user")
    found = get_object_or_404(rows if allows(actor, APPOINT, at) else rows.filter(user=actor.person), ref=ref)
    try:
        listing.absence_end(absence=found, actor=actor, at=at)
    except OfficeRefused as refused:
        messages.error(request, str(refused))
    return redirect("offices")


@require_http_methods(["GET", "HEAD", "POST"])
def designating(request: HttpRequest) -> HttpResponseBase:
    """Give one authority of an office that one has to somebody else, for a time."""
    actor, at, department = actor_of(request), instant_of(request), Department.objects.get()
    own = list(Office.objects.filter(code__in=actor.offices(at)).order_by("name"))
    form = forms.DesignateForm(
        request.POST if request.method == "POST" else None, initial={"since": department.day(at)}, offices=own
    )
    if form.is_valid():
        asked = form.cleaned_data
        code, capability = asked["what"].split("/", 1)
        since, until = _span(asked["since"], asked["until"], department, at)
        try:
            designate(
                office=next(one for one in own if one.code == code),
                person=asked["person"],
                capability=capability,
                since=since,
                until=until,
                actor=actor,
                at=at,
            )
        except OfficeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is designated.") % {"name": asked["person"].name})
            return redirect("offices")
    return render(request, "offices/designate.html", {"form": form, "own": own, "trail": _trail(_("Designate"))})


@require_POST
def undesignating(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """Take a designation back."""
    get_object_or_404(Designation, ref=ref)
    try:
        designation_end(ref=ref, actor=actor_of(request), at=instant_of(request))
    except OfficeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The designation is taken back."))
    return redirect("offices")


def _span(first: date, last: date, department: Department, at: datetime) -> tuple[datetime, datetime]:
    return first_instant(first, department=department, at=at), instant_after(last, department=department)


def _trail(here: str, code: str = "") -> list[tuple[str, str]]:
    return [(reverse("offices"), _("Offices")), (reverse("office", args=[code]) if code else "", here)]
