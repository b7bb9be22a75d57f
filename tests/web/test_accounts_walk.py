"""The department's pages: proposed by one, approved by another, connected by a third, and what each run saw."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from archive.access.actor import Actor
from archive.access.models import AuditEntry
from archive.accounts.credentials import credential_path, credential_read
from archive.accounts.models import Account
from archive.capture.coverage_shown import bars_of
from archive.capture.models import CaptureRun
from archive.capture.runs import run_open
from archive.capture.schedule import TASK
from archive.capture.waiting import approvals, failures
from archive.jobs.models import Job
from archive.jobs.services import job_enqueue
from tests.web.captured import a_page, a_thread, own_page
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db

TOKEN = "token-of-the-network-0123456789"
PROPOSAL = {
    "network": "mastodon",
    "name": "Riverton Police",
    "handle": "riverton_pd",
    "base_url": "https://social.riverton.example/",
}


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(world: World, office: str) -> Client:
    client = Client()
    client.force_login(world.holders[office])
    return client


def words_of(answer: object) -> str:
    text = html.unescape(answer.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_without_a_page_the_list_says_who_begins(world: World) -> None:
    assert "No page of the department is known." in words_of(signed_in(world, "pio").get("/accounts/"))


def test_a_page_goes_from_proposed_to_approved_to_connected_each_by_another_person(world: World) -> None:
    before = AuditEntry.objects.count()
    answer = signed_in(world, "pio").post("/accounts/propose/", PROPOSAL, follow=True)
    assert "It is read once somebody else has approved it." in words_of(answer)
    account = Account.objects.get()
    assert account.base_url == "https://social.riverton.example"
    address = f"/accounts/{account.ref}/"
    assert "before the chief or the designee has approved it" in words_of(answer)
    chief = signed_in(world, "chief")
    assert "Approve Riverton Police" in words_of(chief.get(address))
    assert "The page is approved." in words_of(chief.post(f"{address}approve/", follow=True))
    admin = signed_in(world, "administrator")
    answer = admin.post(f"{address}connect/", {"token": TOKEN}, follow=True)
    assert "It will not be shown again." in words_of(answer)
    assert credential_read(account.ref) == TOKEN
    assert AuditEntry.objects.count() == before + 3
    credential_path(account.ref).unlink()


def test_a_token_is_never_shown_not_even_after_a_mistake(world: World) -> None:
    account = a_page(world)
    admin = signed_in(world, "administrator")
    answer = admin.post(f"/accounts/{account.ref}/connect/", {"token": "has a blank " + TOKEN})
    assert "printable characters without spaces" in words_of(answer)
    assert TOKEN not in answer.content.decode()
    assert 'type="password"' in answer.content.decode()
    assert credential_read(account.ref) == ""


def test_a_proposal_that_cannot_stand_says_why(world: World) -> None:
    client = signed_in(world, "pio")
    assert "must be like https://social.example" in words_of(
        client.post("/accounts/propose/", {**PROPOSAL, "base_url": "ftp://x"})
    )
    client.post("/accounts/propose/", PROPOSAL)
    assert "This page is already known." in words_of(client.post("/accounts/propose/", PROPOSAL))
    assert Account.objects.count() == 1


def test_nobody_approves_a_page_that_they_proposed(world: World) -> None:
    account = own_page(world, world.holders["chief"])
    chief = signed_in(world, "chief")
    assert "You proposed this page yourself" in words_of(chief.get(f"/accounts/{account.ref}/"))
    answer = chief.post(f"/accounts/{account.ref}/approve/", follow=True)
    assert "You proposed this page yourself. Ask another person" in words_of(answer)
    assert not hasattr(Account.objects.get(), "approval")


def test_a_run_is_asked_for_once_and_only_of_an_approved_page(world: World) -> None:
    account, proposed = a_page(world), a_page(world, approved=False)
    client = signed_in(world, "pio")
    assert "A run is asked for." in words_of(client.post(f"/accounts/{account.ref}/run/", follow=True))
    client.post(f"/accounts/{account.ref}/run/")
    assert Job.objects.filter(kind=TASK).count() == 1
    answer = client.post(f"/accounts/{proposed.ref}/run/", follow=True)
    assert "This page is not approved yet" in words_of(answer)
    assert Job.objects.filter(kind=TASK).count() == 1


def test_the_list_says_how_the_last_run_went_in_words_and_as_a_bar(world: World) -> None:
    a_thread(world)
    answer = signed_in(world, "records-clerk").get("/accounts/")
    text = words_of(answer)
    assert "Partly covered" in text
    assert "Further versions of known records 1" in text
    assert 'aria-label="What the run saw: Further versions' in answer.content.decode()
    assert "Next run" in text


def test_a_run_that_nobody_works_on_any_more_broke_off_and_waits_on_today(world: World) -> None:
    account = a_page(world)
    run = run_open(account, kind="capture", at=world.at - timedelta(hours=1))
    client = signed_in(world, "records-clerk")
    assert "Broke off" in words_of(client.get("/accounts/"))
    [item] = failures(Actor(user=world.holders["pio"]), world.at)
    assert item.url == f"/accounts/{account.ref}/runs/{run.ref}/"
    job = job_enqueue(kind=TASK, subject=str(account.ref), queue="capture", at=world.at)
    Job.objects.filter(pk=job.pk).update(cursor={"run": run.pk}, failure="timed-out: The network answered too slowly.")
    assert "Under way" in words_of(client.get("/accounts/"))
    assert failures(Actor(user=world.holders["pio"]), world.at) == []
    assert "The network answered too slowly." in words_of(client.get(item.url))


def test_the_statement_of_a_run_says_what_it_saw_and_what_nobody_can(world: World) -> None:
    account = a_thread(world)["p"].account
    run = CaptureRun.objects.latest("pk")
    text = words_of(signed_in(world, "auditor").get(f"/accounts/{account.ref}/runs/{run.ref}/"))
    assert "Nothing was marked removed because of it." in text
    assert "Removed from the network 1" in text
    assert "The network has a fault of its own." in text
    assert "Posts that were written and deleted between two readings." in text
    assert "See what is in quarantine" in text


def test_a_run_belongs_to_its_page(world: World) -> None:
    a_thread(world)
    other = a_page(world)
    run = CaptureRun.objects.latest("pk")
    assert signed_in(world, "auditor").get(f"/accounts/{other.ref}/runs/{run.ref}/").status_code == 404


def test_a_page_in_a_closed_compartment_is_not_listed_and_cannot_be_touched(world: World) -> None:
    account = a_page(world, name="Tip line", compartment="restricted")
    client = signed_in(world, "pio")
    assert "Tip line" not in words_of(client.get("/accounts/"))
    assert client.get(f"/accounts/{account.ref}/").status_code == 404
    assert client.post(f"/accounts/{account.ref}/run/").status_code == 404
    assert "Tip line" in words_of(signed_in(world, "counsel").get("/accounts/"))


def test_today_asks_for_the_approval_of_pages_that_others_proposed(world: World) -> None:
    proposed = a_page(world, approved=False)
    own_page(world, world.holders["chief"])
    [item] = approvals(Actor(user=world.holders["chief"]), world.at)
    assert (item.title, item.url) == (f"Approve {proposed.name}", f"/accounts/{proposed.ref}/")
    assert approvals(Actor(user=world.holders["pio"]), world.at) == []


def test_many_pages_that_wait_are_one_further_item(world: World) -> None:
    for _ in range(8):
        a_page(world, approved=False)
    items = approvals(Actor(user=world.holders["chief"]), world.at)
    assert len(items) == 6
    assert items[-1].title == "3 more pages wait for approval"


def test_the_list_costs_the_same_queries_for_any_number_of_pages(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        a_thread(world)
    client = signed_in(world, "records-clerk")
    client.get("/accounts/")
    with django_assert_max_num_queries(20):
        client.get("/accounts/")


def test_a_bar_is_in_proportion_and_empty_for_nothing() -> None:
    bars = bars_of({"taken": 1, "unchanged": 3, "exchanges": 9})
    assert [(bar.name, bar.start, bar.length) for bar in bars] == [("taken", 0, 25), ("unchanged", 25, 75)]
    assert bars_of({}) == ()
