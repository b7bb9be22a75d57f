"""Every page in a real browser: axe finds nothing, nothing breaks the content policy, nothing is wider than a phone."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler
from pytest_django import Settings

from tests.fixtures import ROOT
from tests.web.pages import PAGES
from tests.web.routes import address, routes_in_use
from tests.web.world import session_of, world_make

CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules/axe-core/axe.min.js"
DESIGN = ROOT / "static/uswds/css/uswds.min.css"
Size = dict[str, int]
DESK: Size = {"width": 1280, "height": 900}
PHONE: Size = {"width": 390, "height": 844}
#: All rules; what passed is not described at length, and the styles, which are our own, are not asked for once more.
AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}


@dataclass(frozen=True, slots=True)
class Visit:
    """A page to look at: its address, and the session that may see it (empty: signed out)."""

    name: str
    path: str
    session: str


def test_every_address_is_known_to_the_accessibility_test() -> None:
    assert routes_in_use() <= {row.route for row in PAGES}


def _visits() -> list[Visit]:
    """Make what the pages show and sign in the first office that may open each; all of it before the browser starts."""
    world = world_make()
    sessions = {office: session_of(holder) for office, holder in world.holders.items()}
    visits = [Visit("sign in", "/sign-in/", ""), Visit("no such page", "/no-such-page/", sessions["records-clerk"])]
    for row in PAGES:
        if row.post is None and row.look:
            office = next(office for office in world.holders if row.opens_for(office))
            values = row.make(world, world.holders[office]) if row.make else {}
            visits.append(Visit(str(row), address(row.route, values), sessions[office]))
            closed = next((office for office in world.holders if not row.opens_for(office)), None)
            if closed and not any(visit.name == "a refusal" for visit in visits):
                visits.append(Visit("a refusal", address(row.route, values), sessions[closed]))
    return visits


@contextmanager
def _served() -> Iterator[str]:
    """The product on a free loopback port."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    with override_settings(WHITENOISE_USE_FINDERS=True):
        server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def tools() -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"accessibility test skipped: {CHROMIUM} is not installed")
    if not AXE.exists() or not DESIGN.exists():
        pytest.skip(
            "accessibility test skipped: axe-core or the design system is not installed (./run test installs both)"
        )


@pytest.mark.long
@pytest.mark.commits
def test_axe_finds_nothing_on_any_page_and_a_phone_shows_all_of_it(tools: None) -> None:
    assert _faults(_visits()) == []


@pytest.mark.commits
def test_axe_finds_nothing_in_what_pages_are_made_of_and_finds_a_fault_that_is_there(
    tools: None, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.web.components"
    settings.TODAY_ITEMS = ["tests.web.components.much"]
    settings.DAYBOOK_STATE_KIND = "demo"
    session = session_of(world_make().holders["records-manager"])
    names = {"components": "/components/", "plain form": "/plain-form/", "today": "/", "broken": "/broken/"}
    faults = _faults([Visit(name, path, session) for name, path in names.items()])
    assert [fault for fault in faults if not fault.startswith("broken")] == []
    assert any("image-alt" in fault for fault in faults)
    assert any("Content Security Policy" in fault for fault in faults)


def _faults(visits: list[Visit]) -> list[str]:
    """What is wrong with the pages: with their elements at a desk, with their width there and on a phone."""
    axe = AXE.read_text()
    found: list[str] = []
    with _served() as server, _browser() as browser:
        for session in dict.fromkeys(visit.session for visit in visits):
            context = browser.new_context(viewport=DESK, reduced_motion="reduce")
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
            page = context.new_page()  # one for all visits of a person: a new one costs a process
            shown = [visit for visit in visits if visit.session == session]
            now = shown[0]
            page.on("console", lambda m: _note(found, now, m.text) if m.type == "error" else None)  # noqa: B023
            page.on("pageerror", lambda error: found.append(f"{now.name}: {error}"))  # noqa: B023
            for now in shown:
                page.set_viewport_size(DESK)
                page.goto(server + now.path, wait_until="load")
                page.evaluate(axe)
                for violation in page.evaluate(f"async () => (await axe.run({json.dumps(AXE_OPTIONS)})).violations"):
                    nodes = "; ".join(" ".join(node["target"]) for node in violation["nodes"])
                    found.append(f"{now.name}: {violation['id']} ({violation['help']}): {nodes}")
                for size in (DESK, PHONE):
                    page.set_viewport_size(size)
                    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if wide > 0:
                        found.append(f"{now.name} at {size['width']}: {wide} pixels wider than the window")
            context.close()
    return found


def _note(found: list[str], visit: Visit, text: str) -> None:
    """Keep what the browser complains of, apart from the status of pages that are errors on purpose."""
    if "the server responded with a status of" not in text:
        found.append(f"{visit.name}: {text}")
