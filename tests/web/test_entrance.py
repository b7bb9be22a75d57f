"""The way in, as a browser without JavaScript sees it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.backends.base import UpdateError
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from archive.access.actor import Actor
from archive.access.devices import device_permission_end, device_permit
from archive.access.models import AuditEntry, User
from archive.access.passwords import breached_count
from archive.access.people import idle_disable, person_disable, person_enable
from archive.access.services import user_appoint
from archive.access.sign_in_models import (
    Device,
    DevicePermission,
    DeviceScope,
    DeviceStatement,
    KeptForm,
    PersonSession,
    SignInLock,
)
from archive.access.sign_ins import lock_release
from archive.access.throttle import Rate, attempt_count, first_use
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
PASSWORD = "a long and quiet password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def world() -> World:
    return world_make()


@pytest.fixture
def kim(world: World) -> User:
    return user_appoint(username="Kim", name="Kim Ortiz", offices=["chief"], password=PASSWORD, at=world.at)


def sign_in(client: Client, password: str = PASSWORD, name: str = "kim", **more: str) -> Any:
    return client.post("/sign-in/", {"login": name, "password": password, "device": "desk", **more})


def code_of(secret: str, step: int = 1) -> str:
    """The code of now (1), of the period before (0) or after (2)."""
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[step])))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_password_alone_does_not_let_in_who_has_an_app(kim: User) -> None:
    TOTP.activate(kim, SECRET)
    client = Client()
    assert sign_in(client, next="/devices/").headers["Location"] == "/sign-in/second/"
    assert client.get("/").status_code == 302
    assert "not right" in client.post("/sign-in/second/", {"code": "000000"}).content.decode()
    code = code_of(SECRET)
    assert client.post("/sign-in/second/", {"code": code}).headers["Location"] == "/devices/"
    assert client.get("/").status_code == 200
    cache.clear()  # another process has no memory of it either
    again = Client()
    sign_in(again)
    assert "used already" in again.post("/sign-in/second/", {"code": code}).content.decode()


def test_the_secret_of_an_app_is_not_in_the_database_in_clear(kim: User) -> None:
    stored = TOTP.activate(kim, SECRET).instance
    assert SECRET not in str(Authenticator.objects.get(pk=stored.pk).data)


def test_an_app_and_recovery_codes_are_set_up_and_each_code_lets_in_once(kim: User) -> None:
    client = Client()
    sign_in(client)
    page = client.get("/me/app/").content.decode()
    found = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
    assert found is not None
    assert "<svg" in page
    answer = client.post("/me/app/", {"code": code_of(found[1])})
    assert answer.headers["Location"] == "/me/codes/"
    codes = re.findall(r"<li><code>(\d{8})</code>", client.get("/me/codes/").content.decode())
    assert len(codes) == 10
    assert codes[0] not in client.get("/me/codes/").content.decode()
    for expected in (302, 200):
        other = Client()
        sign_in(other)
        assert other.post("/sign-in/second/", {"code": codes[0]}).status_code == expected


def test_five_failures_lock_until_an_administrator_releases_and_nobody_releases_themself(
    kim: User, world: World, settings: Settings
) -> None:
    settings.CJIS_MODE = True
    for _ in range(5):
        assert "do not belong together" in sign_in(Client(), "wrong").content.decode()
    assert sign_in(Client()).status_code == 200, "the right password opens nothing now"
    [lock] = SignInLock.objects.filter(person=kim)
    frame = signed_in(world.holders["administrator"]).get(f"/people/{kim.ref}/").content.decode()
    assert 'class="desk-offices">System Administrator<' in frame, "the frame names the offices of who looks"
    outcomes = AuditEntry.objects.filter(action="access.sign-in-failed", object_ref=kim.ref)
    assert list(outcomes.order_by("pk").values_list("outcome", flat=True)) == ["password"] * 5 + ["locked"]
    with pytest.raises(DatabaseError), transaction.atomic():
        SignInLock.objects.filter(pk=lock.pk).update(released_at=world.at, released_by=kim)
    page = signed_in(world.holders["administrator"]).post(f"/people/{kim.ref}/release/", follow=True)
    assert "may try again" in page.content.decode()
    assert sign_in(Client()).status_code == 302


def test_without_cjis_mode_the_lock_ends_by_itself(kim: User, settings: Settings, world: World) -> None:
    settings.CJIS_MODE = False
    for _ in range(5):
        sign_in(Client(), "wrong")
    assert sign_in(Client()).status_code == 200
    assert not SignInLock.objects.exists()
    from archive.access.sign_in_models import SignInFailure

    SignInFailure.objects.update(at=world.at - timedelta(minutes=16))
    assert sign_in(Client()).status_code == 302


def test_wrong_codes_count_like_wrong_passwords(kim: User, settings: Settings) -> None:
    settings.CJIS_MODE = True
    TOTP.activate(kim, SECRET)
    client = Client()
    sign_in(client)
    for _ in range(5):
        client.post("/sign-in/second/", {"code": "000000"})
    assert SignInLock.objects.filter(person=kim, released_at=None).exists()
    assert client.post("/sign-in/second/", {"code": code_of(SECRET)}).status_code == 200


def test_what_was_typed_as_a_name_is_nowhere_in_clear(world: World) -> None:
    Client().post("/sign-in/", {"login": "MyPasswordByMistake", "password": "x"})
    [entry] = AuditEntry.objects.filter(action="access.sign-in-failed")
    assert entry.object_kind == "sign-in-name"
    assert "MyPasswordByMistake".lower() not in str(entry.__dict__).lower()
    assert entry.words_ref is None


@pytest.mark.parametrize(
    "login", ["x\x00y", "k" * 151, "", "' OR 1=1 --", "\ud800".encode("utf-8", "replace").decode()]
)
def test_a_name_that_cannot_be_one_is_refused_like_any_other(world: World, login: str) -> None:
    answer = Client().post("/sign-in/", {"login": login, "password": "x"})
    assert answer.status_code == 200


def test_a_disabled_person_is_out_with_the_next_request_and_comes_back_only_when_let_in(
    kim: User, world: World
) -> None:
    client = Client()
    sign_in(client)
    administrator = signed_in(world.holders["administrator"])
    assert PersonSession.objects.filter(person=kim).count() == 1
    administrator.post(f"/people/{kim.ref}/disable/", {"reason": "Phone stolen."})
    assert client.get("/").status_code == 302
    assert sign_in(Client()).status_code == 200
    administrator.post(f"/people/{kim.ref}/enable/")
    assert sign_in(Client()).status_code == 302


def test_a_person_can_be_disabled_and_never_deleted(kim: User, world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        kim.delete()
    person_disable(person=kim, words="x", actor=Actor(user=world.holders["administrator"]), at=world.at)
    assert User.objects.get(pk=kim.pk).is_active is False


def test_who_was_not_seen_for_ninety_days_is_disabled_in_cjis_mode_only(
    kim: User, world: World, settings: Settings
) -> None:
    settings.CJIS_MODE = False
    later = world.at + timedelta(days=91)
    assert idle_disable(at=later) == 0
    settings.CJIS_MODE = True
    assert idle_disable(at=world.at + timedelta(days=89)) == User.objects.filter(created_at__lt=world.at).count()
    assert User.objects.get(pk=kim.pk).is_active
    assert idle_disable(at=later) == 1
    person_enable(person=kim, actor=Actor(user=world.holders["administrator"]), at=later)
    assert idle_disable(at=later + timedelta(days=1)) == 0


def test_ending_a_session_ends_it_and_a_request_under_way_does_not_bring_it_back(kim: User) -> None:
    client, other = Client(), Client()
    sign_in(client)
    sign_in(other)
    [row] = PersonSession.objects.filter(person=kim).exclude(session_key=client.session.session_key)
    late = other.session
    late["x"] = 1
    assert client.post(f"/me/sessions/{row.ref}/end/").status_code == 302
    assert other.get("/").status_code == 302
    with pytest.raises(UpdateError):
        late.save()
    assert client.get("/").status_code == 200


def test_an_invitation_sets_a_password_once_and_refuses_a_known_one(world: World) -> None:
    administrator = signed_in(world.holders["administrator"])
    page = administrator.post("/people/invite/", {"username": "new.person", "name": "New Person"}).content.decode()
    found = re.search(r"http://testserver(/sign-in/invitation/[^<]+/)", page)
    assert found is not None
    client = Client()
    refused = client.post(found[1], {"password": "policepolice", "again": "policepolice"})
    assert "first that others try" in refused.content.decode()
    assert client.post(found[1], {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.post(found[1], {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert sign_in(Client(), name="new.person").status_code == 302
    again = administrator.post("/people/invite/", {"username": "NEW.person", "name": "Another"}).content.decode()
    assert "signs in with this name already" in again


def test_a_breached_password_is_found_in_a_file_of_any_size(tmp_path: Path) -> None:
    import hashlib

    words = [f"password number {n}" for n in range(500)]
    lines = sorted(f"{hashlib.sha1(word.encode()).hexdigest().upper()}:{n + 1}" for n, word in enumerate(words))
    file = tmp_path / "pwned.txt"
    for end in ("\n", "\r\n"):
        file.write_bytes(end.join([*lines, ""]).encode())
        assert [breached_count(word, file) for word in words] == list(range(1, 501))
        assert not any(breached_count(f"another {n}", file) for n in range(200))
    file.write_bytes(b"")
    assert breached_count("x", file) == 0


def test_in_a_department_that_wants_it_nobody_gets_past_without_a_second_factor(kim: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    sign_in(client)
    for path in ("/", "/devices/", "/me/"):
        assert client.get(path).headers["Location"] == "/sign-in/set-up/"
    assert client.get("/me/app/").status_code == 200
    TOTP.activate(kim, SECRET)
    assert client.get("/").status_code == 200
    assert "last second factor" in client.get("/me/app/remove/").content.decode()


def test_after_half_an_hour_the_page_is_covered_and_a_form_sent_then_comes_back(kim: User, world: World) -> None:
    client = Client()
    sign_in(client)
    PersonSession.objects.filter(person=kim).update(seen_at=timezone.now() - timedelta(minutes=31))
    form = {"person": world.stranger.pk, "device": "A phone <b>", "scope": "duty", "password": "not kept"}
    answer = client.post("/devices/permit/", form)
    assert answer.headers["Location"].startswith("/sign-in/again/?next=")
    assert not DevicePermission.objects.exists()
    assert b"A phone" not in bytes(KeptForm.objects.get().sealed)
    assert client.get("/devices/").status_code == 302, "the cover stays down"
    assert client.post("/sign-in/again/", {"password": "wrong"}).status_code == 200
    assert client.get("/devices/").status_code == 302
    answer = client.post("/sign-in/again/", {"password": PASSWORD, "next": "/sign-in/again/kept/"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'value="A phone &lt;b&gt;"' in page
    assert 'action="/devices/permit/"' in page
    assert "not kept" not in page
    assert client.post("/sign-in/again/kept/").status_code == 302
    assert not KeptForm.objects.exists()


def test_what_was_half_typed_is_given_back_once_on_its_own_page(kim: User) -> None:
    client = Client()
    sign_in(client)
    told = {"path": "/devices/permit/", "fields": '[["device", "Model 7"], ["password", "not kept"]]'}
    assert client.post("/sign-in/again/cover/", told).status_code == 204
    assert client.get("/devices/permit/").status_code == 302
    client.post("/sign-in/again/", {"password": PASSWORD})
    assert "Model 7" not in client.get("/devices/").content.decode()
    page = client.get("/devices/permit/").content.decode()
    assert '["device", "Model 7"]' in page
    assert "not kept" not in page
    assert "kept-fields" not in client.get("/devices/permit/").content.decode()


def test_a_page_that_asks_by_itself_is_no_sign_of_life(kim: User) -> None:
    client = Client()
    sign_in(client)
    before = timezone.now() - timedelta(minutes=20)
    PersonSession.objects.filter(person=kim).update(seen_at=before)
    client.get("/", headers={"HX-Request": "true"})
    assert PersonSession.objects.get(person=kim).seen_at == before
    client.get("/")
    assert PersonSession.objects.get(person=kim).seen_at > before


def test_a_personal_device_without_permission_is_shown_and_a_later_permission_does_not_cure_it(
    kim: User, world: World
) -> None:
    person, chief = world.holders["pio"], Actor(user=kim)
    user_appoint(username="Pat", name="Pat Lee", offices=["pio"], password=PASSWORD, at=world.at)
    client = Client()
    sign_in(client, name="pat", device="own-phone")
    assert "without permission" in client.get("/me/").content.decode()
    pat = User.objects.get(username="Pat")
    today = world.department.day(world.at)
    told: dict[str, Any] = {"device": "A phone", "scope": DeviceScope.BOTH, "first_day": today, "last_day": None}
    permission = device_permit(person=pat, **told, actor=chief, at=world.at)
    [before] = DeviceStatement.objects.filter(person=pat)
    assert before.permission is None
    assert "Pat Lee" in signed_in(kim).get("/devices/").content.decode()
    sign_in(Client(), name="pat", device="own-phone")
    assert DeviceStatement.objects.filter(person=pat, permission=permission, device=Device.OWN_PHONE).count() == 1
    device_permission_end(ref=permission.ref, words="Sold.", actor=chief, at=world.at)
    sign_in(Client(), name="pat", device="own-phone")
    assert DeviceStatement.objects.filter(person=pat, permission=None).count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        DevicePermission.objects.create(
            person=person, granted_by=person, granted_at=world.at, device_words=pat.ref, scope="duty", first_day=today
        )


def test_who_came_without_saying_the_device_is_asked_once(kim: User) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "kim", "password": PASSWORD, "next": "/devices/"})
    assert client.get("/devices/").headers["Location"] == "/sign-in/device/?next=%2Fdevices%2F"
    client.post("/sign-in/device/?next=/devices/", {"device": "department-phone"})
    assert client.get("/devices/").status_code == 200
    assert PersonSession.objects.get(person=kim).device == Device.DEPARTMENT_PHONE


def test_a_throttle_counts_for_everybody_together_and_a_code_is_taken_once(world: World) -> None:
    rate = Rate("test", 2, timedelta(minutes=5))
    assert [attempt_count(rate, "a", at=world.at) for _ in range(3)] == [True, True, False]
    assert attempt_count(rate, "b", at=world.at)
    assert attempt_count(rate, "a", at=world.at + timedelta(minutes=5))
    assert first_use("code", "123456", at=world.at)
    assert not first_use("code", "123456", at=world.at)
    assert not first_use("code", "123456", at=world.at + timedelta(hours=20))


def test_releasing_needs_the_authority_over_people(kim: User, world: World) -> None:
    from archive.access.policy import Denied

    with pytest.raises(Denied):
        lock_release(person=kim, actor=Actor(user=world.holders["pio"]), at=world.at)
