"""Reviews on Today: what is collected and undecided, and what waits for its confirmation."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.policy import capabilities
from archive.waiting import Waiting
from foia.requests.models import RecordsRequest, RequestState
from foia.requests.selectors import requests_visible
from foia.review.selectors import Progress, latest_collections, progress_of

SHOWN = 20


def reviews_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Return the reviews of open requests on which this person can do the next step."""
    held = capabilities(actor, at)
    if not held & {"request.review", "request.decide"}:
        return []
    requests = {
        row.ref: row
        for row in requests_visible(actor=actor, at=at)
        .filter(state__in=[RequestState.SEARCHED, RequestState.DECIDED])
        .order_by("due_on", "pk")[:SHOWN]
    }
    items = []
    for collection in latest_collections(list(requests)):
        request = requests[collection.purpose_ref]
        found = _item(request, progress_of(collection, actor=actor, at=at), held)
        if found is not None:
            title, why = found
            url = reverse("review", args=[request.ref, collection.ref])
            items.append(Waiting(title, request.cautious_on, url, why))
    return items


def _item(request: RecordsRequest, progress: Progress, held: frozenset[str]) -> tuple[str, str] | None:
    number = {"number": request.number}
    if not progress.whole and "request.review" in held:
        return (
            _("Review request %(number)s") % number,
            _("%(left)d of %(all)d versions are not decided yet.")
            % {"left": progress.total - progress.decided, "all": progress.total},
        )
    confirmed = progress.approval is not None and not progress.stale
    if progress.whole and progress.total and not confirmed and not progress.own and "request.decide" in held:
        return (
            _("Confirm the review of request %(number)s") % number,
            _("Everything is decided, and you decided on none of it."),
        )
    return None
