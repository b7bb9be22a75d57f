"""The pages of the audit. They read; there is no page, and no office, that stops, clears or edits it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access.auditing.forms import AskForm, SignForm
from archive.access.auditing.matters import MATTERS
from archive.access.auditing.selectors import Asked, entries_asked, entries_shown, entries_visible, gaps
from archive.access.auditing.weeks import REVIEW, WeekRefused, week_sign, weeks
from archive.access.models import Department, Words
from archive.access.offices.days import day_begins, instant_after
from archive.access.pages import actor_of, instant_of, needs
from archive.access.policy import allows
from archive.paging import page_of

READ = "audit.read"


@require_safe
@needs(READ)
def entries(request: HttpRequest) -> HttpResponseBase:
    """Who did what to which thing, when, where from, with which outcome; and where the audit is not whole."""
    actor, at = actor_of(request), instant_of(request)
    form = AskForm(request.GET)
    asked = Asked()
    if form.is_valid():
        told, department = form.cleaned_data, Department.objects.get()
        asked = Asked(
            person=told["person"],
            matter=told["matter"],
            action=told["action"],
            object_ref=told["object_ref"],
            since=day_begins(told["since"], department) if told["since"] else None,
            until=instant_after(told["until"], department=department) if told["until"] else None,
        )
    rows = entries_asked(entries_visible(actor, at), asked)
    page = page_of(rows, order=("-at", "-pk"), cursor=request.GET.get("at", ""))
    shown = entries_shown(page.rows, actor=actor, at=at)
    return render(
        request, "audit/list.html", {"form": form, "page": page, "rows": shown, "gaps": gaps(at), "asked": asked}
    )


@require_safe
@needs(READ, REVIEW)
def weeks_page(request: HttpRequest) -> HttpResponseBase:
    """The weeks, and who signed them."""
    page = page_of(weeks(), order=("-since", "-pk"), cursor=request.GET.get("at", ""))
    return render(request, "audit/weeks.html", {"page": page, "trail": _trail(_("Weeks"))})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(READ, REVIEW)
def week(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    """One week: what happened by matter, and its signature."""
    actor, at = actor_of(request), instant_of(request)
    found = get_object_or_404(weeks(), ref=ref)
    form = SignForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            week_sign(ref=ref, words=form.cleaned_data["words"], actor=actor, at=at)
        except WeekRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The week is signed."))
            return redirect("audit-week", ref=ref)
    signed = getattr(found, "signed", None)
    department = Department.objects.get()
    told = {
        "week": found,
        "first": department.day(found.since),
        "last": department.day(found.until - (found.until - found.since) / 14),
        "counts": [(code, name, found.counts.get(code, 0)) for code, (name, _of) in MATTERS.items()],
        "total": found.counts.get("all", 0),
        "late": found.counts.get("late", 0),
        "signed": signed,
        "words": Words.objects.filter(ref=signed.words_ref).values_list("text", flat=True).first() if signed else "",
        "may_sign": allows(actor, REVIEW, at),
        "form": form,
        "trail": [*_trail(_("Weeks"), reverse("audit-weeks")), ("", _("This week"))],
    }
    return render(request, "audit/week.html", told)


def _trail(name: str, address: str = "") -> list[tuple[str, str]]:
    return [(reverse("audit"), _("Audit")), (address, name)]
