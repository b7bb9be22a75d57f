"""Removals without an explanation, the quarantine, and a version's bytes as they were received."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from archive.access.audit import audit_read
from archive.access.pages import actor_of, instant_of, needs
from archive.capture.forms import RemovalForm
from archive.capture.models import Quarantine, Slice, Who
from archive.capture.panels import slice_named
from archive.capture.removals import NotWaiting, removal_explain
from archive.capture.selectors import (
    LOOKED_AT,
    as_text,
    hex_lines,
    quarantined,
    quarantined_head,
    quarantined_named,
    reason_of,
    removal_known,
    removal_next,
    removals_shown,
    removals_waiting,
)
from archive.capture.wording import PURPOSES, code_sentence
from archive.paging import page_of
from archive.records.bytes_served import stored_answer
from archive.records.models import Record
from archive.records.selectors import record_named
from archive.records.thread import thread_of
from archive.served import captured_answer
from archive.storage.contract import StoreError

IN_QUARANTINE = ("import.run", "capture.run", "audit.read")


@require_safe
@needs("removal.explain")
def removals(request: HttpRequest) -> HttpResponse:
    """The removals that wait for a person, the oldest first."""
    actor, at = actor_of(request), instant_of(request)
    waiting = removals_waiting(actor, at)
    page = page_of(waiting, order=("since", "pk"), cursor=request.GET.get("at", ""), size=25)
    told = {"page": page, "removals": removals_shown(page.rows, actor=actor, at=at), "count": waiting.count()}
    return render(request, "capture/removals.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("removal.explain")
def removal(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """One removal with its thread, and the form in which a person says who did it; then the next one."""
    actor, at = actor_of(request), instant_of(request)
    waiting = removals_waiting(actor, at).filter(observation__ref=ref)
    shown = removals_shown(list(waiting), actor=actor, at=at, width=4_000)
    if not shown:
        return _no_longer(request, ref)
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            removal_explain(
                actor=actor,
                observation_ref=ref,
                who=Who(form.cleaned_data["who"]),
                words=form.cleaned_data["words"],
                at=at,
            )
        except NotWaiting:
            return _no_longer(request, ref)
        messages.success(request, _("Your finding is kept, and committed to the log."))
        return _next(request)
    told = {
        "removal": shown[0],
        "trail": [(reverse("removals"), _("Removals without an explanation")), ("", shown[0].kind_name)],
        "form": form,
        "thread": thread_of(shown[0].record, actor=actor, at=at),
        "count": removals_waiting(actor, at).count(),
    }
    return render(request, "capture/removal.html", told)


def _no_longer(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Somebody else was quicker, or there never was such a removal here: the first goes on, the second is no page."""
    actor, at = actor_of(request), instant_of(request)
    if not removal_known(ref, actor=actor, at=at):
        raise Http404
    messages.info(request, _("That removal no longer waits: somebody has explained it. Nothing was changed."))
    return _next(request)


def _next(request: HttpRequest) -> HttpResponseBase:
    following = removal_next(actor_of(request), instant_of(request))
    return redirect("removal", ref=following) if following else redirect("removals")


@require_safe
@needs(*IN_QUARANTINE)
def quarantine(request: HttpRequest) -> HttpResponse:
    """What could not be read, the newest first."""
    actor, at = actor_of(request), instant_of(request)
    try:
        run = UUID(request.GET["run"]) if request.GET.get("run") else None
    except ValueError as odd:
        raise Http404 from odd
    page = page_of(quarantined(actor, at, run=run), order=("-pk",), cursor=request.GET.get("at", ""))
    rows = [(item, code_sentence(item.code), item.stop - item.start) for item in page.rows]
    return render(request, "capture/quarantine.html", {"page": page, "rows": rows, "run": run})


@require_safe
@needs(*IN_QUARANTINE)
def quarantined_item(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One item in quarantine: why, from where, and its first bytes as text and in hexadecimal."""
    item = _item(request, ref)
    size = item.stop - item.start
    told: dict[str, Any] = {
        "item": item,
        "trail": [(reverse("quarantine"), _("Quarantine")), ("", item.code)],
        "size": size,
        "reason": reason_of(item),
        "purpose": PURPOSES.get(item.exchange.purpose, item.exchange.purpose),
    }
    try:
        head = quarantined_head(item)
    except StoreError as error:
        told["unread"] = error.code
    else:
        told |= {"text": as_text(head), "hexadecimal": hex_lines(head), "left": max(0, size - LOOKED_AT)}
    return render(request, "capture/quarantined.html", told)


@require_safe
@needs(*IN_QUARANTINE)
def quarantined_bytes(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """All bytes of an item in quarantine."""
    item = _item(request, ref)
    name = f"quarantine-{ref}.txt"
    if item.raw is None and item.stored is not None:
        return stored_answer(request, item.stored, name=name, media_type="")
    raw = bytes(item.raw or b"")
    return captured_answer([raw], name=name, media_type="", size=len(raw))


@require_safe
@needs("record.read")
def as_received(request: HttpRequest, ref: UUID, n: int) -> HttpResponseBase:
    """The bytes of one version as received, credentials masked."""
    actor, at = actor_of(request), instant_of(request)
    try:
        found = slice_named(record_named(ref, actor=actor, at=at), n, actor=actor, at=at)
    except (Record.DoesNotExist, Slice.DoesNotExist) as missing:
        raise Http404 from missing
    audit_read(actor, at=at, object_kind="record", object_ref=ref, compartment=found.compartment)
    raw = bytes(found.raw)
    return captured_answer([raw], name=f"record-{ref}-version-{n}-as-received.txt", media_type="", size=len(raw))


def _item(request: HttpRequest, ref: UUID) -> Quarantine:
    try:
        return quarantined_named(ref, actor=actor_of(request), at=instant_of(request))
    except Quarantine.DoesNotExist as missing:
        raise Http404 from missing
