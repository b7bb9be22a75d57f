"""The addresses of holds, dispositions and schedules."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from archive.access.actor import Actor
from archive.access.models import User
from archive.destruction.holdings import Holding
from retention.dispositions.approvals import batch_approve, batch_endorse
from retention.dispositions.certificates import certificate_file, certificate_return
from retention.dispositions.execution import batch_execute
from retention.dispositions.models import DispositionBatch
from retention.dispositions.ordering import sweep_order
from retention.dispositions.sweeping import sweep
from retention.holds.models import Hold, HoldKind
from retention.holds.services import Scope, hold_place
from retention.schedules.models import Schedule
from tests.archive.destruction import scene
from tests.retention.scene import adopt
from tests.web.rows import SENT, Row
from tests.web.world import World

HOLDS = {"hold.place", "hold.release"}
LISTS = {"disposition.propose", "disposition.approve", "disposition.execute", "certificate.record"}
WORK = {"disposition.propose", "disposition.execute"}
QUEUE = {"disposition.propose", "disposition.approve", "schedule.adopt"}


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


def some_due(world: World, count: int = 3) -> None:
    """Captured comments that an adopted schedule lets go long before now."""
    a_schedule(world, world.stranger)
    account = scene.page(handle=f"page-{uuid.uuid4().hex[:8]}")
    long_ago = world.at - timedelta(days=365 * 4)
    scene.comments(account, {str(n): f"words {n}" for n in range(count)}, at=long_ago)


def a_list(world: World, owner: User) -> Mapping[str, Any]:
    """A proposed list of three comments, by the nightly sweep."""
    some_due(world)
    day = world.department.day(world.at)
    swept = sweep(as_of=day, actor=Actor(process="worker"), at=world.at)
    return {"ref": DispositionBatch.objects.get(ref__in=swept.batches, series__code="comments").ref}


def an_endorsed(world: World, owner: User) -> Mapping[str, Any]:
    """Endorsed by a clerk who may not approve."""
    found = a_list(world, owner)
    batch_endorse(batch_ref=found["ref"], digest=digest_of(found["ref"]), actor=clerk(world), at=world.at)
    return found


def an_approved(world: World, owner: User) -> Mapping[str, Any]:
    """Approved by the chief's colleague."""
    found = an_endorsed(world, owner)
    chief = Actor(user=world.colleagues["chief"])
    batch_approve(batch_ref=found["ref"], digest=digest_of(found["ref"]), actor=chief, at=world.at)
    return found


def a_filed(world: World, owner: User) -> Mapping[str, Any]:
    """Its certificate was filed two months ago."""
    found = an_approved(world, owner)
    day = world.department.day(world.at) - timedelta(days=60)
    certificate_file(batch_ref=found["ref"], filed_on=day, disposal_on=day, actor=manager(world), at=world.at)
    return found


def a_certified(world: World, owner: User) -> Mapping[str, Any]:
    """Its certificate came back approved."""
    found = a_filed(world, owner)
    day = world.department.day(world.at)
    certificate_return(batch_ref=found["ref"], number="DC-2026-17", approved_on=day, actor=manager(world), at=world.at)
    return found


def an_execution(world: World, owner: User) -> Mapping[str, Any]:
    """The job that destroys a list."""
    return {"ref": batch_execute(batch_ref=a_certified(world, owner)["ref"], actor=manager(world), at=world.at).ref}


def a_sweep(world: World, owner: User) -> Mapping[str, Any]:
    """A sweep that was ordered."""
    return {"ref": sweep_order(actor=manager(world), at=world.at).ref}


def without_a_series(world: World, owner: User) -> Mapping[str, Any]:
    """Records that no schedule takes up."""
    some_records()
    return {}


def a_schedule(world: World, owner: User) -> Mapping[str, Any]:
    """An adopted schedule; many pages are made in one world."""
    if not Schedule.objects.filter(code="test").exists():
        adopt(manager(world), at=world.at)
    return {}


def manager(world: World) -> Actor:
    return Actor(user=world.colleagues["records-manager"])


def clerk(world: World) -> Actor:
    return Actor(user=world.colleagues["records-clerk"])


def digest_of(ref: uuid.UUID) -> bytes:
    return bytes(DispositionBatch.objects.get(ref=ref).digest)


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
    Row("dispositions/", may=LISTS),
    Row("dispositions/propose/", may={"disposition.propose"}, post={}, answers=SENT),
    Row("dispositions/work/<uuid:ref>/", may=WORK, make=an_execution),
    Row("dispositions/work/<uuid:ref>/stop/", may={"disposition.propose"}, make=a_sweep, post={}, answers=SENT),
    Row("dispositions/<uuid:ref>/", may=LISTS, make=a_certified),
    # Without the digest of the list that the person saw nothing is endorsed or approved: the page says so.
    Row("dispositions/<uuid:ref>/endorse/", may={"disposition.propose"}, make=a_list, post={"digest": ""}),
    Row("dispositions/<uuid:ref>/approve/", may={"disposition.approve"}, make=an_endorsed, post={"digest": ""}),
    Row(
        "dispositions/<uuid:ref>/file/",
        may={"certificate.record"},
        make=an_approved,
        post={"filed_on": "2026-01-05", "disposal_on": "2026-03-05"},
        answers=SENT,
    ),
    Row(
        "dispositions/<uuid:ref>/return/",
        may={"certificate.record"},
        make=a_filed,
        post={"number": "", "approved_on": ""},
    ),
    Row(
        "dispositions/<uuid:ref>/deny/",
        may={"certificate.record"},
        make=a_filed,
        post={"reason": "no"},
        answers=SENT,
    ),
    Row(
        "dispositions/<uuid:ref>/withdraw/",
        may={"disposition.propose"},
        make=a_list,
        post={"reason": "too early"},
        answers=SENT,
    ),
    Row(
        "dispositions/<uuid:ref>/execute/",
        may={"disposition.execute"},
        make=a_certified,
        post={"number": "DC-2026-17"},
        answers=SENT,
    ),
    Row("schedules/", may={"record.read"}, make=a_schedule),
    Row("schedules/adopt/", may={"schedule.adopt"}, post={}),
    Row("schedules/adopt-starter/", may={"schedule.adopt"}, post={}, answers=SENT),
    Row(
        "schedules/series/<slug:code>/shorten/",
        may={"disposition.approve"},
        make=lambda world, owner: {"code": "no-such-series"},
        post={},
        answers=SENT,
    ),
    Row("schedules/unscheduled/", may=QUEUE, make=without_a_series),
    Row("schedules/unscheduled/assign/", may={"disposition.propose"}, make=without_a_series, post={}),
]
