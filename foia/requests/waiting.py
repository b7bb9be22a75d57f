"""Requests on Today: those owed an answer, by the day to plan for."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.policy import capabilities
from archive.waiting import Waiting
from foia.requests.names import STATES
from foia.requests.selectors import requests_owed

SHOWN = 50
MAY = frozenset({"request.take", "request.decide"})


def requests_due(actor: Actor, at: datetime) -> list[Waiting]:
    """Return the open requests for those who take or decide them, the first due on top."""
    if not capabilities(actor, at) & MAY:
        return []
    rows = list(requests_owed(actor=actor, at=at).order_by("due_on", "pk")[: SHOWN + 1])
    items = [
        Waiting(
            title=_("Answer request %(number)s") % {"number": row.number},
            due=row.cautious_on,
            url=reverse("request", args=[row.ref]),
            why=_("%(state)s. The law's last day is %(due)s; the day to plan for counts fewer holidays.")
            % {"state": STATES[row.state], "due": row.due_on.isoformat()},
        )
        for row in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        more = requests_owed(actor=actor, at=at).count() - SHOWN
        why = _("Only the first are listed here.")
        items.append(Waiting(_("%(n)d more open requests") % {"n": more}, None, reverse("requests"), why))
    return items
