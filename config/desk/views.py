"""The pages of the desk itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.access.pages import actor_of, instant_of
from config.desk.today import day_of
from config.desk.zone import department_of


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for the person who looks, by due day."""
    at = instant_of(request)
    department = department_of(request)
    date = department.day(at) if department else at.date()
    day = day_of(actor_of(request), at=at, today=date)
    return render(request, "desk/today.html", {"day": day, "date": date})
