"""Adopting a schedule and emptying the queue, as a browser sends it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from archive.access.models import User
from retention.schedules.models import Assignment, Schedule
from tests.retention.scene import schedule_text
from tests.web.retention_pages import some_records
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_starter_schedule_is_adopted_once_and_called_a_default(world: World) -> None:
    manager = signed_in(world.holders["records-manager"])
    assert "No schedule is adopted" in manager.get("/schedules/").content.decode()
    manager.post("/schedules/adopt-starter/")
    page = manager.get("/schedules/").content.decode()
    assert "no rules of law" in page
    assert "Adopt the starter schedule" not in page
    assert "Kept 2 years after it was posted or last edited; then it may be destroyed." in page
    manager.post("/schedules/adopt-starter/")
    assert Schedule.objects.count() == 1
    assert "is adopted already" in manager.get("/schedules/").content.decode()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"code = 1", b"[" * 5_000, b"x" * 600_000])
def test_a_file_that_is_no_schedule_is_refused_beside_its_field(world: World, content: bytes) -> None:
    manager = signed_in(world.holders["records-manager"])
    answer = manager.post("/schedules/adopt/", {"text": SimpleUploadedFile("mine.toml", content)})
    assert answer.status_code == 200
    assert 'id="error-summary"' in answer.content.decode()
    assert not Schedule.objects.exists()


def test_what_waits_is_put_into_a_series_by_a_person(world: World) -> None:
    some_records(2)
    manager = signed_in(world.holders["records-manager"])
    text = schedule_text().replace(b'kinds = ["comment", "reply"]', b'kinds = ["story"]')
    manager.post("/schedules/adopt/", {"text": SimpleUploadedFile("mine.toml", text)})
    waiting = [str(row.holding_ref) for row in Assignment.objects.filter(series=None)]
    assert len(waiting) == 2
    page = manager.get("/schedules/unscheduled/").content.decode()
    assert all(ref in page for ref in waiting)
    answer = manager.post("/schedules/unscheduled/assign/", {"chosen": waiting[:1], "series": "acted-on"})
    assert answer.status_code == 302
    assert Assignment.objects.filter(holding_ref=waiting[0], series__code="acted-on").exists()
    assert Assignment.objects.filter(series=None).count() == 1


@pytest.mark.parametrize("form", [{}, {"series": "acted-on"}, {"chosen": ["nonsense"]}, {"series": "none-such"}])
def test_a_choice_that_is_not_whole_moves_nothing(world: World, form: dict[str, object]) -> None:
    some_records(1)
    answer = signed_in(world.holders["records-clerk"]).post("/schedules/unscheduled/assign/", form)
    assert 'id="error-summary"' in answer.content.decode()
    assert Assignment.objects.filter(series=None).count() == 1


def test_what_is_closed_to_a_person_is_not_moved_by_a_form_that_names_it(world: World) -> None:
    some_records(1, compartment="restricted")
    manager = signed_in(world.holders["records-manager"])
    manager.post("/schedules/adopt-starter/")
    Assignment.objects.update(series=None, applied=None, due_on=None)
    ref = Assignment.objects.get().holding_ref
    manager.post("/schedules/unscheduled/assign/", {"chosen": [str(ref)], "series": "posts-press"})
    assert Assignment.objects.filter(series=None).exists()
