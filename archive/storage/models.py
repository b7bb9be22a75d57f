"""What lies in the evidence store, and what is about to be put there."""

import uuid

from django.db import models

from archive.tables import Working


class ObjectIntent(Working):
    """Committed before the bytes are written, so that bytes without a row are always found again and swept."""

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "object_intent"


class StoredObject(Working):
    """Bytes in the evidence store. The key is random: it says nothing of what the bytes are."""

    key = models.UUIDField(unique=True)
    store = models.CharField(max_length=32)
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    crc32 = models.BigIntegerField()
    version_id = models.CharField(max_length=255, default="")
    lock_until = models.DateTimeField(null=True)
    compartment = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    doomed_at = models.DateTimeField(null=True)  #: its content row is destroyed; the bytes go until a re-read says gone
    gone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "archive"
        db_table = "stored_object"
        indexes = [
            models.Index(
                fields=["doomed_at"], name="object_doomed", condition=models.Q(doomed_at__isnull=False, gone_at=None)
            )
        ]
