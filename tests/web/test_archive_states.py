"""The archive's pages in a real browser, in the states in which a clerk meets them: axe finds nothing in any."""

import uuid
from datetime import timedelta

import pytest

from archive.access.actor import Actor
from archive.capture.models import Observation, Who
from archive.capture.removals import removal_explain
from archive.records.models import Current, SearchDocument, Tombstone
from archive.records.search import CAP, Filters
from archive.records.search_run import search_freeze
from tests.web.captured import a_page, a_thread, captured, named, own_page, with_picture
from tests.web.test_axe import Visit, _browser, _faults, _served, tools
from tests.web.test_search_large import many
from tests.web.world import World, session_of, world_make

pytestmark = pytest.mark.commits

__all__ = ["tools"]


def destroyed(world: World) -> str:
    """The address of a destroyed record in a thread."""
    record = a_thread(world)["b"]
    version = record.current.version
    SearchDocument.objects.filter(record=record).delete()
    Current.objects.filter(record=record).delete()
    Tombstone.objects.create(
        record=record,
        at=world.at,
        series_code="comments",
        certificate_ref=uuid.uuid4(),
        versions=1,
        bytes=120,
        event_id=version.event_id,
        finalises_on=(world.at + timedelta(days=35)).date(),
    )
    return f"/records/{record.ref}/"


def compared(world: World) -> str:
    """The address of a frozen search of which much has changed since."""
    records = a_thread(world)
    actor = Actor(user=world.holders["records-clerk"])
    filters = Filters(account_ids=(records["p"].account_id,), states=("live", "removed"))
    run = search_freeze(actor=actor, words="", filters=filters, at=world.at - timedelta(minutes=5))
    SearchDocument.objects.filter(record=records["a"]).update(state="hidden")
    captured(records["p"].account, [{"id": "n", "text": "another bus", "published": world.at}], at=world.at)
    return f"/search/runs/{run.ref}/?compare=now"


def explained(world: World) -> str:
    """The address of a removed record of which somebody has found out who removed it."""
    record = a_thread(world)["d"]
    removal_explain(
        actor=Actor(user=world.holders["pio"]),
        observation_ref=Observation.objects.get(record=record).ref,
        who=Who.NETWORK,
        words="The network wrote to us on Monday.",
        at=world.at,
    )
    return f"/records/{record.ref}/"


@pytest.mark.long
def test_axe_finds_nothing_in_the_states_of_the_archives_pages(tools: None) -> None:
    world = world_make()
    sessions = {office: session_of(holder) for office, holder in world.holders.items()}
    clerk, chief = sessions["records-clerk"], sessions["chief"]
    visits = [Visit("nothing captured", "/search/", clerk), Visit("no page known", "/accounts/", clerk)]
    assert _faults(visits) == []
    records = a_thread(world)
    account = a_page(world)
    post = {"id": "1", "text": "Look " * 400, "published": world.at, "pictures": ["A map", ""], "warning": "Long"}
    captured(account, [post], at=world.at)
    with_picture(named(account, "1"), world.at)
    many(world, CAP + 7)
    visits = [
        Visit("results", "/search/?q=main+OR+bus", clerk),
        Visit("more than", "/search/?q=main", clerk),
        Visit("narrowed", "/search/?kind=comment&state=live&year=2026&author=ann&hold=&since=2020-01-01", clerk),
        Visit("nothing found", "/search/?q=zebra", clerk),
        Visit("not understood", "/search/?q=%22main&author=nobody&since=2026-01-02&until=2026-01-01", clerk),
        Visit("versions", f"/records/{records['p'].ref}/?q=lane", clerk),
        Visit("a picture and a gap", f"/records/{named(account, '1').ref}/", clerk),
        Visit("explained", explained(world), clerk),
        Visit("tombstone", destroyed(world), clerk),
        Visit("compared", compared(world), clerk),
        Visit("to approve", f"/accounts/{a_page(world, approved=False).ref}/", chief),
        Visit("own proposal", f"/accounts/{own_page(world, world.holders['chief']).ref}/", chief),
        Visit("pages", "/accounts/", clerk),
        Visit("today", "/", clerk),
    ]
    assert _faults(visits) == []


def test_the_exact_count_replaces_the_first_answer_by_itself(tools: None) -> None:
    world = world_make()
    a_thread(world)
    many(world, CAP + 7)
    session = session_of(world.holders["records-clerk"])
    with _served() as server, _browser() as browser:
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
        page = context.new_page()
        page.goto(f"{server}/search/?q=main")
        page.wait_for_selector(f"#search-total strong:text('{CAP + 8:,} records')")
        assert page.locator("#search-total .tag-exact").count() == 1
        assert page.locator("#search-facets").get_by_role("link", name="Old system").count() == 1
        assert page.locator(".hit").count() > 0
        context.close()


def test_without_javascript_the_exact_count_is_a_link(tools: None) -> None:
    world = world_make()
    a_thread(world)
    many(world, CAP + 7)
    session = session_of(world.holders["records-clerk"])
    with _served() as server, _browser() as browser:
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
        page = context.new_page()
        page.goto(f"{server}/search/?q=main")
        assert "More than 10,000 records" in page.inner_text("#search-total")
        page.keyboard.press("Tab")
        page.get_by_role("link", name="Count exactly").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**count=exact**")
        assert f"{CAP + 8:,} records" in page.inner_text("#search-total")
        context.close()
