"""Durable work: the state is in the database, a task is only a nudge (design rule 9)."""

import uuid

from django.db import models

from archive.tables import Working


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Working):
    """One piece of long work: claimed under a lease, resumable from its cursor, cancellable at each step."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=64, default="")  #: ref or id of what the work is about
    queue = models.CharField(max_length=16, default="default")
    state = models.CharField(max_length=16, choices=JobState, default=JobState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    cancel_requested = models.BooleanField(default=False)
    failure = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "job"
        indexes = [
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(state__in=["waiting", "running"]))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                name="job_one_at_a_time",
                condition=models.Q(state__in=["waiting", "running"]),
            )
        ]


class Outbox(Working):
    """A message to be sent after the commit that wrote it; sent again until it is acknowledged."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "outbox"
        indexes = [models.Index(fields=["created_at"], name="outbox_unsent", condition=models.Q(sent_at=None))]
