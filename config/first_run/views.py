"""Founding, by whoever has the code; every answer holds secrets or leads to them, so none is kept by a cache."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from archive.access import throttle
from archive.access.entrance.addresses import address_of
from archive.access.models import Department, User
from archive.access.pages import instant_of
from archive.access.people import CannotDo, Invited
from config.first_run.code import code_right, pass_keep, passed, setup_open
from config.first_run.forms import ZONES, CodeForm, DepartmentForm, FounderForm
from config.first_run.founding import NotNow, department_begin, founders_make, invitations_again

View = Callable[[HttpRequest], HttpResponse]
HEADINGS = (_("First person"), _("Second person"))


def _open(view: View) -> View:
    """Answer 404 once the state is founded, and ask those for the code who have not typed it."""

    @wraps(view)
    def guard(request: HttpRequest) -> HttpResponse:
        if not setup_open():
            raise Http404
        if not passed(request):
            return redirect("begin")
        return view(request)

    return guard


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first page of an empty state: it asks for the code of the terminal."""
    if not setup_open():
        raise Http404
    if passed(request):
        return redirect(_next_step())
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        at = instant_of(request)
        # Counted for each address and for all together, before the code is looked at.
        within = throttle.attempt_count(throttle.SETUP_BY_ADDRESS, address_of(request), at=at)
        if not (within and throttle.attempt_count(throttle.SETUP_BY_ALL, "", at=at)):
            return render(request, "entrance/too_many.html", status=429)
        if code_right(form.cleaned_data["setup_code"]):
            pass_keep(request)
            return redirect(_next_step())
        form.add_error("setup_code", _("This is not the code. Look at the terminal again."))
    return render(request, "first_run/code.html", {"form": form})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_open
def begin_department(request: HttpRequest) -> HttpResponse:
    """Name, zone, fiscal year."""
    department = Department.objects.first()
    kept = {"zone": ZONES[0], "month": 5}
    if department:
        kept = {"name": department.name, "zone": department.zone, "month": department.fiscal_year_start_month}
    form = DepartmentForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        department_begin(**form.cleaned_data, at=instant_of(request))
        return redirect("begin-people")
    return render(request, "first_run/department.html", {"form": form, "zones": ZONES})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_open
def begin_people(request: HttpRequest) -> HttpResponse:
    """The first two people, and the links by which they choose their passwords."""
    at = instant_of(request)
    if User.objects.exists():
        if request.method == "POST":
            return _links(request, invitations_again(at=at))
        return render(request, "first_run/again.html", {"people": User.objects.order_by("pk")})
    if not Department.objects.exists():
        return redirect("begin-department")
    sent = request.POST if request.method == "POST" else None
    forms = [FounderForm(sent, prefix=prefix) for prefix in ("first", "second")]
    if all([form.is_valid() for form in forms]):  # noqa: C419 (both show what is wrong)
        try:
            return _links(request, founders_make(founders=[form.founder() for form in forms], at=at))
        except (CannotDo, NotNow) as error:
            forms[1].add_error("username", str(error))
    return render(request, "first_run/people.html", {"forms": list(zip(HEADINGS, forms, strict=True))})


def _links(request: HttpRequest, invited: list[Invited]) -> HttpResponse:
    rows = [(one.person, request.build_absolute_uri(reverse("invitation", args=[one.token]))) for one in invited]
    return render(request, "first_run/links.html", {"rows": rows, "hours": settings.INVITATION_HOURS})


def _next_step() -> str:
    return "begin-people" if Department.objects.exists() else "begin-department"
