"""What lies in the evidence stores, what is about to be put there, and what reading it again has shown."""

import uuid

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working


class ObjectIntent(Working):
    """Committed before the bytes are written, so that bytes without a row are always found again and swept.

    A copy that was replaced by a good one leaves such a row too: its bytes go as soon as their lock lets them.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    store = models.CharField(max_length=32, default="")  #: empty for the first one
    version_id = models.CharField(max_length=255, default="")  #: known only of a replaced copy
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "object_intent"


class StoredObject(Working):
    """Bytes of evidence: their size and digests, and where they were put first. Where they lie now is in their copies.

    The key is random: it says nothing of what the bytes are. The row is acknowledged when the first copy is durable; a
    trigger makes the row of that copy with it.
    """

    key = models.UUIDField(unique=True)
    store = models.CharField(max_length=32)
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    crc32 = models.BigIntegerField()
    version_id = models.CharField(max_length=255, default="")
    lock_until = models.DateTimeField(null=True)
    compartment = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    copied_at = models.DateTimeField(null=True)  #: when the second store had its copy
    doomed_at = models.DateTimeField(null=True)  #: its content row is destroyed; the bytes go until a re-read says gone
    gone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "stored_object"
        indexes = [
            models.Index(
                fields=["doomed_at"], name="object_doomed", condition=models.Q(doomed_at__isnull=False, gone_at=None)
            ),
            models.Index(fields=["id"], name="object_uncopied", condition=Q(copied_at=None, doomed_at=None)),
        ]


class Outcome(models.TextChoices):
    """What reading a copy again has shown."""

    UNREAD = ""
    GOOD = "good"
    DAMAGED = "damaged"  #: other bytes than were put; a repair is due
    MISSING = "missing"  #: no bytes; a repair is due
    IRREPARABLE = "irreparable"  #: damaged or missing, and so is every other copy


class StoredCopy(Working):
    """The bytes of an object in one store. A repair puts good bytes under a new key and changes this row to it."""

    object = models.ForeignKey(StoredObject, on_delete=models.CASCADE, related_name="copies")
    store = models.CharField(max_length=32)
    key = models.UUIDField(unique=True)
    version_id = models.CharField(max_length=255, default="")
    lock_until = models.DateTimeField(null=True)
    level = models.CharField(max_length=16, default="")  #: as the store itself showed it last; empty if never asked
    held = models.BooleanField(null=True, default=False)  #: whether it is flagged; none while that is not certain
    flag_due_at = models.DateTimeField(null=True)  #: since when its flag has to be compared with what blocks it
    put_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.UNREAD)

    class Meta:
        app_label = "archive"
        db_table = "stored_copy"
        constraints = [models.UniqueConstraint(fields=["object", "store"], name="stored_copy_once")]
        indexes = [
            models.Index(F("checked_at").asc(nulls_first=True), F("id"), name="copy_fixity"),
            models.Index(fields=["checked_at"], name="copy_bad", condition=~Q(outcome__in=["", "good"])),
            models.Index(fields=["flag_due_at"], name="copy_flag_due", condition=Q(flag_due_at__isnull=False)),
            models.Index(fields=["lock_until"], name="copy_lock", condition=Q(lock_until__isnull=False)),
        ]


class Finding(models.TextChoices):
    """What a fixity round found or did."""

    DAMAGED = "damaged"
    MISSING = "missing"
    REPAIRED = "repaired"
    RECOVERED = "recovered"  #: read well again, and nothing was done
    IRREPARABLE = "irreparable"  #: an alarm, until a person acknowledges it
    UNLOCKED = "unlocked"  #: the store shows a shorter lock than it had given; an alarm too


class FixityRound(Evidence):
    """One round of reading again: how much, and with what result."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    checked = models.BigIntegerField()
    bytes = models.BigIntegerField()
    damaged = models.BigIntegerField()
    missing = models.BigIntegerField()
    repaired = models.BigIntegerField()
    unanswered = models.CharField(max_length=200, default="")  #: stores that did not answer

    class Meta:
        app_label = "archive"
        db_table = "fixity_round"
        indexes = [models.Index(fields=["ended_at"], name="fixity_round_ended")]


class FixityFinding(Evidence):
    """One finding about one copy. It names the random key and no digest, so it outlives what it is about."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    object_key = models.UUIDField()
    copy_key = models.UUIDField()
    store = models.CharField(max_length=32)
    code = models.CharField(max_length=16, choices=Finding)
    repaired_from = models.CharField(max_length=32, default="")  #: the store whose copy was good

    class Meta:
        app_label = "archive"
        db_table = "fixity_finding"
        indexes = [
            models.Index(fields=["at"], name="fixity_finding_at"),
            models.Index(fields=["at"], name="fixity_alarm", condition=Q(code__in=["irreparable", "unlocked"])),
        ]


class FixityAcknowledgement(Evidence):
    """A person has seen an alarm and says why it is closed."""

    finding = models.OneToOneField(FixityFinding, on_delete=models.PROTECT, related_name="acknowledgement")
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words_ref = models.UUIDField()

    class Meta:
        app_label = "archive"
        db_table = "fixity_acknowledgement"
