"""The two plain tables that the destroying function itself reads (design rule 4)."""

from django.db import models

from archive.tables import Working


class DestructionOrder(Working):
    """An approved, certified order to destroy one holding; written in the transaction that approves."""

    holding_kind = models.CharField(max_length=32)
    holding_id = models.BigIntegerField()
    batch_ref = models.UUIDField()
    certificate_ref = models.UUIDField()
    series_code = models.CharField(max_length=32)
    approved_at = models.DateTimeField()
    not_before = models.DateField()

    class Meta:
        app_label = "archive"
        db_table = "destruction_order"
        constraints = [models.UniqueConstraint(fields=["holding_kind", "holding_id"], name="destruction_order_once")]


class Blocker(Working):
    """Something that keeps a holding; written in the transaction that places it, deleted in the one that lifts it."""

    holding_kind = models.CharField(max_length=32)
    holding_id = models.BigIntegerField()
    reason_kind = models.CharField(max_length=32)  #: hold, request, collection, case
    reason_ref = models.UUIDField()

    class Meta:
        app_label = "archive"
        db_table = "blocker"
        constraints = [
            models.UniqueConstraint(fields=["holding_kind", "holding_id", "reason_ref"], name="blocker_once")
        ]
        indexes = [models.Index(fields=["reason_ref"], name="blocker_reason")]
