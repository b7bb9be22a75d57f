"""Authority is by office on the date; yes/no and queryset say the same."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.access import policy
from archive.access.actor import Actor, NotAPerson
from archive.access.models import Appointment, Compartment, Words
from archive.access.policy import Denied, allows, closed_counts, open_compartments, require, sees, visible
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db
_names = itertools.count()


def test_an_office_gives_its_capabilities_and_no_other() -> None:
    clerk = Actor(person("clerk", "records-clerk"))
    assert allows(clerk, "record.search", AT)
    assert not allows(clerk, "disposition.approve", AT)
    with pytest.raises(Denied, match=r"disposition\.approve"):
        require(clerk, "disposition.approve", AT)


def test_authority_ends_with_the_appointment_and_was_there_before() -> None:
    user = person("clerk", "records-clerk")
    Appointment.objects.filter(user=user).update(until=AT)
    assert not allows(Actor(user), "record.search", AT)
    assert allows(Actor(user), "record.search", AT - timedelta(seconds=1))


def test_one_person_in_two_offices_has_the_authority_of_both() -> None:
    both = Actor(person("both", "records-clerk", "counsel"))
    assert allows(both, "import.run", AT)
    assert allows(both, "disposition.approve", AT)


def test_a_disabled_person_may_nothing() -> None:
    user = person("gone", "records-manager")
    user.is_active = False
    assert policy.capabilities(Actor(user), AT) == frozenset()


def test_a_process_has_no_offices_and_decides_nothing() -> None:
    process = Actor(process="worker")
    assert policy.capabilities(process, AT) == frozenset()
    with pytest.raises(NotAPerson):
        _ = process.person


def test_every_capability_is_held_by_some_office_and_every_two_person_act_by_two() -> None:
    table = policy.office_table()
    assert sum("disposition.approve" in may for _, may in table.values()) >= 2
    assert all(may for _, may in table.values())


def test_what_lies_behind_closed_doors_is_counted_and_sealed_ones_do_not_exist() -> None:
    auditor = Actor(person("auditor", "auditor"))
    Compartment.objects.create(code="intel", name="Sealed", sealed=True)
    for code in ("public", "messages", "messages", "intel"):
        Words.objects.create(text="x", compartment=code, created_at=AT)
    assert visible(auditor, Words.objects.all(), AT).count() == 1
    assert closed_counts(auditor, Words.objects.all(), AT) == {"messages": 2}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    offices=st.sets(st.sampled_from(sorted(policy.office_table()))),
    compartments=st.lists(st.sampled_from(["public", "messages", "restricted"]), max_size=6),
)
def test_the_yes_no_and_the_queryset_never_differ(offices: set[str], compartments: list[str]) -> None:
    user = person(f"somebody-{next(_names)}")
    Appointment.objects.bulk_create(
        Appointment(user=user, office_id=office, since=AT - timedelta(days=1)) for office in offices
    )
    actor = Actor(user)
    rows = [Words.objects.create(text="x", compartment=code, created_at=AT) for code in compartments]
    mine = Words.objects.filter(pk__in=[row.pk for row in rows])
    by_set = {row.pk for row in visible(actor, mine, AT)}
    by_one = {row.pk for row in rows if sees(actor, row, AT)}
    assert by_set == by_one
    assert by_one == {row.pk for row in rows if row.compartment in open_compartments(actor, AT)}
