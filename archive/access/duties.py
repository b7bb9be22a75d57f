"""What a person holds, and how to hand it on: the rooms say it of their own things (design.md 1).

Most things have no owner to change: who placed a hold or froze a search stays in it for ever. Their keeper, who looks
after them from now on, is the person of the latest `Handover`, and whoever made the thing where there is none.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.oversight_models import Handover
from archive.extension import ExtensionPoint


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a person holds."""

    thing: uuid.UUID
    title: str
    url: str = ""


class Duties(Protocol):
    """One kind of thing that people hold.

    `needs` is the capability that an heir must have, empty for none; `lapses` says that the thing may end with the
    person when no heir is named. `held` MUST answer everything, also what is closed to whoever asks: a thing that is
    forgotten is the fault that this exists against. `hand_on` runs inside the transaction of the leaving, which has
    asked for the permission; after it `held` MUST answer none of the things for the person.
    """

    kind: str
    name: str | Promise
    needs: str
    lapses: bool

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return what the person holds at `at`."""

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Give things of the person to the heir."""


DUTIES: ExtensionPoint[Duties] = ExtensionPoint("ACCESS_DUTIES")


def kept_by(kind: str, person: User, made: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which things of a kind the person keeps: of those that they made, and of those handed to them."""
    made = set(made)
    given = set(Handover.objects.filter(kind=kind, keeper=person).values_list("thing", flat=True))
    latest = Handover.objects.filter(kind=kind, thing__in=made | given).order_by("thing", "-pk").distinct("thing")
    keepers = dict(latest.values_list("thing", "keeper"))
    return {thing for thing in made | given if keepers.get(thing, person.pk) == person.pk}


def keeper_change(
    kind: str, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime
) -> None:
    """Write down that things have another keeper. Must be called inside the transaction of the act."""
    Handover.objects.bulk_create(
        Handover(kind=kind, thing=thing, keeper_before=person, keeper=heir, by=actor.person, at=at) for thing in things
    )
