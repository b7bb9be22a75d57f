import pytest
from django.test import Client

from archive.access.models import AuditEntry
from archive.access.services import user_appoint
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
PASSWORD = "a long and quiet password"


@pytest.fixture
def world() -> World:
    world = world_make()
    user_appoint(username="Kim", name="Kim Ortiz", offices=["chief"], password=PASSWORD, at=world.at)
    return world


def test_a_person_signs_in_whatever_the_case_of_the_name_and_the_audit_knows(world: World) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"login": "kim", "password": PASSWORD, "device": "desk", "next": "/holds/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/holds/")
    entry = AuditEntry.objects.get(action="access.sign-in")
    assert entry.actor is not None
    assert (entry.actor.username, entry.offices) == ("Kim", "chief")
    page = client.get("/").content.decode()
    assert "Kim Ortiz" in page
    assert "Chief of Police" in page


@pytest.mark.parametrize("name", ["kim", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(world: World, name: str) -> None:
    client = Client()
    html = client.post("/sign-in/", {"login": name, "password": "wrong"}).content.decode()
    assert "You are not signed in" in html
    assert "do not belong together" in html
    assert client.get("/").status_code == 302
    assert not AuditEntry.objects.filter(action="access.sign-in").exists()


def test_signing_in_never_leads_to_another_site(world: World) -> None:
    for target in ("https://evil.test/", "//evil.test/", "javascript:alert(1)"):
        answer = Client().post("/sign-in/", {"login": "kim", "password": PASSWORD, "next": target})
        assert answer.headers["Location"] == "/"


def test_signing_out_takes_a_form_and_ends_the_session(world: World) -> None:
    client = Client()
    client.force_login(world.holders["pio"])
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_a_person_who_has_left_cannot_sign_in(world: World) -> None:
    from archive.access.models import User

    User.objects.filter(username="Kim").update(is_active=False)
    answer = Client().post("/sign-in/", {"login": "kim", "password": PASSWORD})
    assert "do not belong together" in answer.content.decode()
