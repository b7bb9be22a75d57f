"""Reading openings: one's own, or all for those who review; and what waits on Today."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.emergency.services import REVIEW
from archive.access.models import AuditEntry, Words
from archive.access.oversight_models import BrokenGlass
from archive.access.policy import allows
from archive.waiting import Waiting

LISTED = 20


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening as a page shows it, with the reason and what was read in it."""

    row: BrokenGlass
    reason: str
    found: str
    open: bool
    read: QuerySet[AuditEntry]


def openings_visible(actor: Actor, at: datetime) -> QuerySet[BrokenGlass]:
    """Return the openings that the actor may know of."""
    rows = BrokenGlass.objects.select_related("user", "compartment", "closed__by", "review__reviewed_by")
    return rows if allows(actor, REVIEW, at) else rows.filter(user=actor.person)


def opening_shown(row: BrokenGlass, at: datetime) -> Opening:
    """Return an opening that the caller was let see; who reviews it may read its reason."""
    closed, review = getattr(row, "closed", None), getattr(row, "review", None)
    refs = [row.words_ref, *([review.words_ref] if review else [])]
    words = dict(Words.objects.filter(ref__in=refs).values_list("ref", "text"))
    ended = min(row.until, closed.at) if closed else row.until
    read = AuditEntry.objects.filter(
        actor=row.user, compartment=row.compartment_id, at__gte=row.at, at__lte=ended
    ).order_by("at", "pk")
    return Opening(
        row, words.get(row.words_ref, ""), words.get(review.words_ref, "") if review else "", ended > at, read
    )


def openings_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Openings of others that nobody reviewed yet, from the moment of the opening on; one's own while it is open."""
    if actor.user is None:
        return []
    own = BrokenGlass.objects.filter(user=actor.user, until__gt=at, closed=None).select_related("compartment")
    items = [
        Waiting(
            _("“%(name)s” is open to you") % {"name": row.compartment.name},
            None,
            reverse("opening", args=[row.ref]),
            _("What you read there is noted, and another person looks at it. Close it when you are done."),
        )
        for row in own
    ]
    if allows(actor, REVIEW, at):
        rows = BrokenGlass.objects.filter(~Q(user=actor.user), review=None).select_related("user", "compartment")
        items += [
            Waiting(
                _("Review: %(who)s opened “%(name)s”") % {"who": row.user.name, "name": row.compartment.name},
                None,
                reverse("opening", args=[row.ref]),
                _("In an emergency, with a reason. See why, and what was read."),
            )
            for row in rows.order_by("at")[:LISTED]
        ]
    return items
