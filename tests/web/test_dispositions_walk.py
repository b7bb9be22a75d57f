"""A list from the sweep to the destruction, each step a form that a browser sends, each by the person who may."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from archive.access.models import User
from archive.destruction.models import TableRewrite
from archive.jobs.models import Job, JobState
from archive.records.models import Tombstone
from retention.dispositions.models import BatchState, DispositionBatch
from retention.dispositions.tasks import execute, nightly_sweep
from tests.web.retention_pages import a_certified, a_list, an_endorsed, an_execution, some_due, some_records
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def digest_shown(client: Client, ref: uuid.UUID) -> str:
    """The digest that the page gave this person to send back."""
    page = text(client, f"/dispositions/{ref}/")
    return page.split('name="digest" value="')[1].split('"')[0]


def test_a_list_goes_from_the_sweep_to_the_destruction_by_forms_alone(world: World) -> None:
    some_due(world)
    clerk, chief = signed_in(world.holders["records-clerk"]), signed_in(world.holders["chief"])
    manager = signed_in(world.holders["records-manager"])
    assert clerk.post("/dispositions/propose/").status_code == 302
    sweep = Job.objects.get(kind="retention.sweep")
    assert "waiting to start" in text(clerk, "/dispositions/")
    nightly_sweep(sweep.pk)
    sweep.refresh_from_db()
    assert sweep.state == JobState.DONE, sweep.failure
    batch = DispositionBatch.objects.get()
    assert batch.proposed_by == world.holders["records-clerk"]
    at = f"/dispositions/{batch.ref}/"
    assert "Kept until" in text(clerk, at)
    assert "Endorse the disposal of 3 records" in text(clerk, at)
    assert clerk.post(f"{at}endorse/", {"digest": digest_shown(clerk, batch.ref)}).status_code == 302
    assert chief.post(f"{at}approve/", {"digest": digest_shown(chief, batch.ref)}).status_code == 302
    filed = world.department.day(world.at) - timedelta(days=60)
    assert manager.post(f"{at}file/", {"filed_on": filed, "disposal_on": filed}).status_code == 302
    back = {"number": "DC-2026-17", "approved_on": world.department.day(world.at)}
    assert manager.post(f"{at}return/", back).status_code == 302
    assert "Destroy 3 records under certificate DC-2026-17" in text(manager, at)
    assert "not the number" in manager.post(f"{at}execute/", {"number": "DC-2026-71"}).content.decode()
    assert not Job.objects.filter(kind="retention.execute").exists()
    assert manager.post(f"{at}execute/", {"number": "DC-2026-17"}).status_code == 302
    assert "hx-trigger" in text(manager, at)
    execute(Job.objects.get(kind="retention.execute").pk)
    assert Tombstone.objects.count() == 3
    assert "3 destroyed, 0 dropped" in text(manager, at)
    assert "under certificate DC-2026-17" in text(chief, at)
    assert "its files can still hold the deleted rows" in text(manager, at)
    TableRewrite.objects.create(
        began_at=world.at + timedelta(days=1),
        ended_at=world.at + timedelta(days=1),
        tables=50,
        bytes_before=2,
        bytes_after=1,
        log_closed=True,
    )
    assert "the tables were written anew and the write-ahead log of before was deleted" in text(manager, at)


def test_who_endorsed_a_list_is_told_that_another_person_approves_it(world: World) -> None:
    ref = a_list(world, world.stranger)["ref"]
    manager = signed_in(world.holders["records-manager"])
    digest = digest_shown(manager, ref)
    manager.post(f"/dispositions/{ref}/endorse/", {"digest": digest})
    assert "nobody approves their own" in text(manager, f"/dispositions/{ref}/")
    refused = manager.post(f"/dispositions/{ref}/approve/", {"digest": digest}).content.decode()
    assert "Ask another person who may approve dispositions" in refused
    assert DispositionBatch.objects.get(ref=ref).state == BatchState.ENDORSED


@pytest.mark.parametrize("digest", ["", "zz" * 32, "00" * 31, "00" * 32])
def test_another_list_than_the_one_seen_is_not_approved(world: World, digest: str) -> None:
    ref = an_endorsed(world, world.stranger)["ref"]
    answer = signed_in(world.holders["chief"]).post(f"/dispositions/{ref}/approve/", {"digest": digest})
    assert answer.status_code == 200
    assert 'id="error-summary"' in answer.content.decode()
    assert DispositionBatch.objects.get(ref=ref).state == BatchState.ENDORSED


@pytest.mark.parametrize("form", [{}, {"number": "x", "approved_on": "2026-02-30"}, {"number": "x" * 65}])
def test_a_certificate_that_is_not_whole_is_not_recorded(world: World, form: dict[str, str]) -> None:
    ref = a_certified(world, world.stranger)["ref"]
    DispositionBatch.objects.filter(ref=ref).update(state=BatchState.FILED)
    answer = signed_in(world.holders["records-manager"]).post(f"/dispositions/{ref}/return/", form)
    assert 'id="error-summary"' in answer.content.decode()
    assert DispositionBatch.objects.get(ref=ref).state == BatchState.FILED


def test_a_step_that_does_not_follow_is_refused_in_words(world: World) -> None:
    ref = a_list(world, world.stranger)["ref"]
    answer = signed_in(world.holders["records-manager"]).post(
        f"/dispositions/{ref}/file/", {"filed_on": "2026-01-05", "disposal_on": "2026-03-05"}
    )
    assert "that step does not follow" in answer.content.decode()


def test_the_progress_asks_again_while_it_works_and_has_the_page_loaded_when_it_is_over(world: World) -> None:
    ref = an_execution(world, world.stranger)["ref"]
    manager = signed_in(world.holders["records-manager"])
    part = manager.get(f"/dispositions/work/{ref}/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "hx-trigger" in part.content.decode()
    assert "<html" in text(manager, f"/dispositions/work/{ref}/")
    execute(Job.objects.get(ref=ref).pk)
    over = manager.get(f"/dispositions/work/{ref}/", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"


def test_a_stopped_destruction_can_be_gone_on_with(world: World) -> None:
    ref = an_execution(world, world.stranger)["ref"]
    manager = signed_in(world.holders["records-manager"])
    batch = DispositionBatch.objects.get()
    assert manager.post(f"/dispositions/work/{ref}/stop/").status_code == 302
    assert Job.objects.get(ref=ref).state == JobState.CANCELLED
    page = text(manager, f"/dispositions/{batch.ref}/")
    assert "Go on destroying this list under certificate DC-2026-17" in page
    manager.post(f"/dispositions/{batch.ref}/execute/", {"number": "DC-2026-17"})
    execute(Job.objects.get(kind="retention.execute", state=JobState.WAITING).pk)
    assert Tombstone.objects.count() == 3


def test_a_list_shows_nothing_of_records_in_a_closed_compartment(world: World) -> None:
    some_records(2, compartment="restricted")
    page = text(signed_in(world.holders["records-manager"]), "/schedules/unscheduled/")
    assert page.count("closed to you") == 2
    assert 'name="chosen"' not in page
    assert text(signed_in(world.holders["counsel"]), "/schedules/unscheduled/").count("closed to you") == 0
