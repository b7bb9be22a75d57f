"""Holds: why something is kept beyond its schedule, what it covers now, and what it will cover as it is captured."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})


class HoldKind(models.TextChoices):
    """Why a hold exists (legal.md 3.2, *hold rules*)."""

    LEGAL = "legal"  #: litigation pending or anticipated
    AUDIT = "audit"
    REQUEST = "request"  #: a records request and the time in which its answer can be reviewed
    APPEAL = "appeal"
    EVIDENCE = "evidence"  #: an active case


class Hold(Working):
    """One reason to keep. Who placed and who lifted it are here; each step is a `HoldStep`."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=HoldKind)
    subject = models.BinaryField(unique=True)
    reason_ref = models.UUIDField()  #: the reason in words, as a `Words` row
    placed_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "retention"
        db_table = "hold"
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="hold_released_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(kind="legal") | Q(released_by=None) | ~Q(released_by=F("placed_by")),
                name="legal_hold_not_self_released",
            ),
        ]
        indexes = [models.Index(fields=["placed_at"], name="hold_in_force", condition=Q(released_at=None))]

    @property
    def in_force(self) -> bool:
        """Whether the hold still keeps what it covers."""
        return self.released_at is None


class HoldScope(Evidence):
    """A standing part of a hold: it takes in whatever is captured of this page and kind while the hold is in force."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="scopes")
    account = models.ForeignKey("archive.Account", on_delete=models.PROTECT, null=True)  #: none for every page
    record_kind = models.CharField(max_length=16, default="")  #: empty for every kind
    at = models.DateTimeField()

    class Meta:
        app_label = "retention"
        db_table = "hold_scope"


class HoldItem(Evidence):
    """One holding that a hold covers, from when on, and whether a standing scope took it in."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="items")
    holding_kind = models.CharField(max_length=32)
    holding_id = models.BigIntegerField()
    at = models.DateTimeField()
    standing = models.BooleanField(default=False)

    class Meta:
        app_label = "retention"
        db_table = "hold_item"
        constraints = [models.UniqueConstraint(fields=["hold", "holding_kind", "holding_id"], name="hold_item_once")]
        indexes = [models.Index(fields=["holding_kind", "holding_id"], name="hold_item_holding")]


class StepKind(models.TextChoices):
    """What was done to a hold."""

    PLACED = "placed"
    EXTENDED = "extended"
    RELEASED = "released"


class HoldStep(Evidence):
    """One act on a hold, with its event in the log."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=16, choices=StepKind)
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    count = models.IntegerField()  #: holdings that the step added or set free
    words_ref = models.UUIDField(null=True)
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "retention"
        db_table = "hold_step"
        constraints = [
            models.UniqueConstraint(fields=["hold"], condition=Q(kind="released"), name="hold_released_once"),
        ]
