"""Rows of the transparency log (ledger.md 7.1): events are evidence, what they say and their keys are content."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from archive.tables import Content, Evidence, Working

#: For tables that only the sequencer writes.
SELECT_ONLY = frozenset({"SELECT"})

LOG = 1  #: the department's log; sealed compartments will have logs of their own


class LedgerEvent(Evidence):
    """One event as the log sees it: a bare commitment of 57 bytes, and its place in the chain of its subject."""

    event_id = models.UUIDField(primary_key=True)
    log_id = models.SmallIntegerField(default=LOG)
    subject = models.BinaryField()  #: 16 random bytes that name the subject in the log and nowhere else
    n = models.IntegerField()
    leaf = models.BinaryField()  #: the entry, LJ1 of {"c":…,"v":1}
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "ledger_event"
        constraints = [
            models.UniqueConstraint(fields=["log_id", "subject", "n"], name="ledger_event_chain"),
            models.CheckConstraint(condition=Q(n__gte=0), name="ledger_event_n_from_0"),
        ]


class EventContent(Content):
    """The canonical fields (LJ1) of an event, and its key K: destroyed together, they leave the log verifying."""

    event_id = models.UUIDField(primary_key=True)
    compartment = models.CharField(max_length=16)
    schema = models.CharField(max_length=64)
    fields = models.BinaryField()
    key = models.BinaryField()  #: 32 random bytes of this event alone

    class Meta:
        app_label = "archive"
        db_table = "ledger_event_content"


class Subject(Working):
    """The head of a subject's chain, locked by writers and re-derived by fsck."""

    log_id = models.SmallIntegerField(default=LOG)
    subject = models.BinaryField()
    n = models.IntegerField()  #: events so far
    head = models.BinaryField(null=True)  #: leaf hash of the last event

    class Meta:
        app_label = "archive"
        db_table = "ledger_subject"
        constraints = [models.UniqueConstraint(fields=["log_id", "subject"], name="ledger_subject_key")]


class PendingEvent(Working):
    """The queue from the writers to the sequencer, which alone deletes from it."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT"})
    log_id = models.SmallIntegerField(default=LOG)
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "ledger_pending"


class SequencedEvent(Evidence):
    """The place that the sequencer gave to an event."""

    app_privileges: ClassVar[frozenset[str] | None] = SELECT_ONLY
    pk = models.CompositePrimaryKey("log_id", "seq")
    log_id = models.SmallIntegerField(default=LOG)
    seq = models.BigIntegerField()
    event = models.OneToOneField(LedgerEvent, on_delete=models.PROTECT, related_name="sequenced")

    class Meta:
        app_label = "archive"
        db_table = "ledger_seq"
        constraints = [models.CheckConstraint(condition=Q(seq__gte=0), name="ledger_seq_from_0")]


class Tile(Evidence):
    """A full tile of 256 hashes (C2SP tlog-tiles); partial ones live in the edge."""

    app_privileges: ClassVar[frozenset[str] | None] = SELECT_ONLY
    pk = models.CompositePrimaryKey("log_id", "level", "n")
    log_id = models.SmallIntegerField(default=LOG)
    level = models.SmallIntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        app_label = "archive"
        db_table = "ledger_tile"


class Edge(Working):
    """Size, root and partial tiles of the log: one row a log, moved on by compare-and-swap."""

    app_privileges: ClassVar[frozenset[str] | None] = SELECT_ONLY
    log_id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField()
    partials = models.JSONField(default=dict)  #: level → base64 of the hashes of its partial tile

    class Meta:
        app_label = "archive"
        db_table = "ledger_edge"


class Checkpoint(Evidence):
    """A signed note over a size and a root."""

    app_privileges: ClassVar[frozenset[str] | None] = SELECT_ONLY
    pk = models.CompositePrimaryKey("log_id", "size")
    log_id = models.SmallIntegerField(default=LOG)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "ledger_checkpoint"


class AnchorKind(models.TextChoices):
    """Who outside keeps or vouches for a checkpoint."""

    TSA = "tsa"  #: a time-stamping authority (RFC 3161)
    WITNESS = "witness"  #: a C2SP witness
    WORM = "worm"  #: a bucket in another account that cannot be overwritten
    MAIL = "mail"  #: named people, by e-mail


class Anchor(Evidence):
    """What an outsider gave for a checkpoint: a token, a cosignature line, or the receipt of a copy that it keeps."""

    log_id = models.SmallIntegerField(default=LOG)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=AnchorKind)
    name = models.CharField(max_length=200)  #: which one of its kind, as the settings call it
    at = models.DateTimeField()  #: the outsider's own time where it gives one we can read, else when we received it
    received_at = models.DateTimeField()
    read = models.BooleanField(default=True)  #: false: kept as it came, but our parser refuses it
    octets = models.BinaryField()

    class Meta:
        app_label = "archive"
        db_table = "ledger_anchor"
        constraints = [models.UniqueConstraint(fields=["log_id", "size", "kind", "name"], name="ledger_anchor_once")]


class AnchorTarget(Working):
    """How one outside anchor fares: when it last answered, and why not since."""

    kind = models.CharField(max_length=16, choices=AnchorKind)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)  #: of the last checkpoint that it holds
    anchored_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)  #: in a row
    failure = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "archive"
        db_table = "ledger_anchor_target"
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="ledger_anchor_target_once")]


class FsckRun(Working):
    """One check of everything against everything; `counts` says how much of each kind was looked at."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)  #: entries of the log when it began
    counts = models.JSONField(default=dict)
    findings = models.IntegerField(default=0)

    class Meta:
        app_label = "archive"
        db_table = "fsck_run"


class FsckFinding(Evidence):
    """Something that is not as it must be: a code, where, what was expected and what was found; never a word of it."""

    run = models.ForeignKey(FsckRun, on_delete=models.PROTECT, related_name="found")
    code = models.CharField(max_length=64)
    place = models.CharField(max_length=200)
    expected = models.CharField(max_length=300)
    found = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "fsck_finding"
        indexes = [models.Index(fields=["run", "code"], name="fsck_finding_run")]
