"""Setting up people, offices and the department."""

from datetime import datetime

from django.db import transaction

from archive.access.models import Appointment, Compartment, Department, Office, User
from archive.access.policy import office_table

COMPARTMENTS = {"public": "Public pages", "messages": "Private messages", "restricted": "Restricted"}


def department_found(
    *, name: str, zone: str = "America/Chicago", fiscal_year_start_month: int = 5, demonstration: bool = False
) -> Department:
    """Create the one department with its compartments and the offices of the capability table; safe to repeat."""
    with transaction.atomic():
        for code, title in COMPARTMENTS.items():
            Compartment.objects.get_or_create(code=code, defaults={"name": title})
        for code, (title, _) in office_table().items():
            Office.objects.get_or_create(code=code, defaults={"name": title})
        department, _ = Department.objects.get_or_create(
            id=1,
            defaults={
                "name": name,
                "zone": zone,
                "fiscal_year_start_month": fiscal_year_start_month,
                "demonstration": demonstration,
            },
        )
    return department


def user_appoint(*, username: str, name: str, offices: list[str], password: str, at: datetime) -> User:
    """Create a person with a password and appoint them to offices from `at` on; safe to repeat."""
    with transaction.atomic():
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            user = User(username=username, name=name, created_at=at)
            user.set_password(password)
            user.save()
        for office in offices:
            if not Appointment.objects.filter(Appointment.current(at), user=user, office_id=office).exists():
                Appointment.objects.create(user=user, office_id=office, since=at)
    return user
