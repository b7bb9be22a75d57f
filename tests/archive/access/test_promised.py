"""Offices that are named with an invitation, and the way back of an administrator."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from archive.access.actor import Actor
from archive.access.mail_models import PromisedOffice
from archive.access.models import Appointment, AuditEntry, Office, User
from archive.access.offices.errors import OfficeRefused
from archive.access.offices.promised import promise_answer, promises_waiting
from archive.access.people import Invited, invitation_accept, person_invite
from archive.access.policy import Denied
from archive.access.restoring import CannotRestore, administrator_restore, restored_waiting
from tests.archive.capture.world import AT, person

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)
PASSWORD = "a heron stands in the reeds"


def _invite(by: User, *codes: str) -> Invited:
    return person_invite(
        username="new",
        name="New Person",
        email="",
        offices=list(Office.objects.filter(code__in=codes)),
        actor=Actor(user=by),
        at=AT,
    )


def _offices(user: User) -> set[str]:
    return set(Appointment.objects.filter(Appointment.current(LATER), user=user).values_list("office_id", flat=True))


def test_an_office_is_given_with_the_acceptance_and_not_before() -> None:
    invited = _invite(person("admin", "administrator"), "records-clerk", "pio")
    assert _offices(invited.person) == set()
    invitation_accept(token=invited.token, password=PASSWORD, at=AT + timedelta(minutes=5))
    assert _offices(invited.person) == {"records-clerk", "pio"}


def test_an_office_with_authority_over_authority_waits_for_a_second_person() -> None:
    first, second = person("admin", "administrator"), person("chief", "chief")
    invited = _invite(first, "administrator", "pio")
    invitation_accept(token=invited.token, password=PASSWORD, at=AT + timedelta(minutes=5))
    assert _offices(invited.person) == {"pio"}
    [row] = promises_waiting()
    with pytest.raises(OfficeRefused):
        promise_answer(ref=row.ref, agreed=True, actor=Actor(user=first), at=LATER)
    with pytest.raises(Denied):
        promise_answer(ref=row.ref, agreed=True, actor=Actor(user=person("clerk", "records-clerk")), at=LATER)
    promise_answer(ref=row.ref, agreed=True, actor=Actor(user=second), at=LATER)
    assert _offices(invited.person) == {"pio", "administrator"}
    assert Appointment.objects.get(user=invited.person, office="administrator").made_by == first


def test_an_agreement_before_the_acceptance_gives_nothing_until_then() -> None:
    invited = _invite(person("admin", "administrator"), "auditor")
    [row] = promises_waiting()
    promise_answer(ref=row.ref, agreed=True, actor=Actor(user=person("chief", "chief")), at=AT)
    assert _offices(invited.person) == set()
    invitation_accept(token=invited.token, password=PASSWORD, at=AT + timedelta(minutes=5))
    assert _offices(invited.person) == {"auditor"}


def test_what_was_declined_is_never_given() -> None:
    invited = _invite(person("admin", "administrator"), "auditor")
    [row] = promises_waiting()
    promise_answer(ref=row.ref, agreed=False, actor=Actor(user=person("chief", "chief")), at=AT)
    invitation_accept(token=invited.token, password=PASSWORD, at=AT + timedelta(minutes=5))
    assert _offices(invited.person) == set()
    assert not promises_waiting().exists()


def test_the_database_refuses_that_the_first_person_agrees_or_unsays_that_two_are_needed() -> None:
    first = person("admin", "administrator")
    _invite(first, "auditor")
    for change in ({"confirmed_by": first}, {"given_at": AT}, {"needs_second": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PromisedOffice.objects.update(**change)


def test_what_somebody_promised_who_may_no_longer_appoint_is_not_given() -> None:
    first = person("admin", "administrator")
    invited = _invite(first, "pio")
    Appointment.objects.filter(user=first).update(until=AT + timedelta(minutes=1))
    invitation_accept(token=invited.token, password=PASSWORD, at=AT + timedelta(minutes=5))
    assert _offices(invited.person) == set()
    [row] = PromisedOffice.objects.filter(given_at=None)
    assert AuditEntry.objects.get(action="office.appoint", outcome="lapsed").object_ref == str(row.ref)
    shown = render_to_string("people/promised.html", {"promised": [PromisedOffice.objects.get(pk=row.pk)]})
    assert "not given: whoever named it may no longer appoint" in shown


def test_an_administrator_is_restored_at_the_machine_only_when_none_is_left_and_everybody_hears_of_it() -> None:
    first, second, auditor = person("admin", "administrator"), person("other", "administrator"), person("a", "auditor")
    clerk = person("clerk", "records-clerk")
    User.objects.filter(pk=first.pk).update(is_active=False)
    with pytest.raises(CannotRestore, match="Other"):
        administrator_restore(person=first, new_password=False, at=AT)
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(CannotRestore, match="no office"):
        administrator_restore(person=clerk, new_password=False, at=AT)
    token = administrator_restore(person=first, new_password=True, at=AT)
    first.refresh_from_db()
    assert (first.is_active, first.active_since) == (True, AT)
    assert invitation_accept(token=token, password=PASSWORD, at=AT + timedelta(minutes=5)) == first
    assert AuditEntry.objects.get(action="access.restored").process == "manage"
    [told] = restored_waiting(Actor(user=auditor), LATER)
    assert first.name in told.title
    assert restored_waiting(Actor(user=clerk), LATER) == []


def test_the_command_says_why_it_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    first = person("admin", "administrator")
    with pytest.raises(CommandError, match="let others in again"):
        call_command("administrator_restore", "admin")
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("administrator_restore", "nobody")
    User.objects.filter(pk=first.pk).update(is_active=False)
    call_command("administrator_restore", "admin", "--new-password")
    assert "/sign-in/invitation/" in capsys.readouterr().out
