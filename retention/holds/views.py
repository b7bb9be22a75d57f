"""The pages of holds."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from archive.access import policy
from archive.access.pages import actor_of, instant_of, needs
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.paging import page_of
from retention.errors import Refused
from retention.holds import listing
from retention.holds.forms import EVERY_PAGE, PlaceForm, ReleaseForm
from retention.holds.models import Hold, HoldKind
from retention.holds.services import Placement, Scope, hold_place, hold_release
from retention.schedules.shown import holdings_shown

MOST = 50_000  #: records that one form may name by a search


@require_safe
@needs("hold.place", "hold.release")
def holds(request: HttpRequest) -> HttpResponse:
    """The holds in force, or those that were lifted."""
    actor, at = actor_of(request), instant_of(request)
    lifted = request.GET.get("show") == "lifted"
    found = listing.holds_listed(lifted=lifted)
    page = page_of(found, order=("-placed_at", "-id"), cursor=request.GET.get("at", ""))
    rows = listing.rows_of(page.rows, actor=actor, at=at)
    return render(request, "holds/list.html", {"page": page, "rows": rows, "lifted": lifted})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hold.place")
def place(request: HttpRequest) -> HttpResponse:
    """Place a hold; `record` and `run` in the address fill the form from where the person comes."""
    actor, at = actor_of(request), instant_of(request)
    runs, pages = listing.search_runs(actor=actor, at=at), listing.pages_to_hold(actor=actor, at=at)
    first = {"records": "\n".join(request.GET.getlist("record")[:100]), "run": request.GET.get("run", "")}
    form = PlaceForm(request.POST if request.method == "POST" else None, runs=runs, pages=pages, initial=first)
    if request.method == "POST" and form.is_valid():
        placed = _place(request, form)
        if placed is not None:
            _say_placed(request, placed)
            return redirect("hold", ref=placed.hold.ref)
    return render(request, "holds/place.html", {"form": form, "trail": _trail(_("Place a hold"))})


@require_safe
@needs("hold.place", "hold.release")
def hold(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """One hold: why, since when, and what it covers."""
    actor, at = actor_of(request), instant_of(request)
    found = get_object_or_404(Hold.objects.select_related("placed_by", "released_by"), ref=ref)
    [row] = listing.rows_of([found], actor=actor, at=at)
    kinds = listing.kinds_covered(found)
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else (kinds[0] if kinds else RECORD)
    page = page_of(listing.items_covered(found, kind), order=("holding_id",), cursor=request.GET.get("at", ""))
    shown = holdings_shown([Holding(kind, item.holding_id) for item in page.rows], actor=actor, at=at)
    told: dict[str, Any] = {
        "hold": found,
        "row": row,
        "trail": _trail(_("This hold")),
        "acts": listing.acts_of(found, actor=actor, at=at),
        "kinds": kinds,
        "kind": kind,
        "page": page,
        "items": [(item, shown[here]) for item in page.rows if (here := Holding(kind, item.holding_id)) in shown],
        "own_legal": found.kind == HoldKind.LEGAL and found.placed_by_id == actor.person.pk,
        "may_lift": policy.allows(actor, "hold.release", at),
    }
    return render(request, "holds/hold.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hold.release")
def lift(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """Lift a hold, with a reason."""
    actor, at = actor_of(request), instant_of(request)
    found = get_object_or_404(Hold.objects.select_related("placed_by"), ref=ref)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            hold_release(hold_ref=ref, reason=form.cleaned_data["reason"], actor=actor, at=at)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The hold is lifted. What it kept follows its schedule again."))
            return redirect("hold", ref=ref)
    [row] = listing.rows_of([found], actor=actor, at=at)
    own_legal = found.kind == HoldKind.LEGAL and found.placed_by_id == actor.person.pk
    trail = [*_trail(), (reverse("hold", kwargs={"ref": ref}), _("This hold")), ("", _("Lift a hold"))]
    told = {"hold": found, "row": row, "form": form, "own_legal": own_legal, "trail": trail}
    return render(request, "holds/lift.html", told)


def _trail(*names: str) -> list[tuple[str, str]]:
    return [(reverse("holds"), _("Holds")), *(("", name) for name in names)]


def _place(request: HttpRequest, form: PlaceForm) -> Placement | None:
    """Place what the form says; none after the form has been told why not."""
    actor, at = actor_of(request), instant_of(request)
    asked = form.cleaned_data
    wanted: set[int] = set()
    if asked["records"]:
        named = listing.records_named(asked["records"], actor=actor, at=at)
        missing = [ref for ref in asked["records"] if ref not in named]
        if missing:
            form.add_error("records", _("There is no record %(ref)s that you may see.") % {"ref": missing[0]})
            return None
        wanted |= set(named.values())
    if asked["run"]:
        found = listing.records_of_run(uuid.UUID(asked["run"]), actor=actor, at=at)
        if len(found.ids) > MOST:
            form.add_error("run", _("A search for a hold may find %(most)d. Narrow it.") % {"most": MOST})
            return None
        if found.closed:
            messages.warning(
                request,
                _("%(count)d that the search found are closed to you and are not under this hold.")
                % {"count": found.closed},
            )
        wanted |= set(found.ids)
    scopes = []
    if asked["standing"]:
        every = asked["standing"] == EVERY_PAGE
        account_id = None if every else listing.page_named(asked["standing"], actor=actor, at=at)
        scopes.append(Scope(account_id=account_id, record_kind=asked["record_kind"]))
    try:
        return hold_place(
            kind=HoldKind(asked["kind"]),
            reason=asked["reason"],
            holdings=[Holding(RECORD, one) for one in sorted(wanted)],
            scopes=scopes,
            actor=actor,
            at=at,
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


def _say_placed(request: HttpRequest, placed: Placement) -> None:
    said = ngettext(
        "The hold is placed and keeps %(n)d record.", "The hold is placed and keeps %(n)d records.", placed.held
    )
    messages.success(request, said % {"n": placed.held})
    if placed.gone:
        messages.warning(
            request,
            ngettext(
                "%(n)d of them had been destroyed before and cannot be kept.",
                "%(n)d of them had been destroyed before and cannot be kept.",
                len(placed.gone),
            )
            % {"n": len(placed.gone)},
        )
