"""For those to whom a sealed compartment is closed it does not exist: no list, no count tells of it."""

from datetime import timedelta

import pytest

from archive.access.actor import Actor
from archive.access.models import Compartment
from archive.destruction.holdings import Holding
from archive.records.models import Record
from retention.dispositions.listing import batch_named, batches_listed, unscheduled_count
from retention.dispositions.models import DispositionBatch
from retention.dispositions.sweeping import sweep
from retention.dispositions.waiting import lists_waiting
from retention.holds.listing import acts_of, rows_of
from retention.holds.models import HoldKind
from retention.holds.services import hold_place, hold_release
from retention.schedules.listener import records_backfill
from retention.schedules.listing import unscheduled
from retention.schedules.models import Assignment
from tests.archive.destruction import scene
from tests.web.retention_pages import a_schedule
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    Compartment.objects.create(code="intel", name="Intelligence", sealed=True)
    return world_make()


def captured(world: World, days: int) -> list[int]:
    """Three comments; the last of a page that lies in the sealed compartment."""
    at = world.at - timedelta(days=days)
    open_page, sealed_page = scene.page(handle="open"), scene.page(handle="sealed")
    sealed_page.compartment = "intel"
    sealed_page.save()
    ids = [*scene.comments(open_page, {"1": "a", "2": "b"}, at=at), *scene.comments(sealed_page, {"3": "c"}, at=at)]
    assert list(Record.objects.filter(pk__in=ids).order_by("pk").values_list("compartment", flat=True)) == [
        "public",
        "public",
        "intel",
    ]
    return ids


def test_a_sweep_puts_what_is_sealed_on_a_list_of_its_own_that_others_do_not_see(world: World) -> None:
    a_schedule(world, world.stranger)
    captured(world, 365 * 4)
    sweep(as_of=world.department.day(world.at), actor=Actor(process="worker"), at=world.at)
    lists = {batch.compartment: batch for batch in DispositionBatch.objects.filter(series__code="comments")}
    assert {code: batch.count for code, batch in lists.items()} == {"public": 2, "intel": 1}
    clerk = Actor(user=world.holders["records-clerk"])
    assert [batch.compartment for batch in batches_listed(ended=False, actor=clerk, at=world.at)] == ["public"]
    assert not batch_named(lists["intel"].ref, actor=clerk, at=world.at).exists()
    assert [item.title for item in lists_waiting(clerk, world.at)] == ["Endorse the disposal of 2 records"]


def test_the_counts_of_a_hold_leave_out_what_is_sealed(world: World) -> None:
    ids = captured(world, 30)
    manager, counsel = (Actor(user=world.holders[office]) for office in ("records-manager", "counsel"))
    holdings = [Holding("record", one) for one in ids]
    hold = hold_place(
        kind=HoldKind.LEGAL, reason="Smith v. Riverton", holdings=holdings, actor=manager, at=world.at
    ).hold
    [row] = rows_of([hold], actor=counsel, at=world.at)
    assert row.count == 2
    hold_release(hold_ref=hold.ref, reason="Settled.", actor=counsel, at=world.at + timedelta(hours=1))
    assert [act.count for act in acts_of(hold, actor=counsel, at=world.at)] == [2, 2]
    Compartment.objects.filter(code="intel").update(sealed=False)
    assert [act.count for act in acts_of(hold, actor=counsel, at=world.at)] == [3, 3]


def test_the_totals_of_a_sweep_leave_out_what_is_sealed_to_whoever_sweeps(world: World) -> None:
    a_schedule(world, world.stranger)
    ids = captured(world, 365 * 4)
    day, worker = world.department.day(world.at), Actor(process="worker")
    assert sweep(as_of=day, actor=worker, at=world.at, dry_run=True).proposed == {"comments": 2}
    manager = Actor(user=world.holders["records-manager"])
    told = hold_place(
        kind=HoldKind.LEGAL,
        reason="Smith v. Riverton",
        holdings=[Holding("record", one) for one in ids[1:]],
        actor=manager,
        at=world.at,
    )
    swept = sweep(as_of=day, actor=worker, at=world.at)
    assert (swept.proposed, swept.kept) == ({"comments": 1}, 1)
    hold_release(hold_ref=told.hold.ref, reason="Over.", actor=Actor(user=world.holders["counsel"]), at=world.at)
    assert sweep(as_of=day, actor=worker, at=world.at, dry_run=True).proposed == {"comments": 1}
    swept = sweep(as_of=day, actor=worker, at=world.at)
    assert (swept.proposed, len(swept.batches)) == ({"comments": 1}, 1)
    assert DispositionBatch.objects.filter(compartment="intel").exists()


def test_the_queue_of_what_has_no_series_counts_nothing_sealed(world: World) -> None:
    captured(world, 30)
    records_backfill(at=world.at)
    clerk = Actor(user=world.holders["records-clerk"])
    assert Assignment.objects.filter(series=None).count() == 3
    assert unscheduled(actor=clerk, at=world.at).count() == 2
    assert unscheduled_count(actor=clerk, at=world.at) == 2
