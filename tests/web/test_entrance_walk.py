"""The way in, walked in a real browser: an app, a key, the lock and its release, the idle cover."""

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from pytest_django import Settings

from archive.access.services import user_appoint
from tests.web.test_axe import _browser, _served, tools
from tests.web.world import world_make

pytestmark = pytest.mark.commits

__all__ = ["tools"]
PASSWORD = "a long and quiet password"


def sign_in(page: Any, server: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{server}/sign-in/")
    page.get_by_label("Name to sign in with").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1])))


def test_people_come_in_with_an_app_or_a_key_are_locked_and_released_and_find_their_words_again(
    tools: None, settings: Settings
) -> None:
    settings.CJIS_MODE = settings.SECOND_FACTOR_REQUIRED = True
    world = world_make()
    for name, office in (("app", "chief"), ("key", "administrator")):
        user_appoint(username=name, name=f"{name} person".title(), offices=[office], password=PASSWORD, at=world.at)
    with _served() as address, _browser() as browser:
        server = address.replace("127.0.0.1", "localhost")  # a key belongs to a name, not to a number
        with_app, with_key = browser.new_context().new_page(), browser.new_context().new_page()
        _walk_with_app(with_app, server)
        _walk_with_key(with_key, server)
        _walk_lock(browser.new_context().new_page(), with_key, server)
        _walk_cover(with_app, server)


def _walk_with_app(page: Any, server: str) -> None:
    """Set up an app because the department wants it, then sign in with it."""
    sign_in(page, server, "app")
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_role("link", name="An app that shows codes").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("The code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Set up this app").click()
    page.wait_for_url("**/me/codes/")
    assert page.locator(".entrance-codes li").count() == 10
    page.goto(f"{server}/")
    sign_out(page)
    sign_in(page, server, "app")
    page.wait_for_url("**/sign-in/second/")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server}/")


def _walk_with_key(page: Any, server: str) -> None:
    """Add a key that answers by itself, then sign in with it as a second step, then with it alone."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, server, "key")
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_role("link", name="A security key or passkey").click()
    page.locator("label", has_text="Sign in with this key alone").click()
    page.get_by_role("button", name="Add this key").click()
    page.wait_for_url("**/me/codes/")
    page.goto(f"{server}/")
    sign_out(page)
    sign_in(page, server, "key")
    page.wait_for_url("**/sign-in/second/")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{server}/")
    sign_out(page)
    page.get_by_role("button", name="Use a security key or passkey").click()
    page.wait_for_url("**/sign-in/device/**")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{server}/")


def _walk_lock(stranger: Any, administrator: Any, server: str) -> None:
    """Five wrong passwords lock; the right one opens nothing; an administrator sees it on Today and releases."""
    for password in ["wrong password"] * 5 + [PASSWORD]:
        sign_in(stranger, server, "app", password)
        assert "do not belong together" in stranger.locator("main").inner_text()
    administrator.goto(f"{server}/")
    administrator.get_by_role("link", name="Let App Person in again").click()
    administrator.get_by_role("button", name="Let App Person try again").click()
    assert "may try again" in administrator.locator("main").inner_text()
    sign_in(stranger, server, "app")
    stranger.wait_for_url("**/sign-in/second/")


def _walk_cover(page: Any, server: str) -> None:
    """Half an hour without a hand on it covers the page; what was typed is there again afterwards."""
    page.clock.install()
    page.goto(f"{server}/devices/permit/")
    page.get_by_label("Which device").fill("A phone, model 7")
    page.clock.fast_forward("31:00")
    page.wait_for_url(re.compile(r"/sign-in/again/\?next="))
    assert "model 7" not in page.content()
    page.goto(f"{server}/devices/")
    page.wait_for_url(re.compile(r"/sign-in/again/\?next="))
    page.goto(f"{server}/sign-in/again/?next=/devices/permit/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/devices/permit/")
    assert page.get_by_label("Which device").input_value() == "A phone, model 7"
