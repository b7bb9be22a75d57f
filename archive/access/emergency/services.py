"""Opening, closing and reviewing. A sealed compartment cannot be opened in this way: for others it does not exist."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.models import Compartment
from archive.access.oversight_models import BrokenGlass, BrokenGlassClosed, BrokenGlassReview
from archive.access.policy import open_compartments, require

BREAK, REVIEW = "glass.break", "glass.review"
HOURS = 4  #: how long one opening lasts at most: a default of this program, no rule of law
WORDS_LIMIT = 4_000


class OpeningRefused(Exception):
    """An expected refusal; nothing was opened, closed or signed."""


def openable(actor: Actor, at: datetime) -> list[Compartment]:
    """Return the compartments that are closed to the actor and may be opened in an emergency."""
    opened = open_compartments(actor, at)
    return list(Compartment.objects.filter(sealed=False).exclude(code__in=opened).order_by("code"))


def glass_break(*, compartment: Compartment, reason: str, hours: int, actor: Actor, at: datetime) -> BrokenGlass:
    """Open a closed compartment for oneself for one to four hours. Raises Denied or OpeningRefused."""
    with transaction.atomic():
        require(actor, BREAK, at)
        if compartment not in openable(actor, at):
            raise OpeningRefused(_("This compartment is open to you, or cannot be opened in this way."))
        if not 1 <= hours <= HOURS:
            raise OpeningRefused(_("Choose one to %(most)d hours. It can be opened again.") % {"most": HOURS})
        made = BrokenGlass.objects.create(
            user=actor.person,
            compartment=compartment,
            words_ref=_words(reason, at),
            at=at,
            until=at + timedelta(hours=hours),
        )
        audit(actor, "glass.break", at=at, object_kind="opening", object_ref=made.ref, compartment=compartment.code)
    return made


def glass_close(*, ref: uuid.UUID, actor: Actor, at: datetime) -> None:
    """End an opening before its time: one's own, or anybody's for those who review. Raises Denied or OpeningRefused."""
    with transaction.atomic():
        found = BrokenGlass.objects.get(ref=ref)
        if found.user_id != actor.person.pk:
            require(actor, REVIEW, at)
        if found.until <= at or BrokenGlassClosed.objects.filter(opening=found).exists():
            raise OpeningRefused(_("This opening is over."))
        BrokenGlassClosed.objects.create(opening=found, by=actor.person, at=at)
        audit(actor, "glass.close", at=at, object_kind="opening", object_ref=ref, compartment=found.compartment_id)


def glass_review(*, ref: uuid.UUID, justified: bool, words: str, actor: Actor, at: datetime) -> BrokenGlassReview:
    """Sign what one found who looked at an opening, when it is over. Raises Denied, or OpeningRefused for one's own."""
    with transaction.atomic():
        require(actor, REVIEW, at)
        found = BrokenGlass.objects.get(ref=ref)
        if found.user_id == actor.person.pk:
            raise OpeningRefused(_("You opened it yourself. Another person has to review it."))
        if found.until > at and not BrokenGlassClosed.objects.filter(opening=found).exists():
            raise OpeningRefused(_("It is open still. Close it first, or review it when its time is over."))
        if BrokenGlassReview.objects.filter(opening=found).exists():
            raise OpeningRefused(_("This opening was reviewed before."))
        made = BrokenGlassReview.objects.create(
            opening=found,
            opened_by=found.user,
            reviewed_by=actor.person,
            at=at,
            justified=justified,
            words_ref=_words(words, at),
        )
        outcome = "justified" if justified else "not-justified"
        audit(actor, "glass.review", at=at, outcome=outcome, object_kind="opening", object_ref=ref)
    return made


def _words(text: str, at: datetime) -> uuid.UUID:
    if not 1 <= len(text.strip()) <= WORDS_LIMIT:
        raise OpeningRefused(_("Say in up to %(limit)d characters why.") % {"limit": WORDS_LIMIT})
    return words_keep(text.strip(), compartment="restricted", at=at)
