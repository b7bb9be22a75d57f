"""Who works here, in which office on which date, and what they did."""

import uuid
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from archive.tables import Content, Evidence, TableClass, Working


class Department(Working):
    """The one department that this archive belongs to."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="America/Chicago")
    fiscal_year_start_month = models.SmallIntegerField(default=5)
    demonstration = models.BooleanField(default=False)

    class Meta:
        app_label = "archive"
        db_table = "department"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="department_is_one")]

    def day(self, instant: datetime) -> date:
        """Return the date on which `instant` falls in the department's zone. No other code turns instants into days."""
        return instant.astimezone(ZoneInfo(self.zone)).date()


class HolidayYear(Evidence):
    """A year's holidays, adopted by a person from a source. A later adoption of the same year replaces this one."""

    year = models.SmallIntegerField()
    source = models.CharField(max_length=300)
    adopted_by = models.ForeignKey("archive.User", on_delete=models.PROTECT)
    adopted_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "holiday_year"
        indexes = [models.Index(fields=["year", "-adopted_at"], name="holiday_year_latest")]


class Holiday(Evidence):
    """One day of an adopted year on which the State's offices are closed."""

    adoption = models.ForeignKey(HolidayYear, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    name = models.CharField(max_length=100)
    excluded_conservative = models.BooleanField()  #: also excluded in the cautious count (legal.md 2.3)

    class Meta:
        app_label = "archive"
        db_table = "holiday"
        constraints = [models.UniqueConstraint(fields=["adoption", "day"], name="holiday_once_a_day")]


class UserManager(BaseUserManager["User"]):
    """Finds users; there is no superuser to create."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this sign-in name, whatever its case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from their offices on the date, never from this row."""

    table_class: ClassVar[TableClass] = TableClass.WORKING
    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE"})

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    active_since = models.DateTimeField(null=True)  #: made, or let in again: from then the idle days are counted
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        app_label = "archive"
        db_table = "person"
        constraints = [
            models.UniqueConstraint(Lower("username"), name="person_username_any_case"),
        ]

    def __str__(self) -> str:
        return self.name


class Office(Working):
    """An office of the department: authority belongs to it, not to the person."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "archive"
        db_table = "office"

    def __str__(self) -> str:
        return self.name


class Appointment(Working):
    """Who holds an office from when to when (`until` is the first instant after it; none while it lasts)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    acting = models.BooleanField(default=False)

    class Meta:
        app_label = "archive"
        db_table = "appointment"
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="appointment_ends_after_start"
            )
        ]

    @staticmethod
    def current(at: datetime) -> Q:
        """Return the condition that an appointment is in force at the instant `at`."""
        return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at))


class Compartment(Working):
    """A part of the archive with doors of its own; rows name it by its code."""

    code = models.CharField(max_length=16, primary_key=True)
    name = models.CharField(max_length=100)
    sealed = models.BooleanField(default=False)

    class Meta:
        app_label = "archive"
        db_table = "compartment"


class Words(Content):
    """One free text of a decision, hold, search or audit entry, so that evidence rows hold none."""

    ref = models.UUIDField(primary_key=True, default=uuid.uuid4)
    text = models.TextField()
    compartment = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "words"


class AuditEntry(Evidence):
    """Who did what to which thing, when, with which outcome: written in the transaction of the act itself."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True)  #: none for a process
    process = models.CharField(max_length=32, default="")  #: the process that acted, when no person did
    offices = models.CharField(max_length=200, default="")  #: codes held at the time, comma-separated
    action = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16, default="done")
    object_kind = models.CharField(max_length=32, default="")
    object_ref = models.CharField(max_length=64, default="")
    compartment = models.CharField(max_length=16, default="public")
    count = models.IntegerField(null=True)  #: how many things, where the act was on a set
    words_ref = models.UUIDField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),
            models.Index(fields=["object_kind", "object_ref"], name="audit_of_object"),
        ]


class AuditPending(Working):
    """Entries that wait for their minute's batch in the log."""

    entry_id = models.BigIntegerField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "audit_pending"


class AuditBatch(Evidence):
    """The entries from first to last, committed to the log by one `audit.batch` event."""

    event_id = models.UUIDField(unique=True)
    count = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "audit_batch"


class AuditBatchEntry(Evidence):
    """Which entry went into which batch, at which place."""

    batch = models.ForeignKey(AuditBatch, on_delete=models.PROTECT)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT)
    place = models.IntegerField()

    class Meta:
        app_label = "archive"
        db_table = "audit_batch_entry"
