"""Every page in a real browser: axe finds nothing, nothing breaks the content policy, nothing is wider than a phone."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
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
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_on_any_page_and_a_phone_shows_all_of_it(tools: None, size: Size) -> None:
    assert _faults(_visits(), [size]) == []


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


def _faults(visits: list[Visit], sizes: Sequence[Size] = (DESK, PHONE)) -> list[str]:
    """What is wrong with the pages in windows of these sizes."""
    axe = AXE.read_text()
    found: list[str] = []
    with _served() as server, _browser() as browser:
        for size, session in product(sizes, dict.fromkeys(visit.session for visit in visits)):
            context = browser.new_context(viewport=size, reduced_motion="reduce")  # one a person: the styles stay read
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
            for visit in [each for each in visits if each.session == session]:
                page = context.new_page()
                page.on("console", lambda m, v=visit: _note(found, v, m.text) if m.type == "error" else None)
                page.on("pageerror", lambda error, v=visit: found.append(f"{v.name}: {error}"))
                page.goto(server + visit.path, wait_until="load")
                if size is DESK:  # the same elements on a phone: there only what does not fit is looked for
                    page.evaluate(axe)
                for violation in page.evaluate("async () => window.axe ? (await axe.run()).violations : []"):
                    nodes = "; ".join(" ".join(node["target"]) for node in violation["nodes"])
                    found.append(f"{visit.name} at {size['width']}: {violation['id']} ({violation['help']}): {nodes}")
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    found.append(f"{visit.name} at {size['width']}: {wide} pixels wider than the window")
                page.close()
            context.close()
    return found


def _note(found: list[str], visit: Visit, text: str) -> None:
    """Keep what the browser complains of, apart from the status of pages that are errors on purpose."""
    if "the server responded with a status of" not in text:
        found.append(f"{visit.name}: {text}")
