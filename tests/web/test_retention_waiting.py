"""What Today and a record's page say of retention, to whom."""

from datetime import timedelta

import pytest
from django.test import Client

from archive.access.actor import Actor
from archive.access.models import User
from archive.records.models import Record
from archive.records.panels import panels_of
from retention.dispositions.approvals import batch_endorse
from retention.dispositions.models import DispositionBatch
from retention.dispositions.panel import retention_panel
from retention.dispositions.waiting import lists_waiting
from retention.holds.models import Hold
from retention.holds.waiting import holds_to_review
from retention.schedules.search_filter import SERIES
from retention.schedules.waiting import unscheduled_waiting
from tests.web.retention_pages import a_certified, a_hold, a_list, a_schedule, digest_of, some_records
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def titles(user: User, world: World) -> list[str]:
    return [item.title for item in lists_waiting(Actor(user=user), world.at)]


def test_a_proposed_list_waits_for_those_who_may_endorse_it(world: World) -> None:
    a_list(world, world.stranger)
    assert titles(world.holders["records-clerk"], world) == ["Endorse the disposal of 3 records"]
    assert titles(world.holders["chief"], world) == []
    assert titles(world.stranger, world) == []


def test_an_endorsed_list_waits_for_another_person_than_endorsed_it(world: World) -> None:
    ref = a_list(world, world.stranger)["ref"]
    manager = world.holders["records-manager"]
    batch_endorse(batch_ref=ref, digest=digest_of(ref), actor=Actor(user=manager), at=world.at)
    assert titles(manager, world) == []
    assert titles(world.colleagues["records-manager"], world) == ["Approve the disposal of 3 records"]
    assert titles(world.holders["chief"], world) == ["Approve the disposal of 3 records"]


def test_a_certified_list_waits_from_the_day_on_which_it_may_go(world: World) -> None:
    ref = a_certified(world, world.stranger)["ref"]
    manager = world.holders["records-manager"]
    assert titles(manager, world) == ["Destroy 3 records, or withdraw the list"]
    certificate = DispositionBatch.objects.get(ref=ref).certificate
    certificate.eligible_on = world.department.day(world.at) + timedelta(days=1)
    certificate.save()
    assert titles(manager, world) == []


def test_a_hold_is_to_be_reviewed_after_a_year_by_those_who_may_lift_it(world: World) -> None:
    ref = a_hold(world, world.holders["counsel"])["ref"]
    counsel, clerk = Actor(user=world.holders["counsel"]), Actor(user=world.holders["records-clerk"])
    assert holds_to_review(counsel, world.at) == []
    Hold.objects.filter(ref=ref).update(placed_at=world.at - timedelta(days=366))
    assert [item.url for item in holds_to_review(counsel, world.at)] == [f"/holds/{ref}/"]
    assert holds_to_review(clerk, world.at) == []


def test_the_queue_waits_for_those_who_may_empty_it(world: World) -> None:
    some_records(2)
    clerk, auditor = Actor(user=world.holders["records-clerk"]), Actor(user=world.holders["auditor"])
    manager = Actor(user=world.holders["records-manager"])
    assert [item.title for item in unscheduled_waiting(clerk, world.at)] == ["Put 2 records into a series"]
    assert [item.title for item in unscheduled_waiting(manager, world.at)] == ["Adopt a schedule"]
    assert unscheduled_waiting(auditor, world.at) == []


def test_today_shows_what_waits(world: World) -> None:
    a_list(world, world.stranger)
    client = Client()
    client.force_login(world.holders["records-clerk"])
    page = client.get("/").content.decode()
    assert "Endorse the disposal of 3 records" in page
    assert "This list is not whole" not in page


def test_a_record_says_how_long_it_stays_and_names_its_holds_to_those_who_work_with_them(world: World) -> None:
    a_schedule(world, world.stranger)
    a_hold(world, world.holders["counsel"])
    record = Record.objects.order_by("pk")[0]
    counsel, clerk = Actor(user=world.holders["counsel"]), Actor(user=world.holders["records-clerk"])
    panel = retention_panel(counsel, record, world.at)
    assert panel is not None
    assert "legal hold" in panel.context["told"].sentences[0]
    assert [row.reason for row in panel.context["holds"]] == ["Smith v. Riverton, 26-cv-17"]
    other = retention_panel(clerk, record, world.at)
    assert other is not None
    assert other.context["held"]
    assert other.context["holds"] == []
    client = Client()
    client.force_login(world.holders["counsel"])
    page = client.get(f"/records/{record.ref}/").content.decode()
    assert "Smith v. Riverton, 26-cv-17" in page
    assert f"/holds/place/?record={record.ref}" in page


def test_a_record_that_a_person_may_not_see_tells_nothing(world: World) -> None:
    record = Record.objects.get(pk=some_records(1, compartment="restricted")[0])
    assert retention_panel(Actor(user=world.holders["records-clerk"]), record, world.at) is None


def test_search_names_the_series(world: World) -> None:
    a_schedule(world, world.stranger)
    named = {option.code: option.title for option in SERIES.options(Actor(user=world.stranger), world.at)}
    assert named["comments"] == "Comments of the public"


def test_the_panel_is_among_those_of_the_product(world: World) -> None:
    a_schedule(world, world.stranger)
    record = Record.objects.get(pk=some_records(1)[0])
    anchors = [panel.anchor for panel in panels_of(Actor(user=world.holders["records-clerk"]), record, world.at)]
    assert "retention" in anchors
