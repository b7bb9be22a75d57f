"""Runs and what they saw: envelopes are evidence, bytes are content."""

import uuid

from django.db import models

from archive.tables import Content, Evidence, Working


class CaptureRun(Evidence):
    """One reading of an account, or one import into it."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT)
    kind = models.CharField(max_length=16)  #: capture, import
    subject = models.BinaryField(unique=True)
    started_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "capture_run"
        indexes = [models.Index(fields=["account", "-started_at"], name="capture_run_newest")]


class RunClosed(Evidence):
    """How a run ended: the coverage statement says what was read, what was not, and why."""

    run = models.OneToOneField(CaptureRun, on_delete=models.PROTECT, related_name="closed")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16)  #: covered, partial, failed
    coverage = models.JSONField()  #: counts and codes, no words
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "capture_run_closed"


class Exchange(Evidence):
    """The envelope of one request and response, or of one stretch of an imported file."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(CaptureRun, on_delete=models.PROTECT, related_name="exchanges")
    n = models.IntegerField()
    purpose = models.CharField(max_length=16)
    status = models.SmallIntegerField(null=True)  #: none for a file, or when no answer came
    outcome = models.CharField(max_length=32)  #: ok, or the code of what was wrong
    received_at = models.DateTimeField()
    size = models.BigIntegerField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "exchange"
        constraints = [models.UniqueConstraint(fields=["run", "n"], name="exchange_once")]


class Frame(Content):
    """What of an exchange is not in its slices: request, headers, and the body with declared holes."""

    exchange = models.OneToOneField(Exchange, on_delete=models.PROTECT, related_name="frame")
    about = models.ForeignKey("archive.Record", on_delete=models.PROTECT, null=True)  #: destroyed with it
    head = models.BinaryField()  #: LJ1 of method, url, headers; credentials masked at equal length
    body = models.BinaryField()  #: the body without its holes
    holes = models.JSONField()  #: [start, stop, "slice"|"unchanged"|"quarantined"|"disposed"] in body order
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "exchange_frame"


class Slice(Content):
    """The exact bytes of one item of an exchange, credentials masked at equal length."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="slices")
    record = models.ForeignKey("archive.Record", on_delete=models.PROTECT)
    version = models.OneToOneField("archive.Version", on_delete=models.PROTECT, null=True, related_name="slice")
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    raw = models.BinaryField()
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "exchange_slice"


class ObservationKind(models.TextChoices):
    """What was seen to happen to a record."""

    EDITED = "edited"
    HIDDEN = "hidden"
    SHOWN = "shown"
    REMOVED = "removed"
    ABSENT = "absent"
    RETURNED = "returned"


class Who(models.TextChoices):
    """Who did it, as far as is known."""

    US = "us"
    AUTHOR = "author"
    NETWORK = "network"
    UNKNOWN = "unknown"


class Observation(Evidence):
    """A change of state, with the exchange that shows it and the ground on which it is claimed (design rule 2)."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey("archive.Record", on_delete=models.PROTECT, related_name="observations")
    kind = models.CharField(max_length=16, choices=ObservationKind)
    who = models.CharField(max_length=16, choices=Who, default=Who.UNKNOWN)
    basis = models.CharField(max_length=32)  #: status-404, status-410, tombstone, listing-reconciled, field, version
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT)
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "observation"
        indexes = [models.Index(fields=["record", "at"], name="observation_history")]


class Attribution(Evidence):
    """A person's finding of who removed a record, and why; the last one counts."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="attributions")
    who = models.CharField(max_length=16, choices=Who)
    words_ref = models.UUIDField(null=True)
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT)
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "attribution"


class Unexplained(Working):
    """A removal that waits for a person to say who did it."""

    observation = models.OneToOneField(Observation, on_delete=models.PROTECT, primary_key=True)
    record_id = models.BigIntegerField()
    since = models.DateTimeField()
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "unexplained_removal"


class Quarantine(Content):
    """What could not be parsed, with its bytes and a coded reason; shown to the clerk, never dropped."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(CaptureRun, on_delete=models.PROTECT, related_name="quarantined")
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT)
    code = models.CharField(max_length=32)
    detail = models.CharField(max_length=300)
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    row = models.BigIntegerField(null=True)  #: line of an imported table, from 1
    raw = models.BinaryField(null=True)  #: up to 64 KiB here; larger ones in the store
    stored = models.ForeignKey("archive.StoredObject", on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    compartment = models.CharField(max_length=16)

    class Meta:
        app_label = "archive"
        db_table = "quarantine"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(raw__isnull=False) | models.Q(stored__isnull=False), name="quarantine_keeps_bytes"
            )
        ]


class Cursor(Working):
    """How far a stream of an account has been read."""

    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT)
    stream = models.CharField(max_length=32)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "cursor"
        constraints = [models.UniqueConstraint(fields=["account", "stream"], name="cursor_once")]
