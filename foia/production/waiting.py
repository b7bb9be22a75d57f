"""Productions on Today: confirmed reviews to number, finished bundles to release."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.policy import capabilities
from archive.waiting import Waiting
from foia.production.models import Production, ProductionState
from foia.production.selectors import numberable, productions_visible, releasable, requests_of

SHOWN = 20


def productions_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Return what of productions waits for this person's next step."""
    held = capabilities(actor, at)
    items = []
    if "production.make" in held:
        items += [
            Waiting(
                _("Number the production for request %(number)s") % {"number": one.request.number},
                one.request.cautious_on,
                reverse("production-number", args=[one.approval.collection.ref]),
                _("%(by)s confirmed its review.") % {"by": one.approval.by.name},
            )
            for one in numberable()[:SHOWN]
        ]
    if "request.decide" in held:
        rows = productions_visible(actor=actor, at=at).filter(
            state=ProductionState.NUMBERED, letter_ref=None, collection__purpose="request"
        )
        items += _of(list(rows.order_by("made_at")[:SHOWN]), _("Issue the letter of %(name)s"), _("It is numbered."))
    if "production.release" in held:
        rows = releasable(actor=actor, at=at)
        items += _of(
            list(rows.order_by("made_at")[:SHOWN]),
            _("Release %(name)s"),
            _("Its bundle is finished and no link was made yet. The clock of the request runs on."),
        )
    return items


def _of(rows: list[Production], title: str, why: str) -> list[Waiting]:
    requests = requests_of([row.collection for row in rows])

    def due(row: Production) -> date | None:
        request = requests.get(row.collection.purpose_ref)
        return request.cautious_on if request else None

    return [Waiting(title % {"name": row.name}, due(row), reverse("production", args=[row.ref]), why) for row in rows]
