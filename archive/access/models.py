"""Who works here, in which office on which date, and what they did."""

import uuid
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from archive.tables import Content, Evidence, TableClass, Working

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})


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
    """An office of the department: authority belongs to it, not to the person.

    The department keeps its own list. `authority` is the office of `capabilities.toml` whose authority this one has;
    empty for one that stands there itself. An office that is retired stays, for what was done in it.
    """

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=100)
    authority = models.CharField(max_length=32, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "office"

    def __str__(self) -> str:
        return self.name


class Absence(Working):
    """A time in which a person cannot act: where they hold an office alone, its deputies act."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    since = models.DateTimeField()
    until = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "archive"
        db_table = "absence"
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="absence_ends_after_start")]


class Appointment(Working):
    """Who holds an office from when to when (`until` is the first instant after it; none while it lasts).

    An acting holder has the office while it is vacant or its holder is away. A deputy has its authority only at
    instants at which no holder is there. It is ended, never stretched or rewritten (a trigger): what somebody could do
    on a past day stays known.
    """

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    acting = models.BooleanField(default=False)
    deputy = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  #: none at the founding
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        app_label = "archive"
        db_table = "appointment"
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(acting=True, deputy=True), name="appointment_acting_or_deputy"),
            models.CheckConstraint(
                condition=Q(made_by=None) | ~Q(made_by=F("user")), name="appointment_not_of_oneself"
            ),
        ]

    @staticmethod
    def current(at: datetime) -> Q:
        """Return the condition that an appointment runs at the instant `at`."""
        return Q(since__lte=at) & (Q(until=None) | Q(until__gt=at))

    @staticmethod
    def in_force(at: datetime) -> Q:
        """Return the condition that an appointment gives its office's authority at `at`: a deputy's only in need."""
        away = Absence.objects.filter(user=OuterRef("user"), since__lte=at, until__gt=at)
        there = Appointment.objects.filter(
            Appointment.current(at), ~Exists(away), office=OuterRef("office"), deputy=False, user__is_active=True
        )
        return Appointment.current(at) & (Q(deputy=False) | ~Q(Exists(there)))


class Designation(Working):
    """One authority of an office, given by its holder to another person for a limited time (SOP 5.19 2.a, 4.b)."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="designations")
    capability = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        app_label = "archive"
        db_table = "designation"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="designation_ends_after_start"),
            models.CheckConstraint(condition=~Q(made_by=F("user")), name="designation_not_of_oneself"),
        ]


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
    source = models.CharField(max_length=64, default="")  #: where from: the network address of a person's device

    class Meta:
        app_label = "archive"
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),
            models.Index(fields=["actor", "-at"], name="audit_of_person"),
            models.Index(fields=["action", "-at"], name="audit_of_action"),
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
