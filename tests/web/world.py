"""The people of the page tests: for each office a holder and a colleague, and one person without any office."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from archive.access.models import Appointment, Department, User
from archive.access.policy import office_table
from archive.access.services import department_found
from archive.access.session_store import SessionStore


@dataclass(frozen=True, slots=True)
class World:
    """A department with its people; `at` is the instant of the test, close to the clock that pages read."""

    department: Department
    holders: dict[str, User]
    colleagues: dict[str, User]
    stranger: User
    at: datetime


def person(username: str, offices: tuple[str, ...], since: datetime) -> User:
    """A person who signs in by session only, so that no password has to be hashed."""
    user = _named(username, since)
    user.save()
    Appointment.objects.bulk_create(Appointment(user=user, office_id=office, since=since) for office in offices)
    return user


def _named(username: str, since: datetime) -> User:
    user = User(username=username, name=username.replace("-", " ").title(), created_at=since)
    user.set_unusable_password()
    return user


def world_make() -> World:
    """Found the department and appoint everybody."""
    at = timezone.now()
    since = at - timedelta(days=400)
    department = department_found(name="Riverton Police Department")
    offices = sorted(office_table())
    holders = {office: _named(f"{office}-holder", since) for office in offices}
    colleagues = {office: _named(f"{office}-colleague", since) for office in offices}
    stranger = _named("stranger", since)
    User.objects.bulk_create([*holders.values(), *colleagues.values(), stranger])
    Appointment.objects.bulk_create(
        Appointment(user=user, office_id=office, since=since)
        for people in (holders, colleagues)
        for office, user in people.items()
    )
    return World(department=department, holders=holders, colleagues=colleagues, stranger=stranger, at=at)


def session_of(user: User) -> str:
    """The cookie of a session in which this person is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key is not None
    return session.session_key
