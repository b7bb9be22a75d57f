"""Authority follows the office on the date: holders, acting ones, vacancies, deputies, designations."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from archive.access.able import rules_broken, rules_standing, who_can
from archive.access.actor import Actor
from archive.access.capability_names import CAPABILITIES
from archive.access.models import Appointment, AuditEntry, Office, User
from archive.access.offices.appointing import How, appoint, appointment_end
from archive.access.offices.designating import KEPT, designate, designation_end
from archive.access.offices.errors import OfficeRefused
from archive.access.offices.listing import absence_record, office_found, office_rename, office_retire
from archive.access.offices.selectors import authority_table, offices_shown
from archive.access.policy import Denied, allows, office_table
from archive.access.services import department_found
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def chief() -> Actor:
    return Actor(person("chief", "chief"))


def appointed(
    chief: Actor, who: User, office: str, how: How = How.HOLDER, since: datetime = AT, until: datetime | None = None
) -> Appointment:
    found = Office.objects.get(code=office)
    if how is not How.HOLDER and until is None:
        until = AT + 30 * DAY
    return appoint(person=who, office=found, how=how, since=since, until=until, actor=chief, at=AT)


def test_an_appointment_gives_authority_from_its_day_to_its_end_and_is_in_the_audit(chief: Actor) -> None:
    clerk = person("clerk")
    made = appointed(chief, clerk, "records-clerk", since=AT + DAY, until=AT + 3 * DAY)
    days = [allows(Actor(clerk), "request.take", AT + n * DAY) for n in range(4)]
    assert days == [False, True, True, False]
    assert AuditEntry.objects.get(action="office.appoint").object_ref == str(made.ref)


def test_nobody_appoints_themselves_and_who_may_not_appoint_appoints_nobody(chief: Actor) -> None:
    with pytest.raises(OfficeRefused, match="themselves"):
        appointed(chief, chief.person, "counsel")
    with pytest.raises(Denied):
        appointed(Actor(person("pio", "pio")), person("clerk"), "records-clerk")


def test_an_appointment_is_not_back_dated_and_not_given_twice(chief: Actor) -> None:
    clerk = person("clerk")
    with pytest.raises(OfficeRefused, match="past"):
        appointed(chief, clerk, "records-clerk", since=AT - DAY)
    appointed(chief, clerk, "records-clerk")
    with pytest.raises(OfficeRefused, match="already"):
        appointed(chief, clerk, "records-clerk", since=AT + DAY)


def test_an_ended_appointment_leaves_what_was_allowed_before_as_it_was(chief: Actor) -> None:
    clerk = person("clerk")
    made = appointed(chief, clerk, "records-clerk")
    appointment_end(ref=made.ref, until=AT + DAY, actor=chief, at=AT + DAY)
    assert allows(Actor(clerk), "request.take", AT + DAY / 2)
    assert not allows(Actor(clerk), "request.take", AT + DAY)
    with pytest.raises(OfficeRefused, match="over"):
        appointment_end(ref=made.ref, until=AT + 3 * DAY, actor=chief, at=AT + 2 * DAY)


def test_an_appointment_that_has_not_begun_can_be_called_off(chief: Actor) -> None:
    clerk = person("clerk")
    made = appointed(chief, clerk, "records-clerk", since=AT + DAY)
    appointment_end(ref=made.ref, until=AT, actor=chief, at=AT)
    assert not allows(Actor(clerk), "request.take", AT + 2 * DAY)


def test_a_deputy_has_the_authority_only_while_no_holder_is_there(chief: Actor) -> None:
    officer, deputy = person("officer", "foia-officer"), person("deputy")
    appointed(chief, deputy, "foia-officer", How.DEPUTY)
    assert not allows(Actor(deputy), "request.decide", AT)
    absence_record(person=officer, since=AT + DAY, until=AT + 2 * DAY, actor=Actor(officer), at=AT)
    assert [allows(Actor(deputy), "request.decide", AT + n * DAY) for n in range(3)] == [False, True, False]
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert allows(Actor(deputy), "request.decide", AT)


def test_an_acting_holder_keeps_a_deputy_out(chief: Actor) -> None:
    deputy, acting = person("deputy"), person("acting")
    appointed(chief, deputy, "foia-officer", How.DEPUTY)
    assert allows(Actor(deputy), "request.decide", AT)
    appointed(chief, acting, "foia-officer", How.ACTING)
    assert allows(Actor(acting), "request.decide", AT)
    assert not allows(Actor(deputy), "request.decide", AT)


def test_the_list_of_offices_says_what_is_vacant_and_who_stands_in(chief: Actor) -> None:
    appointed(chief, person("deputy"), "foia-officer", How.DEPUTY)
    shown = {row.office.code: row for row in offices_shown(AT)}
    assert shown["foia-officer"].vacant
    assert shown["foia-officer"].stands_in
    assert not shown["chief"].vacant
    assert {"ciu-lieutenant", "scu-lieutenant", "ciau", "auditor", "administrator"} <= set(shown)


def test_a_designee_has_one_authority_until_its_end_and_never_more_than_the_office(chief: Actor) -> None:
    pio = person("pio", "pio")
    office = Office.objects.get(code="chief")
    told = {"office": office, "person": pio, "since": AT, "until": AT + DAY, "actor": chief, "at": AT}
    made = designate(**told, capability="account.approve")  # type: ignore[arg-type]
    assert allows(Actor(pio), "account.approve", AT)
    assert not allows(Actor(pio), "disposition.approve", AT)
    assert not allows(Actor(pio), "account.approve", AT + DAY)
    for capability in ("office.appoint", "request.take"):
        with pytest.raises(OfficeRefused, match="cannot give"):
            designate(**told, capability=capability)  # type: ignore[arg-type]
    with pytest.raises(Denied):
        designate(**told | {"actor": Actor(pio)}, capability="account.approve")  # type: ignore[arg-type]
    designation_end(ref=made.ref, actor=chief, at=AT + timedelta(hours=1))
    assert not allows(Actor(pio), "account.approve", AT + timedelta(hours=2))


def test_the_department_keeps_its_own_list_of_offices(chief: Actor) -> None:
    office = office_found(code="night-clerk", name="Night clerk", authority="records-clerk", actor=chief, at=AT)
    clerk = person("clerk")
    made = appointed(chief, clerk, office.code)
    assert allows(Actor(clerk), "request.take", AT)
    assert [row.offices for row in authority_table() if row.code == "records-clerk"] == [[office]]
    office_rename(code="chief", name="Director of Police", actor=chief, at=AT)
    department_found(name="Riverton Police Department")
    assert Office.objects.get(code="chief").name == "Director of Police"
    with pytest.raises(OfficeRefused, match="End that first"):
        office_retire(code=office.code, actor=chief, at=AT)
    appointment_end(ref=made.ref, until=AT, actor=chief, at=AT)
    office_retire(code=office.code, actor=chief, at=AT + DAY)
    assert office.code not in {row.office.code for row in offices_shown(AT + DAY)}


def test_every_capability_has_its_words_and_no_words_are_left_over() -> None:
    given = frozenset().union(*(may for _name, may in office_table().values()))
    assert given <= set(CAPABILITIES)
    assert given >= KEPT


def test_a_rule_that_fewer_than_two_able_people_could_keep_is_named(chief: Actor) -> None:
    assert {one.rule.code for one in rules_broken(AT)} >= {"account", "disposition", "review", "appointment"}
    manager = person("manager", "records-manager")
    # One person who may do both steps is one able person.
    lone = {one.rule.code: one for one in rules_standing(AT)}
    assert [user.name for user in lone["disposition"].first] == ["Manager"]
    assert lone["disposition"].holds
    assert not lone["legal-hold"].holds
    person("counsel", "counsel")
    assert {one.rule.code: one.holds for one in rules_standing(AT)}["legal-hold"]
    assert [user.name for user in who_can("disposition.approve", AT, besides=[manager.pk])] == ["Chief", "Counsel"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM person",
        "DELETE FROM office",
        "DELETE FROM appointment",
        "DELETE FROM designation",
        "TRUNCATE person CASCADE",
    ],
)
def test_nobody_deletes_a_person_an_office_or_an_appointment(statement: str, chief: Actor) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change", ["until = NULL", "since = since - interval '1 day'", "user_id = user_id + 1", "deputy = true"]
)
def test_an_appointment_is_never_stretched_or_rewritten(change: str, chief: Actor) -> None:
    made = appointed(chief, person("clerk"), "records-clerk", until=AT + DAY)
    with pytest.raises(IntegrityError, match="never stretched"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE appointment SET {change} WHERE id = %s", [made.pk])
