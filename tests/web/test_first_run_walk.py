"""The first run and the public face, walked in a real browser: every page passes axe, and the links really let in."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from archive.access.models import Appointment
from tests.web.test_axe import AXE, AXE_OPTIONS, _browser, _served, tools

pytestmark = pytest.mark.commits

__all__ = ["tools"]
CODE = "ABCD-EFGH-2345-6789"
PASSWORD = "a heron stands in the reeds"


def faults(page: Any) -> list[str]:
    """What axe finds on the page that is open."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"async () => (await axe.run({json.dumps(AXE_OPTIONS)})).violations")
    return [f"{page.url}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in found]


def test_a_state_is_founded_in_a_browser_and_its_founder_comes_in(
    tools: None, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "code").write_text(CODE)
    settings.SETUP_CODE_FILE = str(tmp_path / "code")
    with _served() as server, _browser() as browser:
        page = browser.new_context(reduced_motion="reduce").new_page()
        page.goto(f"{server}/requests/")
        page.wait_for_url("**/setup/begin/")
        assert faults(page) == []
        page.get_by_label("Setup code").fill(CODE)
        page.keyboard.press("Enter")
        page.wait_for_url("**/setup/begin/department/")
        assert faults(page) == []
        page.get_by_label("Name of the department").fill("Riverton Police Department")
        page.get_by_role("button", name="Go on to the people").click()
        page.wait_for_url("**/setup/begin/people/")
        page.get_by_role("button", name="Make these two people").click()  # nothing is typed
        assert "Nobody was made" in page.locator("main").inner_text()
        assert faults(page) == []
        for prefix, username, name in (("first", "ada", "Ada Reyes"), ("second", "ben", "Ben Ito")):
            page.locator(f"#id_{prefix}-username").fill(username)
            page.locator(f"#id_{prefix}-name").fill(name)
        page.get_by_role("button", name="Make these two people").click()
        page.get_by_role("link", name="I am Ada Reyes").wait_for()
        assert faults(page) == []
        page.goto(f"{server}/setup/begin/")
        page.get_by_role("button", name="Make new links").wait_for()
        assert faults(page) == []
        page.get_by_role("button", name="Make new links").click()
        page.get_by_role("link", name="I am Ada Reyes").click()
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_again").fill(PASSWORD)
        page.get_by_role("button", name="Set this password").click()
        page.wait_for_url("**/sign-in/")
        page.get_by_label("Name to sign in with").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{server}/")
        page.get_by_role("link", name="Set-up").click()
        page.wait_for_url("**/setup/")
        assert "Riverton Police Department" in page.locator("main").inner_text()
        assert page.goto(f"{server}/setup/begin/").status == 404
    assert Appointment.objects.filter(office_id="administrator").count() == 2


def test_the_pages_of_the_public_face_pass_axe(tools: None, settings: Settings) -> None:
    settings.ROOT_URLCONF = "config.urls_public"
    with _served() as server, _browser() as browser:
        page = browser.new_context(reduced_motion="reduce").new_page()
        for path, status in (("/", 200), ("/nowhere/", 404), ("/log/", 200), ("/verify/", 200)):
            assert page.goto(server + path).status == status
            assert faults(page) == []
