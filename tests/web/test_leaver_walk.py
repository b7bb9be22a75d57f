"""A person leaves, walked in a real browser: what would be left over, who takes it, and the door that is shut after."""

import re
from typing import Any

import pytest

from tests.web.retention_pages import a_hold
from tests.web.test_axe import _browser, _served, tools
from tests.web.world import session_of, world_make

pytestmark = pytest.mark.commits

__all__ = ["tools"]


def come_in(browser: Any, server: str, session: str) -> Any:
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
    page = context.new_page()
    page.goto(server)
    assert page.get_by_role("button", name="Sign out").count() == 1
    return page


def test_a_leaver_hands_everything_on_and_is_shut_out_and_past_acts_keep_the_name(tools: None) -> None:
    world = world_make()
    hold = a_hold(world, world.stranger)["ref"]
    leaver, heir = world.colleagues["records-manager"], world.holders["records-manager"]
    sessions = [session_of(person) for person in (leaver, world.holders["administrator"], heir)]
    with _served() as server, _browser() as browser:
        theirs, keeper, after = (come_in(browser, server, session) for session in sessions)
        keeper.goto(f"{server}/people/{leaver.ref}/")
        keeper.locator(f"a[href='/people/{leaver.ref}/leaving/']").click()
        keeper.get_by_label("Why the person leaves").fill("Retires on Friday.")
        keeper.get_by_role("button", name="Rehearse").press("Enter")
        assert "Nobody takes this over yet." in keeper.get_by_role("status").first.inner_text()

        keeper.get_by_role("button", name=re.compile("^Hand everything on")).press("Enter")
        assert "left over" in keeper.locator("main").inner_text()
        theirs.reload()
        assert theirs.get_by_role("button", name="Sign out").count() == 1, "nothing moves while something is left over"

        for choice in keeper.locator("select[name^=heir-]").all():
            choice.select_option(label=heir.name)
        keeper.get_by_role("button", name="Rehearse").press("Enter")
        assert keeper.get_by_text("Nothing would be left over.").count() == 1
        keeper.get_by_role("button", name=re.compile("^Hand everything on")).press("Enter")
        keeper.wait_for_url(f"**/people/{leaver.ref}/")
        assert f"{leaver.name} has left." in keeper.locator("main").inner_text()

        theirs.reload()
        assert "/sign-in/" in theirs.url
        after.goto(f"{server}/holds/{hold}/")
        assert leaver.name in after.locator("main").inner_text()
