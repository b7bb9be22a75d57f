"""Schedules and series as adopted, and what each holding is assigned to."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})


class Schedule(Evidence):
    """One adoption of a schedule: who adopted which text of which authority, and from when on it holds."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    authority = models.CharField(max_length=300)
    application = models.CharField(max_length=64, default="")  #: number of the approved application
    effective_on = models.DateField()
    note = models.TextField(default="")
    source_sha256 = models.BinaryField()  #: digest of the rule text that was adopted
    adopted_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "retention"
        db_table = "schedule"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="schedule_once")]


class Series(Working):
    """A record series: what its code means now is its latest version."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    code = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=300)
    current = models.ForeignKey("retention.SeriesVersion", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        app_label = "retention"
        db_table = "series"

    def __str__(self) -> str:
        return self.title


class SeriesVersion(Evidence):
    """A series as one schedule states it: the item, the period and its trigger, what happens then, and the source."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="versions")
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="series_versions")
    title = models.CharField(max_length=300)
    item = models.CharField(max_length=64)  #: item number of the application
    period = models.CharField(max_length=32, default="")  #: ISO 8601, for example P5Y; empty when permanent or undated
    floor = models.CharField(max_length=32, default="")  #: never shorter than this, whatever is decided
    trigger = models.CharField(max_length=32)
    cutoff = models.CharField(max_length=32, default="")
    action = models.CharField(max_length=32)
    citation = models.CharField(max_length=500)
    mark = models.CharField(max_length=16)
    effective_on = models.DateField()

    class Meta:
        app_label = "retention"
        db_table = "series_version"
        constraints = [models.UniqueConstraint(fields=["series", "schedule"], name="series_version_once")]


class ClassificationRule(Evidence):
    """Which series a holding belongs to: of a schedule's lines in their order, the first that fits."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="classification")
    place = models.IntegerField()
    holding_kind = models.CharField(max_length=32)
    record_kind = models.CharField(max_length=16, default="")  #: empty for every kind
    state = models.CharField(max_length=16, default="")  #: live, hidden, removed, absent; empty for every state
    series = models.ForeignKey(Series, on_delete=models.PROTECT)

    class Meta:
        app_label = "retention"
        db_table = "classification_rule"
        constraints = [models.UniqueConstraint(fields=["schedule", "place"], name="classification_in_order")]


class Assignment(Working):
    """Which series a holding is in and when it is due. Without a series it waits for a person and is never destroyed.

    The dates are facts, days in the department's zone, each the latest among the holding's versions; `due_on` follows
    from them, from the version that is applied and from the one beside it. None means: nothing ends its period yet.
    """

    holding_kind = models.CharField(max_length=32)
    holding_id = models.BigIntegerField()
    holding_ref = models.UUIDField()
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True)
    applied = models.ForeignKey(SeriesVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    #: The series that it was in when a removal moved it: of the two the longer one wins (legal.md 3.4).
    beside = models.ForeignKey(SeriesVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_on = models.DateField(null=True)  #: posted, or edited last; none when the network gave no time with a zone
    captured_on = models.DateField()
    removed_on = models.DateField(null=True)
    event_on = models.DateField(null=True)  #: of whatever else the series waits for: a case closed, a person's decision
    due_on = models.DateField(null=True)

    class Meta:
        app_label = "retention"
        db_table = "assignment"
        constraints = [
            models.UniqueConstraint(fields=["holding_kind", "holding_id"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(series=None, applied=None, due_on=None) | Q(series__isnull=False, applied__isnull=False),
                name="assignment_unscheduled_is_never_due",
            ),
        ]
        indexes = [
            models.Index(fields=["series", "due_on"], name="assignment_due", condition=Q(due_on__isnull=False)),
            models.Index(fields=["captured_on"], name="assignment_unscheduled", condition=Q(series=None)),
        ]


class ShorteningApproval(Evidence):
    """A second person's approval that what is already assigned follows a shorter period from now on (legal.md 3.4)."""

    version = models.OneToOneField(SeriesVersion, on_delete=models.PROTECT, related_name="shortening")
    adopted_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    count = models.IntegerField()  #: holdings whose day came nearer
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "retention"
        db_table = "shortening_approval"
        constraints = [
            models.CheckConstraint(condition=~Q(adopted_by=F("approved_by")), name="shortening_not_self_approved")
        ]
