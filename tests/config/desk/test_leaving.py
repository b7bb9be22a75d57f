"""Leaving: everything that a person holds goes to heirs or the leaving is refused; past acts keep their name."""

import pytest

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.duties import DUTIES
from archive.access.leaving.services import LeavingRefused, person_leave, rehearse
from archive.access.models import Appointment, AuditEntry, User
from archive.access.oversight_models import Handover
from archive.access.policy import Denied, allows, sees
from archive.records.models import SearchRun
from foia.requests.models import RecordsRequest
from retention.holds.models import Hold
from tests.web.captured import a_frozen_search, a_proposed_page, an_account
from tests.web.foia_pages import bundled, reviewed
from tests.web.retention_pages import a_hold, an_endorsed
from tests.web.world import World, session_of, world_make

pytestmark = pytest.mark.django_db
EVERY = {"office", "proposal", "connection", "search", "hold", "disposition", "request", "review", "production"}


@pytest.fixture
def world() -> World:
    return world_make()


def administrator(world: World) -> Actor:
    return Actor(user=world.holders["administrator"])


def loaded(world: World) -> User:
    """A person who holds one thing of every kind that there is."""
    leaver = world.stranger
    for office in ("records-manager", "foia-officer", "pio", "administrator", "records-clerk"):
        Appointment.objects.create(user=leaver, office_id=office, since=world.at.replace(year=world.at.year - 1))
    a_frozen_search(world, leaver)
    a_hold(world, leaver)
    reviewed(world, leaver)
    an_endorsed(world, leaver)
    bundled(world)
    a_proposed_page(world, leaver)
    account = an_account(world, leaver)
    audit(Actor(user=leaver), "account.connect", at=world.at, object_kind="account", object_ref=account["ref"])
    return leaver


def kinds_of(person: User, world: World) -> set[str]:
    return {kind.kind for kind in DUTIES.all() if kind.held(person, world.at)}


def test_a_rehearsal_shows_what_would_be_left_over_and_moves_nothing(world: World) -> None:
    a_hold(world, world.stranger)
    leaver = world.colleagues["records-manager"]
    before = kinds_of(leaver, world)
    assert before >= {"office", "hold"}
    parts = {part.kind.kind: part.trouble for part in rehearse(leaver, {}, actor=administrator(world), at=world.at)}
    assert parts["office"] == ""
    assert parts["hold"] == "Nobody takes this over yet."
    clerk = world.holders["records-clerk"]
    parts = {
        part.kind.kind: part.trouble
        for part in rehearse(leaver, {"hold": clerk}, actor=administrator(world), at=world.at)
    }
    assert parts["hold"] == "Records Clerk Holder has no office that may do this."
    assert kinds_of(leaver, world) == before


def test_nobody_leaves_while_something_would_be_left_over(world: World) -> None:
    a_hold(world, world.stranger)
    leaver = world.colleagues["records-manager"]
    with pytest.raises(LeavingRefused, match="left over"):
        person_leave(person=leaver, heirs={}, words="Retires.", actor=administrator(world), at=world.at)
    assert User.objects.get(pk=leaver.pk).is_active
    assert allows(Actor(user=leaver), "hold.place", world.at)


def test_everything_of_every_kind_goes_to_the_heir_and_the_person_is_shut_out(world: World) -> None:
    leaver = loaded(world)
    held = kinds_of(leaver, world)
    heir = world.holders["records-clerk"]
    session_of(leaver)
    frozen = SearchRun.objects.get(by=leaver)
    person_leave(
        person=leaver, heirs=dict.fromkeys(EVERY, heir), words="Retires.", actor=administrator(world), at=world.at
    )
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert kinds_of(leaver, world) == set()
    assert kinds_of(heir, world) >= held
    assert held >= {"office", "proposal", "connection", "search", "hold"}
    assert not leaver.sessions.exists()
    assert frozen.by == leaver
    assert sees(Actor(user=heir), frozen, world.at)
    assert allows(Actor(user=heir), "hold.release", world.at)
    assert AuditEntry.objects.filter(action="leaving.hand-on").count() == len(held)


def test_what_was_handed_on_is_handed_on_again(world: World) -> None:
    ref = a_hold(world, world.stranger)["ref"]
    first, second, third = world.colleagues["records-manager"], world.holders["counsel"], world.colleagues["counsel"]
    for leaver, heir in ((first, second), (second, third)):
        person_leave(
            person=leaver, heirs=dict.fromkeys(EVERY, heir), words="Leaves.", actor=administrator(world), at=world.at
        )
    assert (
        Handover.objects.filter(kind="hold", thing=ref).order_by("-pk").values_list("keeper", flat=True)[0] == third.pk
    )
    assert Hold.objects.get(ref=ref).placed_by == first


def test_a_request_goes_to_the_heir_with_its_lead(world: World) -> None:
    reviewed(world)
    request = RecordsRequest.objects.latest("pk")
    leaver = request.entered_by
    heir = next(
        world.holders[office] for office in ("foia-officer", "records-clerk") if world.holders[office] != leaver
    )
    person_leave(
        person=leaver, heirs=dict.fromkeys(EVERY, heir), words="Leaves.", actor=administrator(world), at=world.at
    )
    assert [(one.user, one.lead) for one in request.team.filter(until=None)] == [(heir, True)]
    assert request.entered_by == leaver


def test_nobody_leaves_by_themselves_or_by_somebody_without_the_authority(world: World) -> None:
    actor = administrator(world)
    with pytest.raises(LeavingRefused, match="Another person"):
        person_leave(person=actor.person, heirs={}, words="Bye.", actor=actor, at=world.at)
    with pytest.raises(Denied):
        person_leave(
            person=world.holders["pio"],
            heirs={},
            words="Bye.",
            actor=Actor(user=world.holders["chief"]),
            at=world.at,
        )
