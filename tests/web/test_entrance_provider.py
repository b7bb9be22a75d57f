"""Signing in by the department's own sign-in, a real OpenID Connect provider over HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings

from archive.access.models import AuditEntry, User
from archive.access.sign_in_models import UnlinkedIdentity
from tests.web.provider import CLIENT, SECRET, Provider, provider_running
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
LEE = {"sub": "lee-at-city", "name": "Lee Brandt", "email": "lee@city.example", "email_verified": True}


@pytest.fixture
def world() -> World:
    return world_make()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with provider_running() as running:
        running.claims = dict(LEE)
        settings.OIDC_URL, settings.OIDC_NAME = running.url, "City sign-in"
        app = {"provider_id": "department", "name": "City sign-in", "client_id": CLIENT, "secret": SECRET}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app | {"settings": {"server_url": running.url}}]}
        }
        yield running


def come(client: Client, next_page: str = "/") -> Any:
    """Go to the provider and come back, as a browser does."""
    out = client.get(f"/sign-in/department/department/?next={next_page}")
    assert out.status_code == 302
    back = httpx.get(out.headers["Location"], trust_env=False).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def test_an_unknown_identity_makes_nobody_and_an_administrator_links_it(provider: Provider, world: World) -> None:
    people = User.objects.count()
    lee = world.holders["records-manager"]
    client = Client()
    assert "City sign-in" in client.get("/sign-in/").content.decode()
    refused = come(client)
    assert refused.status_code == 403
    assert "Not known here yet" in refused.content.decode()
    assert (User.objects.count(), SocialAccount.objects.count()) == (people, 0)
    [seen] = UnlinkedIdentity.objects.all()
    assert AuditEntry.objects.filter(action="access.sign-in-failed", outcome="unlinked").count() == 1

    administrator = Client()
    administrator.force_login(world.holders["administrator"])
    administrator.post(f"/people/{lee.ref}/identity/", {"identity": seen.pk})
    answer = come(client, "/devices/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/devices/")
    assert client.get("/devices/").headers["Location"].startswith("/sign-in/device/"), "the device is asked for"
    client.post("/sign-in/device/", {"device": "desk"})
    assert lee.name in client.get("/").content.decode()
    assert not SocialToken.objects.exists()

    administrator.post(f"/people/{lee.ref}/identity/", {"unlink": "yes"})
    assert client.get("/").status_code == 302
    assert come(Client()).status_code == 403


def test_a_disabled_person_does_not_come_in_by_the_provider(provider: Provider, world: World) -> None:
    lee = world.holders["records-manager"]
    SocialAccount.objects.create(user=lee, provider="department", uid=LEE["sub"])
    User.objects.filter(pk=lee.pk).update(is_active=False)
    client = Client()
    come(client)
    assert client.get("/").status_code == 302


def test_nobody_links_an_identity_to_themself(provider: Provider, world: World) -> None:
    client = Client()
    client.force_login(world.holders["pio"])
    out = client.get("/sign-in/department/department/?process=connect")
    back = httpx.get(out.headers["Location"], trust_env=False).headers["Location"]
    assert client.get(back.removeprefix("http://testserver")).status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("wrong", ["audience", "state", "code", "absent"])
def test_what_the_provider_does_not_prove_lets_nobody_in(provider: Provider, world: World, wrong: str) -> None:
    lee = world.holders["records-manager"]
    SocialAccount.objects.create(user=lee, provider="department", uid=LEE["sub"])
    client = Client()
    out = client.get("/sign-in/department/department/")
    provider.audience = "another client" if wrong == "audience" else CLIENT
    back = httpx.get(out.headers["Location"], trust_env=False).headers["Location"].removeprefix("http://testserver")
    changed = {
        "audience": back,
        "state": back.replace("state=", "state=x"),
        "code": back.replace("code=", "code=x"),
        "absent": back.partition("?")[0],
    }
    answer = client.get(changed[wrong])
    assert answer.status_code < 500
    assert client.get("/").status_code == 302


def test_a_provider_that_does_not_answer_is_told_and_no_error(settings: Settings, provider: Provider) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = Client(raise_request_exception=False).get("/sign-in/department/department/")
    assert answer.status_code == 503
    assert "did not answer well" in answer.content.decode()
