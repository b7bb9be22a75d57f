"""E-mail that nudges: each is told once what they can do something about, with counts and links and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from archive.access.actor import Actor
from archive.access.emergency.services import glass_break
from archive.access.mail_models import Mail, NoticeGiven
from archive.access.mailing.route import opened
from archive.access.models import Appointment, Compartment, User
from archive.access.sign_in_models import SignInLock
from archive.accounts.services import account_propose
from archive.storage.models import Finding, FixityFinding
from config.desk.notices import notices_send
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
REASON = "A threat in a message to Dana Quillfeather"


@pytest.fixture
def world(settings: Settings) -> World:
    settings.MAIL_URL = "smtp://127.0.0.1:1/?from=daybook@riverton.example&site=https://daybook.riverton.example"
    made = world_make()
    for office in ("auditor", "administrator", "chief", "records-manager"):
        User.objects.filter(pk=made.holders[office].pk).update(email=f"{office}@riverton.example")
    return made


def told(world: World) -> dict[str, str]:
    """Office → the newest message to its holder."""
    by_person = {holder.pk: office for office, holder in world.holders.items()}
    return {by_person[row.person_id]: opened(bytes(row.sealed)) for row in Mail.objects.order_by("pk")}


def test_an_opening_in_an_emergency_is_told_at_once_to_those_who_review_and_to_them_once(world: World) -> None:
    glass_break(
        compartment=Compartment.objects.get(code="messages"),
        reason=REASON,
        hours=1,
        actor=Actor(user=world.holders["ciu-lieutenant"]),
        at=world.at,
    )
    assert notices_send(at=world.at) == 2
    messages = told(world)
    assert set(messages) == {"auditor", "chief"}
    assert "1 opening in an emergency waits for your review." in messages["auditor"]
    assert "https://daybook.riverton.example/emergency/" in messages["auditor"]
    assert "Quillfeather" not in "".join(messages.values())
    assert notices_send(at=world.at + timedelta(minutes=5)) == 0


def test_a_lock_an_approval_and_an_alarm_go_to_those_who_can_act(world: World) -> None:
    SignInLock.objects.create(person=world.holders["administrator"], locked_at=world.at)
    SignInLock.objects.create(person=world.stranger, locked_at=world.at)
    account_propose(
        actor=Actor(user=world.holders["pio"]),
        network="mastodon",
        handle="quillfeather",
        name="Secret page",
        base_url="http://127.0.0.1:1",
        at=world.at,
    )
    FixityFinding.objects.create(
        at=world.at, object_key=uuid4(), copy_key=uuid4(), store="file", code=Finding.IRREPARABLE
    )
    assert notices_send(at=world.at) == 3
    messages = told(world)
    assert "1 person is locked out" in messages["administrator"]  # the other lock is their own
    assert "1 alarm about what is kept is open." in messages["records-manager"]
    assert "1 approval waits that you can give." in messages["chief"]
    assert "quillfeather" not in "".join(messages.values()).lower()
    assert "Secret page" not in "".join(messages.values())


def test_what_is_over_is_forgotten_and_told_again_when_it_comes_back(world: World) -> None:
    chiefs = Appointment.objects.filter(office="chief")
    lock = SignInLock.objects.create(person=world.stranger, locked_at=world.at)
    notices_send(at=world.at)
    SignInLock.objects.filter(pk=lock.pk).update(released_at=world.at)
    assert notices_send(at=world.at) == 0
    assert not NoticeGiven.objects.exists()
    assert chiefs.exists()
    SignInLock.objects.create(person=world.stranger, locked_at=world.at)
    assert notices_send(at=world.at) == 1


def test_a_rule_that_too_few_can_keep_is_told_to_those_who_appoint(world: World) -> None:
    Appointment.objects.filter(office__in=["pio"]).update(until=world.at)
    Appointment.objects.filter(office__in=["records-manager"]).update(until=world.at)
    notices_send(at=world.at)
    messages = told(world)
    assert "cannot be kept today." in messages["administrator"]
    assert "cannot be kept today." in messages["chief"]


def test_without_a_way_out_nothing_is_remembered(world: World, settings: Settings) -> None:
    SignInLock.objects.create(person=world.stranger, locked_at=world.at)
    url, settings.MAIL_URL = settings.MAIL_URL, ""
    assert notices_send(at=world.at) == 0
    assert not NoticeGiven.objects.exists()
    settings.MAIL_URL = url
    assert notices_send(at=world.at) == 1
