"""Where a requester may ask for review of a denial: adopted by a person, and marked until somebody verified it."""

import tomllib
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department
from archive.access.policy import require
from foia.requests.letters import letter_words
from foia.requests.models import ReviewOffice
from retention.errors import Refused

DATA = Path(__file__).with_name("review_office_illinois.toml")


def review_office_propose() -> dict[str, str]:
    """Return the candidate that ships with Daybook: name, address, phone, source. It binds nobody until adopted."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def review_office_adopt(
    *, name: str, address: str, phone: str, source: str, verified_on: date | None, actor: Actor, at: datetime
) -> ReviewOffice:
    """Adopt the office that letters name; `verified_on` is the day on which a person compared it with the source.

    Raises Denied, and Refused for an empty name, address or source, or a day in the future.
    """
    require(actor, "request.decide", at)
    if not (name.strip() and address.strip() and source.strip()):
        raise Refused("office.empty", _("Give name, address and source of the office."))
    with transaction.atomic():
        if verified_on is not None and verified_on > Department.objects.get().day(at):
            raise Refused("office.future", _("The day of verification lies in the future."))
        office = ReviewOffice.objects.create(
            name=name.strip()[:200],
            address=address.strip()[:300],
            phone=phone.strip()[:40],
            source=source.strip()[:300],
            verified_on=verified_on,
            at=at,
            by=actor.person,
        )
        audit(actor, "office.adopt", at=at, object_kind="review-office", object_ref=office.pk)
    return office


def review_contact() -> tuple[str, ...]:
    """Return the lines by which a denial names the office: name, address, phone (5 ILCS 140/9(a)).

    Raises Refused when one is missing, or when nobody has verified them; a demonstration may print them marked.
    """
    office = ReviewOffice.objects.order_by("-at", "-pk").first()
    if office is None or not (office.address and office.phone):
        raise Refused(
            "office.missing",
            _("A denial must name address and telephone of the Public Access Counselor. Adopt them first."),
        )
    lines = (office.name, office.address, office.phone)
    if office.verified_on is not None:
        return lines
    if not Department.objects.get().demonstration:
        raise Refused(
            "office.unverified",
            _("Nobody has verified the address and telephone of the Public Access Counselor. Compare and adopt them."),
        )
    return (*lines, letter_words()["words"]["unverified"])
