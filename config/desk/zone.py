"""Times on pages are in the department's zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from archive.access.models import Department

_DEPARTMENT = "_daybook_department"


def department_of(request: HttpRequest) -> Department | None:
    """The department, read once for each request; none in a state that has not been set up."""
    if not hasattr(request, _DEPARTMENT):
        setattr(request, _DEPARTMENT, Department.objects.first())
    found: Department | None = getattr(request, _DEPARTMENT)
    return found


class DepartmentZone:
    """Shows the times of a signed-in person's pages in the department's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        department = department_of(request) if request.user.is_authenticated else None
        if department is None:
            return self.get_response(request)
        with timezone.override(ZoneInfo(department.zone)):
            return self.get_response(request)
