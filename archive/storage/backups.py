"""What lies at the second place, and who can open it: rows that config/continuity writes, and every room may read.

They have a file of their own beside models.py because they say nothing of the evidence store itself.
"""

from django.db import models

from archive.tables import Evidence, Working


class BackupSheet(Evidence):
    """A recovery sheet that was made: the public half of its key. The private half is on paper only."""

    number = models.IntegerField(primary_key=True)
    recipient = models.CharField(max_length=128)  #: an age recipient, to which backups are sealed
    signer = models.CharField(max_length=400)  #: the note key by which manifests of this sheet are known to be ours
    made_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "backup_sheet"
        constraints = [models.UniqueConstraint(fields=["recipient"], name="backup_sheet_recipient")]


class BackupSheetRead(Evidence):
    """Somebody typed the key from the paper, and it was the right one: the sheet can be read."""

    sheet = models.ForeignKey(BackupSheet, on_delete=models.PROTECT, related_name="read")
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "backup_sheet_read"


class BackupKind(models.TextChoices):
    """What a backup holds of the database."""

    BASE = "base"  #: the whole cluster
    INCREMENT = "increment"  #: the blocks that changed since its parent
    STORE = "store"  #: nothing: an outside database has backups of its own


class BackupState(models.TextChoices):
    """Where a backup stands."""

    RUNNING = "running"
    GOOD = "good"  #: all of it lies at the second place and was read back
    FAILED = "failed"
    PRUNED = "pruned"  #: aged out; nothing of it is left


class BackupRun(Working):
    """One backup. It is found at the second place under its name."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=BackupKind)
    state = models.CharField(max_length=16, choices=BackupState, default=BackupState.RUNNING)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="chain")
    sheet = models.ForeignKey(BackupSheet, on_delete=models.PROTECT, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    pruned_at = models.DateTimeField(null=True)
    octets = models.BigIntegerField(default=0)  #: written so far, sealed, at the second place
    objects_copied = models.BigIntegerField(default=0)
    log_size = models.BigIntegerField(default=0)  #: entries under the checkpoint that the manifest quotes
    manifest_sha256 = models.BinaryField(default=b"")
    failure = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "archive"
        db_table = "backup_run"
        indexes = [models.Index(fields=["state", "started_at"], name="backup_run_state")]


class BackupCopy(Working):
    """One evidence object at the second place, sealed to one sheet, read back."""

    key = models.UUIDField()
    sheet = models.ForeignKey(BackupSheet, on_delete=models.PROTECT, related_name="copies")
    attempt = models.CharField(max_length=16)  #: part of its name: a try that was cut short has another
    parts = models.IntegerField()
    octets = models.BigIntegerField()
    copied_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "backup_copy"
        constraints = [models.UniqueConstraint(fields=["key", "sheet"], name="backup_copy_once")]


class ProofKind(models.TextChoices):
    """How a backup was proved."""

    SCRATCH = "scratch"  #: fetched from the second place, opened by a key that lived in memory, restored, proved
    SHEET = "sheet"  #: the same by the key of a recovery sheet, objects included


class BackupProof(Evidence):
    """A backup was restored into a scratch place, and records in it were proved."""

    run = models.ForeignKey(BackupRun, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=16, choices=ProofKind)
    at = models.DateTimeField()
    records = models.IntegerField()  #: proved: inclusion and commitment
    objects_opened = models.IntegerField(default=0)  #: opened, and of the digest that the database tells
    seconds = models.FloatField()
    held = models.BooleanField()
    finding = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "archive"
        db_table = "backup_proof"
