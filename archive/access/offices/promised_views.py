"""The page of an office that was named with an invitation, where a second person agrees to it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from archive.access.capability_names import CAPABILITIES
from archive.access.mail_models import PromisedOffice
from archive.access.offices.appointing import APPOINT
from archive.access.offices.errors import OfficeRefused
from archive.access.offices.promised import promise_answer
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import office_table


@require_http_methods(["GET", "HEAD", "POST"])
@needs(APPOINT)
def promised(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Who is to have which office, named by whom; the second person answers here."""
    actor, at = actor_of(request), instant_of(request)
    row = get_object_or_404(
        PromisedOffice.objects.select_related("person", "office", "named_by", "confirmed_by"), ref=ref
    )
    if request.method == "POST":
        try:
            promise_answer(ref=ref, agreed=request.POST.get("answer") == "agree", actor=actor, at=at)
        except OfficeRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Your answer is kept."))
        return redirect("office-promised", ref=ref)
    waits = row.needs_second and not (row.confirmed_at or row.declined_at or row.given_at)
    _name, may = office_table().get(row.office.authority or row.office.code, ("", frozenset()))
    told = {
        "row": row,
        "may": [CAPABILITIES.get(one, one) for one in sorted(may)],
        "waits": waits,
        "answerable": waits and actor.person.pk not in (row.named_by_id, row.person_id),
        "trail": [(reverse("offices"), _("Offices")), ("", row.office.name)],
    }
    return render(request, "offices/promised.html", told)
