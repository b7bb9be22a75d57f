"""The addresses of holds, dispositions and schedules."""

import uuid
from collections.abc import Mapping
from typing import Any

from archive.access.actor import Actor
from archive.access.models import User
from archive.destruction.holdings import Holding
from retention.holds.models import Hold, HoldKind
from retention.holds.services import Scope, hold_place
from tests.archive.destruction import scene
from tests.web.rows import SENT, Row
from tests.web.world import World

HOLDS = {"hold.place", "hold.release"}


def some_records(count: int = 3, compartment: str = "public") -> list[int]:
    """Capture a few comments of one page."""
    account = scene.page(handle=f"page-{uuid.uuid4().hex[:8]}")
    account.compartment = compartment
    account.save()
    return scene.comments(account, {str(n): f"words {n}" for n in range(count)})


def a_hold(world: World, owner: User) -> Mapping[str, Any]:
    """A legal hold on three records and on every message to come. Owners without the authority have a manager's."""
    placer = (
        owner if set(Actor(user=owner).offices(world.at)) & {"records-manager", "foia-officer", "counsel"} else None
    )
    placed = hold_place(
        kind=HoldKind.LEGAL,
        reason="Smith v. Riverton, 26-cv-17",
        holdings=[Holding("record", one) for one in some_records()],
        scopes=[Scope(record_kind="message")],
        actor=Actor(user=placer or world.colleagues["records-manager"]),
        at=world.at,
    )
    return {"ref": placed.hold.ref}


def an_audit_hold(world: World, owner: User) -> Mapping[str, Any]:
    """A hold that whoever placed it may lift."""
    Hold.objects.filter(ref=(ref := a_hold(world, owner)["ref"])).update(kind=HoldKind.AUDIT)
    return {"ref": ref}


RETENTION: list[Row] = [
    Row("holds/", may=HOLDS),
    Row("holds/place/", may={"hold.place"}),
    Row(
        "holds/place/",
        may={"hold.place"},
        post={"kind": "audit", "reason": "audit of 2026", "standing": "every"},
        answers=SENT,
    ),
    Row("holds/<uuid:ref>/", may=HOLDS, make=a_hold),
    Row("holds/<uuid:ref>/lift/", may={"hold.release"}, make=a_hold),
    Row("holds/<uuid:ref>/lift/", may={"hold.release"}, make=an_audit_hold, post={"reason": "done"}, answers=SENT),
]
