"""What is looked at afterwards: openings in an emergency, the audit week by week, things that changed hands."""

import uuid

from django.db import models
from django.db.models import F, Q

from archive.access.models import Compartment, User
from archive.tables import Evidence


class BrokenGlass(Evidence):
    """A person opened a compartment that is closed to them, for a reason, for hours. Others look at it afterwards."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    compartment = models.ForeignKey(Compartment, on_delete=models.PROTECT, db_column="compartment")
    words_ref = models.UUIDField()  #: the reason
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "broken_glass"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="broken_glass_ends_after_start"),
            models.UniqueConstraint(fields=["id", "user"], name="broken_glass_by"),  # for the review's foreign key
        ]
        indexes = [models.Index(fields=["user", "-until"], name="broken_glass_open")]


class BrokenGlassClosed(Evidence):
    """The end of an opening before its time."""

    opening = models.OneToOneField(BrokenGlass, on_delete=models.PROTECT, related_name="closed")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "broken_glass_closed"


class BrokenGlassReview(Evidence):
    """What another person found who looked at an opening and at what was read in it.

    A composite foreign key in the migration ties `opened_by` to the opening that it repeats.
    """

    opening = models.OneToOneField(BrokenGlass, on_delete=models.PROTECT, related_name="review")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    justified = models.BooleanField()
    words_ref = models.UUIDField()

    class Meta:
        app_label = "archive"
        db_table = "broken_glass_review"
        constraints = [
            models.CheckConstraint(condition=~Q(opened_by=F("reviewed_by")), name="broken_glass_not_self_reviewed")
        ]


class AuditWeek(Evidence):
    """A week of the audit that waits to be reviewed, or was: what happened in it, counted when the week was over."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    since = models.DateTimeField(unique=True)
    until = models.DateTimeField()
    opened_at = models.DateTimeField()
    counts = models.JSONField(default=dict)  #: entries by kind of matter, see archive/access/auditing/matters.py

    class Meta:
        app_label = "archive"
        db_table = "audit_week"
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="audit_week_ends_after_start")]


class AuditWeekSigned(Evidence):
    """The signature of the person who reviewed a week, with what they found."""

    week = models.OneToOneField(AuditWeek, on_delete=models.PROTECT, related_name="signed")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words_ref = models.UUIDField()

    class Meta:
        app_label = "archive"
        db_table = "audit_week_signed"


class Handover(Evidence):
    """A thing whose keeper changed, when somebody left. Who made it stays in the thing itself; the last row counts."""

    kind = models.CharField(max_length=32)  #: of the duty, see archive/access/duties.py
    thing = models.UUIDField()
    keeper_before = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "handover"
        constraints = [
            models.CheckConstraint(condition=~Q(keeper_before=F("keeper")), name="handover_to_another"),
        ]
        indexes = [
            models.Index(fields=["kind", "thing", "-id"], name="handover_of_thing"),
            models.Index(fields=["keeper", "kind"], name="handover_of_keeper"),
        ]
