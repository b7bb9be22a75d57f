"""The first run: only the code of the terminal founds a state, once; the checklist says how things stand."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from archive.access.actor import Actor
from archive.access.models import Appointment, AuditEntry, Department, User
from archive.access.policy import Denied
from config.first_run.checklist import Standing, checklist, setup_waiting
from config.first_run.chosen import choose, chosen, waits_for_start
from config.first_run.trying import place_trouble, store_trouble
from config.runner.environment import CHOOSABLE, Addresses, Role, environment
from config.runner.outside import Outside
from config.runner.state import Kind, open_state
from tests.archive.access.mail_server import mail_server
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
CODE = "ABCD-EFGH-2345-6789"
DEPARTMENT = {"name": "Riverton Police Department", "zone": "America/Chicago", "month": "5"}
PEOPLE = {
    "first-username": "ada",
    "first-name": "Ada Reyes",
    "first-offices": ["records-manager"],
    "second-username": "ben",
    "second-name": "Ben Ito",
    "second-email": "ben@riverton.example",
    "second-offices": ["chief", "foia-officer"],
}
PASSWORD = "a heron stands in the reeds"


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Client:
    """A browser before an empty state that has a code."""
    (tmp_path / "code").write_text(CODE)
    settings.SETUP_CODE_FILE = str(tmp_path / "code")
    return Client()


def founded(client: Client) -> list[str]:
    """Go through the first pages; return the paths of the two links."""
    assert client.post("/setup/begin/", {"setup_code": CODE}).headers["Location"] == "/setup/begin/department/"
    assert client.post("/setup/begin/department/", DEPARTMENT).headers["Location"] == "/setup/begin/people/"
    page = client.post("/setup/begin/people/", PEOPLE).content.decode()
    return re.findall(r'<p class="desk-words desk-ref">http://testserver(/sign-in/invitation/[^<]+)</p>', page)


def test_every_page_of_an_empty_state_leads_to_the_code(empty: Client) -> None:
    for path in ("/", "/sign-in/", "/requests/", "/setup/", "/people/"):
        assert empty.get(path).headers["Location"] == "/setup/begin/"
    assert empty.get("/setup/begin/").status_code == 200
    assert empty.get("/log/").status_code == 200


def test_nothing_is_founded_without_the_code(empty: Client) -> None:
    assert "not the code" in empty.post("/setup/begin/", {"setup_code": "AAAA-AAAA-AAAA-AAAA"}).content.decode()
    for path, form in (("department", DEPARTMENT), ("people", PEOPLE)):
        assert empty.post(f"/setup/begin/{path}/", form).headers["Location"] == "/setup/begin/"
    assert not Department.objects.exists()
    assert not User.objects.exists()


def test_codes_cannot_be_guessed_by_trying(empty: Client) -> None:
    answers = [empty.post("/setup/begin/", {"setup_code": f"AAAA{n}"}).status_code for n in range(12)]
    assert answers[9:] == [200, 429, 429]
    assert empty.post("/setup/begin/", {"setup_code": CODE}).status_code == 429


def test_the_code_founds_a_department_with_two_administrators_and_is_of_no_use_afterwards(empty: Client) -> None:
    links = founded(empty)
    assert len(links) == 2
    assert Department.objects.get().name == "Riverton Police Department"
    offices = {(row.user.username, row.office_id) for row in Appointment.objects.select_related("user")}
    assert offices == {
        ("ada", "administrator"),
        ("ada", "records-manager"),
        ("ben", "administrator"),
        ("ben", "chief"),
        ("ben", "foia-officer"),
    }
    acts = set(AuditEntry.objects.filter(process="setup").values_list("action", flat=True))
    assert {"department.found", "access.person-made", "office.appoint"} <= acts
    # The links were lost: whoever has the code gets new ones, and the old ones end.
    again = Client()
    again.post("/setup/begin/", {"setup_code": CODE.lower().replace("-", " ")})
    page = again.post("/setup/begin/people/").content.decode()
    assert Client().get(links[0]).status_code == 404
    [first, _second] = re.findall(r'<p class="desk-words desk-ref">http://testserver([^<]+)</p>', page)
    answer = Client().post(first, {"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/"
    for path in ("", "department/", "people/"):
        assert again.get(f"/setup/begin/{path}").status_code == 404
        assert again.post(f"/setup/begin/{path}", {"setup_code": CODE}).status_code == 404
    assert Client().get("/").headers["Location"].startswith("/sign-in/")


def test_a_broken_off_set_up_goes_on_where_it_was(empty: Client) -> None:
    empty.post("/setup/begin/", {"setup_code": CODE})
    empty.post("/setup/begin/department/", DEPARTMENT | {"zone": "Atlantis/Deep"})
    assert not Department.objects.exists()
    empty.post("/setup/begin/department/", DEPARTMENT)
    other = Client()
    assert other.post("/setup/begin/", {"setup_code": CODE}).headers["Location"] == "/setup/begin/people/"
    wrong = PEOPLE | {"second-username": "ADA"}
    assert "already" in other.post("/setup/begin/people/", wrong).content.decode()
    assert not User.objects.exists()


def test_the_checklist_says_how_things_stand_and_today_says_what_is_left(settings: Settings) -> None:
    world: World = world_make()
    administrator = Actor(user=world.holders["administrator"])
    steps = {step.url: step for step in checklist(world.at) if step.url}
    assert steps["/setup/department/"].standing is Standing.DONE
    assert steps["/people/"].standing is Standing.OPEN  # nobody has a password
    assert steps["/offices/"].standing is Standing.DONE
    assert steps["/setup/mail/"].standing is Standing.OPEN
    assert steps["/setup/anchor/"].standing is Standing.OPEN
    settings.DAYBOOK_STATE_KIND = "live"
    [waiting] = setup_waiting(administrator, world.at)
    assert waiting.url == "/setup/"
    assert setup_waiting(Actor(user=world.holders["records-clerk"]), world.at) == []
    client = Client()
    client.force_login(world.holders["administrator"])
    settings.DAYBOOK_STATE_KIND = "test"
    with mail_server() as server:
        told = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "daybook@riverton.example"}
        client.post("/setup/mail/", told | {"site": "https://daybook.riverton.example"})
        page = client.post("/setup/mail/test/", {"to": "me@riverton.example"}, follow=True).content.decode()
        assert "took the message for me@riverton.example" in page
        assert server.to == ["me@riverton.example"]
    mail = next(step for step in checklist(timezone.now()) if step.url == "/setup/mail/")
    assert mail.standing is Standing.DONE
    page = client.post("/setup/mail/test/", {"to": "me@riverton.example"}, follow=True).content.decode()
    assert "Nothing answers on 127.0.0.1" in page


def test_what_is_chosen_lies_with_the_secrets_and_is_in_force_at_the_next_start(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_make()
    state = open_state(Kind.LIVE, tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "STORAGE_COPY_URL", "BACKUP_URL", "PUBLIC_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    settings.DAYBOOK_STATE_DIR = state.directory
    settings.CHOOSABLE = list(CHOOSABLE)
    administrator = Actor(user=world.holders["administrator"])
    place = f"file://{tmp_path}/second"
    with pytest.raises(Denied):
        choose({"BACKUP_URL": place}, actor=Actor(user=world.holders["chief"]), at=world.at)
    assert chosen("BACKUP_URL") is None
    choose({"BACKUP_URL": place, "DAYBOOK_LOG_TSA": "one https://tsa.example/"}, actor=administrator, at=world.at)
    assert waits_for_start() == ["BACKUP_URL", "DAYBOOK_LOG_TSA"]
    assert (state.directory / "secrets/chosen-BACKUP_URL").stat().st_mode & 0o77 == 0
    assert Outside.of(state).backup == place
    addresses = Addresses(dict.fromkeys(Role, "postgresql://"), "redis://", "file:///", backup=place)
    assert environment(state, addresses)["DAYBOOK_LOG_TSA"] == "one https://tsa.example/"
    assert "BACKUP_URL" in environment(state, addresses)["DAYBOOK_CHOOSABLE"]
    monkeypatch.setenv("BACKUP_URL", "file:///elsewhere")
    assert Outside.of(state).backup == "file:///elsewhere"
    assert "BACKUP_URL" not in environment(state, addresses)["DAYBOOK_CHOOSABLE"]
    settings.CHOOSABLE = ["DAYBOOK_LOG_TSA"]
    with pytest.raises(ValueError, match="environment"):
        choose({"BACKUP_URL": ""}, actor=administrator, at=world.at + timedelta(minutes=1))


def test_a_place_is_tried_before_it_is_kept(settings: Settings, tmp_path: Path) -> None:
    world = world_make()
    settings.DAYBOOK_STATE_DIR, settings.CHOOSABLE = tmp_path, ["BACKUP_URL", "STORAGE_URL", "STORAGE_COPY_URL"]
    client = Client()
    client.force_login(world.holders["administrator"])
    page = client.post("/setup/backup/", {"BACKUP_URL": "ftp://somewhere"}).content.decode()
    assert "must be file:///" in page
    page = client.post("/setup/backup/", {"BACKUP_URL": "s3://me:secret@bucket/x"}).content.decode()
    assert "No name and no password here" in page
    assert chosen("BACKUP_URL") is None
    (tmp_path / "second").mkdir()
    answer = client.post("/setup/backup/", {"BACKUP_URL": f"file://{tmp_path}/second"})
    assert (answer.status_code, chosen("BACKUP_URL")) == (302, f"file://{tmp_path}/second")
    assert not [path for path in (tmp_path / "second").rglob("*") if path.is_file()]
    assert store_trouble(f"file://{tmp_path}/store", "STORAGE_URL") == ""
    assert store_trouble("file://relative", "STORAGE_URL")
    assert place_trouble("file:///proc/nowhere")
