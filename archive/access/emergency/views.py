"""The pages of openings in an emergency."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from archive.access.emergency.forms import BreakForm, ReviewForm
from archive.access.emergency.selectors import opening_shown, openings_visible
from archive.access.emergency.services import (
    BREAK,
    REVIEW,
    OpeningRefused,
    glass_break,
    glass_close,
    glass_review,
    openable,
)
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import allows
from archive.paging import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs(BREAK, REVIEW)
def openings(request: HttpRequest) -> HttpResponseBase:
    """What was opened, and the form that opens."""
    actor, at = actor_of(request), instant_of(request)
    offered = openable(actor, at) if allows(actor, BREAK, at) else []
    form = BreakForm(request.POST if request.method == "POST" else None, offered=offered)
    if form.is_valid():
        chosen = next(one for one in offered if one.code == form.cleaned_data["compartment"])
        try:
            made = glass_break(
                compartment=chosen,
                reason=form.cleaned_data["reason"],
                hours=form.cleaned_data["hours"],
                actor=actor,
                at=at,
            )
        except OpeningRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("“%(name)s” is open to you. What you read is noted.") % {"name": chosen.name})
            return redirect("opening", ref=made.ref)
    page = page_of(openings_visible(actor, at), order=("-at", "-pk"), cursor=request.GET.get("at", ""))
    return render(request, "emergency/list.html", {"page": page, "form": form, "offered": offered})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(BREAK, REVIEW)
def opening(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """One opening: who, why, what was read, and its review."""
    actor, at = actor_of(request), instant_of(request)
    found = get_object_or_404(openings_visible(actor, at), ref=ref)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        justified, words = form.cleaned_data["justified"] == "yes", form.cleaned_data["words"]
        try:
            glass_review(ref=ref, justified=justified, words=words, actor=actor, at=at)
        except OpeningRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your review is signed."))
            return redirect("opening", ref=ref)
    shown = opening_shown(found, at)
    told = {
        "shown": shown,
        "row": found,
        "read": shown.read[:500],
        "own": found.user_id == actor.person.pk,
        "may_review": allows(actor, REVIEW, at),
        "form": form,
        "trail": [(reverse("openings"), _("Emergency access")), ("", found.compartment.name)],
    }
    return render(request, "emergency/opening.html", told)


@require_POST
@needs(BREAK, REVIEW)
def closing(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """End an opening before its time."""
    actor, at = actor_of(request), instant_of(request)
    get_object_or_404(openings_visible(actor, at), ref=ref)
    try:
        glass_close(ref=ref, actor=actor, at=at)
    except OpeningRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is closed."))
    return redirect("opening", ref=ref)
