"""Who works on a request, and whose file is closed to its team; the yes/no and the rows never differ."""

import uuid
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.access.actor import Actor
from archive.access.policy import Denied, sees, visible
from archive.records.models import SearchRun
from foia.collections.models import Collection
from foia.production.models import Production
from foia.requests.models import RecordsRequest, TeamMember
from foia.requests.selectors import requests_visible
from foia.requests.team import team_change
from retention.errors import Refused
from tests.foia.scene import RECEIVED, person
from tests.web.foia_pages import a_request, bundled
from tests.web.world import World, world_make

pytestmark = pytest.mark.django_db
M = TypeVar("M", bound=models.Model)


@pytest.fixture
def world() -> World:
    return world_make()


def closed_to(request: RecordsRequest, member: Actor, world: World, *, leads: bool = False) -> None:
    lead = Actor(user=request.entered_by)
    team_change(
        request_ref=request.ref, person=member.person, leads=leads, leaves=False, closed=True, actor=lead, at=world.at
    )
    request.refresh_from_db()


def test_whoever_takes_a_request_leads_it_and_everybody_who_works_with_requests_sees_it(world: World) -> None:
    request = a_request(world)
    assert [(member.user, member.lead) for member in request.team.all()] == [(request.entered_by, True)]
    assert sees(Actor(user=world.holders["records-manager"]), request, world.at)


def test_a_file_closed_to_its_team_is_seen_by_it_and_by_those_who_decide(world: World) -> None:
    request = a_request(world)
    manager, clerk = (Actor(user=world.holders[office]) for office in ("records-manager", "records-clerk"))
    closed_to(request, manager, world)
    for actor, expected in ((manager, True), (clerk, False), (Actor(user=world.holders["foia-officer"]), True)):
        assert sees(actor, request, world.at) is expected
        assert requests_visible(actor=actor, at=world.at).filter(pk=request.pk).exists() is expected
    with pytest.raises(Denied):
        team_change(
            request_ref=request.ref,
            person=clerk.person,
            leads=True,
            leaves=False,
            closed=True,
            actor=clerk,
            at=world.at,
        )


def test_whoever_leads_leaves_only_when_somebody_else_leads(world: World) -> None:
    request = a_request(world)
    lead, manager = Actor(user=request.entered_by), Actor(user=world.holders["records-manager"])

    def leave() -> None:
        team_change(
            request_ref=request.ref,
            person=lead.person,
            leads=False,
            leaves=True,
            closed=False,
            actor=manager,
            at=world.at,
        )

    with pytest.raises(Refused, match="somebody else leads"):
        leave()
    closed_to(request, manager, world, leads=True)
    leave()
    now = TeamMember.objects.filter(request=request, until=None)
    assert [(member.user, member.lead) for member in now] == [(manager.person, True)]


def test_a_production_of_a_closed_file_is_closed_with_it(world: World) -> None:
    production = bundled(world)
    request = RecordsRequest.objects.get(ref=production.collection.purpose_ref)
    manager, clerk = (Actor(user=world.holders[office]) for office in ("records-manager", "records-clerk"))
    closed_to(request, clerk, world)
    for actor, expected in ((manager, False), (clerk, True)):
        assert sees(actor, production, world.at) is expected
        assert visible(actor, Production.objects.filter(pk=production.pk), world.at).exists() is expected


def copy_of(row: M, **changes: object) -> M:
    """Insert a copy of a row, with fresh values where they must be unique."""
    row.pk = None
    for field in row._meta.concrete_fields:
        if field.unique and isinstance(field, models.UUIDField):
            setattr(row, field.attname, uuid.uuid4())
        elif field.unique and isinstance(field, models.BinaryField):
            setattr(row, field.attname, uuid.uuid4().bytes)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def answering(request: RecordsRequest, world: World) -> Production:
    """A production that answers the request: a copy of one that is there, under a name and a block of its own."""
    made = Production.objects.order_by("pk").first() or bundled(world)
    last = Production.objects.order_by("-first").values_list("first", flat=True)[0]
    asked = Collection.objects.get(pk=made.collection_id)
    run = copy_of(SearchRun.objects.get(pk=asked.search_run_id))
    collection = copy_of(asked, purpose_ref=request.ref, search_run=run)
    fresh = Production.objects.get(pk=made.pk)
    return copy_of(fresh, collection=collection, name=uuid.uuid4().hex, first=last + 1_000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None, derandomize=True)
@given(
    offices=st.sets(st.sampled_from(["records-clerk", "records-manager", "foia-officer", "auditor"]), max_size=2),
    states=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4),
)
def test_the_yes_no_and_the_rows_of_requests_and_their_productions_never_differ(
    world: World, offices: set[str], states: list[tuple[bool, bool, bool]]
) -> None:
    somebody = person(f"somebody-{RecordsRequest.objects.count()}-{'-'.join(sorted(offices))}", *sorted(offices))
    rows = []
    for closed, member, over in states:
        request = a_request(world)
        RecordsRequest.objects.filter(pk=request.pk).update(closed_to_team=closed)
        if member:
            TeamMember.objects.create(
                request=request,
                user=somebody.person,
                since=RECEIVED,
                until=RECEIVED + timedelta(days=1) if over else None,
                added_by=request.entered_by,
            )
        request.refresh_from_db()
        rows.append(request)
    answers = [answering(request, world) for request in rows]
    found = visible(somebody, Production.objects.filter(pk__in=[one.pk for one in answers]), world.at)
    assert set(found) == {one for one in answers if sees(somebody, one, world.at)}
    by_set = set(requests_visible(actor=somebody, at=world.at).filter(pk__in=[row.pk for row in rows]))
    assert by_set == {row for row in rows if sees(somebody, row, world.at)}
