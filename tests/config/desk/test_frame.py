"""What every page has: a policy of what it may load, the demonstration banner, the way around, errors in words."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, path
from pytest_django import Settings

from archive.access.pages import needs
from archive.served import POLICY as CAPTURED_POLICY
from archive.served import captured_answer
from config.urls import urlpatterns as product
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


@needs("hold.place", "hold.release")
def for_holders_of_holds(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def captured(request: HttpRequest) -> StreamingHttpResponse:
    return captured_answer([b"<script>"], name="x.html", media_type="text/html")


# The desk's own pages without the rooms that are installed, so that one may stand in for a room and another be missing.
urlpatterns: list[URLPattern | URLResolver] = [
    *(page for page in product if isinstance(page, URLPattern)),
    path("boom/", raising(RuntimeError("secret words of the inside"))),
    path("denied/", raising(PermissionDenied("inner reason"))),
    path("bad/", raising(SuspiciousOperation("inner reason"))),
    path("search/", for_holders_of_holds),
    path("holds/", for_holders_of_holds),
    path("captured/", captured),
]
with_odd_pages = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture
def world() -> World:
    return world_make()


def signed_in(world: World, office: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.holders[office])
    return client


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/no-such-page/"])
def test_a_page_loads_its_own_files_and_runs_nothing_written_into_it(world: World, address: str) -> None:
    answer = signed_in(world, "records-clerk").get(address, follow=True)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    html = answer.content.decode()
    assert "style=" not in html
    assert "<style" not in html
    assert all("src=" in tag.split(">", 1)[0] for tag in html.split("<script")[1:])


@with_odd_pages
def test_a_page_keeps_a_stricter_policy_of_its_own(world: World) -> None:
    answer = signed_in(world, "records-clerk").get("/captured/")
    assert answer.headers["Content-Security-Policy"] == CAPTURED_POLICY


def test_what_a_signed_in_person_saw_is_not_kept_by_the_browser(world: World) -> None:
    assert "no-store" in signed_in(world, "pio").get("/").headers["Cache-Control"]


def test_the_banner_stands_on_every_page_of_a_demonstration_and_on_no_other(world: World, settings: Settings) -> None:
    client = signed_in(world, "pio")
    assert "DEMONSTRATION" not in client.get("/").content.decode()
    settings.DAYBOOK_STATE_KIND = "demo"
    for page in (client.get("/"), client.get("/no-such-page/"), Client().get("/sign-in/")):
        assert "DEMONSTRATION" in page.content.decode()


@with_odd_pages
def test_the_navigation_names_what_is_there_and_what_the_office_opens(world: World) -> None:
    manager = signed_in(world, "records-manager").get("/").content.decode()
    assert 'href="/holds/"' in manager
    assert 'href="/search/"' in manager
    assert 'role="search"' in manager
    assert 'href="/requests/"' not in manager, "no such part is installed here"
    administrator = signed_in(world, "administrator").get("/").content.decode()
    assert 'href="/holds/"' not in administrator
    assert 'role="search"' not in administrator


def test_the_navigation_says_where_one_is(world: World) -> None:
    assert 'href="/" class="usa-current" aria-current="page"' in signed_in(world, "pio").get("/").content.decode()


@with_odd_pages
@pytest.mark.parametrize(
    ("address", "status"), [("/boom/", 500), ("/denied/", 403), ("/bad/", 400), ("/gone/", 404), ("/holds/", 403)]
)
def test_an_error_says_what_happened_what_was_kept_and_what_to_do(world: World, address: str, status: int) -> None:
    answer = signed_in(world, "pio").get(address)
    html = answer.content.decode()
    assert answer.status_code == status
    for words in ("What happened", "What was kept", "What to do"):
        assert words in html
    assert "inside" not in html
    assert "inner reason" not in html
    assert "Traceback" not in html


@with_odd_pages
def test_a_refusal_names_the_authority_that_is_missing(world: World) -> None:
    assert "hold.place" in signed_in(world, "pio").get("/holds/").content.decode()
    assert signed_in(world, "counsel").get("/holds/").content == b"in"


def test_a_form_from_another_session_is_refused_in_words(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.holders["pio"])
    answer = client.post("/sign-out/")
    assert answer.status_code == 403
    assert "The form was too old" in answer.content.decode()
    assert client.get("/").status_code == 200, "still signed in"
