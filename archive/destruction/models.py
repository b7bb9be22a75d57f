"""The two plain tables that the destroying function itself reads (design rule 4), and what was done to files after."""

from django.db import models

from archive.tables import Evidence, Working


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


class TableRewrite(Evidence):
    """The tables were written anew, so that the files of the database no longer hold the rows that were deleted."""

    began_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField()
    tables = models.IntegerField()  #: that were written anew
    left = models.JSONField(default=list)  #: names of tables that somebody used all the time, or still saw old rows of
    bytes_before = models.BigIntegerField()
    bytes_after = models.BigIntegerField()
    log_closed = models.BooleanField()  #: the write-ahead log of before was deleted too

    class Meta:
        app_label = "archive"
        db_table = "table_rewrite"
