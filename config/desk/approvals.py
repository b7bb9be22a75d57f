"""Approvals that wait, with who is able to give each now: no rule that takes two persons deadlocks in silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.access import policy
from archive.access.able import able_ids, rules_broken
from archive.access.actor import Actor
from archive.access.models import User
from archive.access.offices.appointing import APPOINT
from archive.access.offices.promised import promises_waiting
from archive.access.oversight_models import BrokenGlass
from archive.access.pages import actor_of, instant_of, needs
from archive.accounts.models import Account
from archive.waiting import Waiting
from foia.production.models import Production, ProductionItem, ProductionState
from foia.requests.models import RecordsRequest, RequestState
from foia.review.models import ReviewDecision
from foia.review.selectors import latest_collections, progress_of
from retention.dispositions.models import BatchState, DispositionBatch
from retention.schedules.shortening import shortenings_waiting

SHOWN = 100  #: of each kind
READERS = ("account.approve", "disposition.approve", "request.decide", "production.release", "glass.review", APPOINT)


@dataclass(frozen=True, slots=True)
class Pending:
    """An approval that waits. `able` can give it now; those in `besides` may not, as they took the first step."""

    title: str
    url: str
    capability: str
    able: Sequence[User]
    besides: Sequence[User]


@require_safe
@needs(*READERS)
def approvals(request: HttpRequest) -> HttpResponseBase:
    """What waits for a second person, and who can be that."""
    actor, at = actor_of(request), instant_of(request)
    return render(request, "desk/approvals.html", {"rows": approvals_pending(actor, at)})


def approvals_pending(actor: Actor, at: datetime) -> list[Pending]:
    """Return what waits for a second person, of what the actor may know; what nobody can give stands on top."""
    able = able_ids(at)
    rows = [
        *_pages(actor, at),
        *_lists(actor, at),
        *_shortenings(),
        *_reviews(actor, at),
        *_releases(actor, at),
        *_openings(),
        *_promises(),
    ]
    ids = {pk for _title, _url, capability, besides in rows for pk in able.get(capability, frozenset()) | besides}
    users = {user.pk: user for user in User.objects.filter(pk__in=ids).order_by("name", "pk")}
    found = [
        Pending(
            title,
            url,
            capability,
            [user for pk, user in users.items() if pk in able.get(capability, frozenset()) - besides],
            [user for pk, user in users.items() if pk in besides],
        )
        for title, url, capability, besides in rows
    ]
    return sorted(found, key=lambda one: bool(one.able))


def rules_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """What too few people can do, for those who may appoint: rules that cannot be kept, approvals nobody can give."""
    if not policy.allows(actor, APPOINT, at):
        return []
    items = []
    broken = rules_broken(at)
    if broken:
        title = ngettext(
            "Appoint somebody: %(n)d rule that takes two persons cannot be kept",
            "Appoint somebody: %(n)d rules that take two persons cannot be kept",
            len(broken),
        ) % {"n": len(broken)}
        items.append(Waiting(title, None, reverse("offices"), " ".join(str(one.rule.sentence) for one in broken)))
    stuck = [one for one in approvals_pending(actor, at) if not one.able]
    if stuck:
        title = ngettext(
            "%(n)d approval waits that nobody can give", "%(n)d approvals wait that nobody can give", len(stuck)
        ) % {"n": len(stuck)}
        why = _("Whoever could give them took the first step. Appoint or designate another person.")
        items.append(Waiting(title, None, reverse("approvals"), why))
    return items


Row = tuple[str, str, str, frozenset[int]]


def _ids(*ids: int | None) -> frozenset[int]:
    return frozenset(one for one in ids if one is not None)


def _pages(actor: Actor, at: datetime) -> Iterable[Row]:
    rows = policy.visible(actor, Account.objects.filter(approval=None), at).select_related("proposal").order_by("pk")
    for row in rows[:SHOWN]:
        by = row.proposal.requested_by_id if hasattr(row, "proposal") else None
        yield _("Page %(page)s") % {"page": row.name}, reverse("account", args=[row.ref]), "account.approve", _ids(by)


def _lists(actor: Actor, at: datetime) -> Iterable[Row]:
    rows = policy.visible(actor, DispositionBatch.objects.filter(state=BatchState.ENDORSED), at)
    rows = rows.select_related("series").order_by("proposed_at")
    for row in rows[:SHOWN]:
        title = _("Disposal under “%(series)s”") % {"series": row.series.title}
        yield (
            title,
            reverse("disposition", args=[row.ref]),
            "disposition.approve",
            _ids(row.proposed_by_id, row.endorsed_by_id),
        )


def _shortenings() -> Iterable[Row]:
    for version in shortenings_waiting()[:SHOWN]:
        title = _("Shorter period of “%(series)s”") % {"series": version.title}
        yield title, reverse("schedules"), "disposition.approve", _ids(version.schedule.adopted_by_id)


def _reviews(actor: Actor, at: datetime) -> Iterable[Row]:
    states = [RequestState.SEARCHED, RequestState.DECIDED]
    rows = policy.visible(actor, RecordsRequest.objects.filter(state__in=states), at).order_by("due_on", "pk")
    requests = {row.ref: row for row in rows[:SHOWN]}
    for collection in latest_collections(list(requests)):
        progress = progress_of(collection, actor=actor, at=at)
        if progress.whole and progress.total and (progress.approval is None or progress.stale):
            request = requests[collection.purpose_ref]
            by = ReviewDecision.objects.filter(item__collection=collection).values_list("by_id", flat=True).distinct()
            title = _("Review of request %(number)s") % {"number": request.number}
            yield title, reverse("review", args=[request.ref, collection.ref]), "request.decide", frozenset(by)


def _releases(actor: Actor, at: datetime) -> Iterable[Row]:
    rows = policy.visible(actor, Production.objects.filter(state=ProductionState.BUNDLED, releases=None), at)
    for row in rows.order_by("made_at")[:SHOWN]:
        of = ProductionItem.objects.filter(production=row, decision=OuterRef("pk"))
        by = ReviewDecision.objects.filter(Exists(of)).values_list("by_id", flat=True).distinct()
        title = _("Release of %(name)s") % {"name": row.name}
        yield title, reverse("production", args=[row.ref]), "production.release", frozenset(by)


def _openings() -> Iterable[Row]:
    for row in BrokenGlass.objects.filter(review=None).select_related("user").order_by("at")[:SHOWN]:
        title = _("Opening by %(name)s in an emergency") % {"name": row.user.name}
        yield title, reverse("opening", args=[row.ref]), "glass.review", _ids(row.user_id)


def _promises() -> Iterable[Row]:
    for row in promises_waiting()[:SHOWN]:
        title = _("Office “%(office)s” for %(name)s") % {"office": row.office.name, "name": row.person.name}
        yield title, reverse("office-promised", args=[row.ref]), APPOINT, _ids(row.named_by_id, row.person_id)
