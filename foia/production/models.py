"""Productions: a numbered, sealed answer drawn from one collection, and the links by which it is handed over."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working


class ProductionState(models.TextChoices):
    """How far a production is."""

    NUMBERED = "numbered"  #: items, decisions and Bates numbers are fixed
    SEALED = "sealed"  #: the payload is committed to the log; waits for a checkpoint
    BUNDLED = "bundled"  #: the bundle lies in the evidence store
    REFUSED = "refused"  #: the leak scan found something; its numbers stay used


class Production(Working):
    """One production of one collection. What it shows is fixed by its items; building it twice gives the same bytes."""

    app_privileges: ClassVar[frozenset[str] | None] = frozenset({"INSERT", "SELECT", "UPDATE"})
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey("foia.Collection", on_delete=models.PROTECT, related_name="productions")
    approval = models.ForeignKey("foia.Approval", on_delete=models.PROTECT, related_name="+")
    letter_ref = models.UUIDField(null=True)
    name = models.CharField(max_length=64, unique=True)  #: the folder in the zip
    prefix = models.CharField(max_length=24)
    width = models.SmallIntegerField(default=6)
    first = models.BigIntegerField()
    items_count = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=ProductionState, default=ProductionState.NUMBERED)
    program = models.CharField(max_length=32)  #: the version of Daybook that draws it
    subject = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "foia"
        db_table = "production"
        constraints = [models.UniqueConstraint(fields=["prefix", "first"], name="production_block")]

    def __str__(self) -> str:
        return self.name


class ProductionItem(Evidence):
    """Which version, by which decision, under which number, with how much of its history."""

    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey("foia.CollectionItem", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("foia.ReviewDecision", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    bates = models.CharField(max_length=48, unique=True)
    last_n = models.IntegerField()  #: the record's last event that belongs to this production

    class Meta:
        app_label = "foia"
        db_table = "production_item"
        constraints = [
            models.UniqueConstraint(fields=["production", "item"], name="production_item_once"),
            models.UniqueConstraint(fields=["production", "number"], name="production_item_number"),
        ]


class LeakScan(Evidence):
    """One search of a finished payload for everything it must not show. Findings name files, never what was found."""

    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="scans")
    at = models.DateTimeField()
    manifest_sha256 = models.BinaryField()
    searched = models.BigIntegerField()  #: hidden strings
    files = models.BigIntegerField()
    octets = models.BigIntegerField()
    findings = models.JSONField(default=list)  #: [{"file": …, "form": …, "bates": …, "path": …}], at most 100
    passed = models.BooleanField()

    class Meta:
        app_label = "foia"
        db_table = "leak_scan"
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True, findings=[]) | (Q(passed=False) & ~Q(findings=[])), name="leak_scan_verdict"
            )
        ]


class ProductionSealed(Evidence):
    """The seal: the log holds the digest of the payload manifest. There is none without a scan that passed."""

    production = models.OneToOneField(Production, on_delete=models.PROTECT, related_name="sealed")
    scan = models.OneToOneField(LeakScan, on_delete=models.PROTECT, related_name="+")
    manifest_sha256 = models.BinaryField()
    records = models.BigIntegerField()
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "production_sealed"


class Bundle(Evidence):
    """The finished zip in the evidence store, and the checkpoint that its proofs stand under."""

    production = models.OneToOneField(Production, on_delete=models.PROTECT, related_name="bundle")
    checkpoint_size = models.BigIntegerField()
    anchors = models.JSONField(default=list)  #: ids of the outside anchors in it; what came later is no part of it
    stored = models.OneToOneField("archive.StoredObject", on_delete=models.PROTECT, related_name="+")
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        app_label = "foia"
        db_table = "bundle"


class Release(Evidence):
    """A link by which a bundle may be fetched. Only the digest of its secret is kept."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="releases")
    token_sha256 = models.BinaryField(unique=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "release"
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="release_expires_later")]


class ReleaseRevoked(Evidence):
    """The end of a link before its time."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="revoked")
    at = models.DateTimeField()
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    words_ref = models.UUIDField(null=True)

    class Meta:
        app_label = "foia"
        db_table = "release_revoked"


class ReleaseDownload(Evidence):
    """One fetch of a bundle by its link. Nothing of the one who fetched is kept."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="downloads")
    at = models.DateTimeField()

    class Meta:
        app_label = "foia"
        db_table = "release_download"
