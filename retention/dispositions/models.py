"""Dispositions: a frozen list of holdings that are due, and every step from the proposal to the last backup."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})


class BatchState(models.TextChoices):
    """Where a batch stands; `MOVES` says from where to where it goes."""

    PROPOSED = "proposed"
    ENDORSED = "endorsed"  #: one person stands behind the list
    APPROVED = "approved"  #: a second person approved it
    FILED = "filed"  #: the disposal certificate went out
    CERTIFIED = "certified"  #: it came back approved; the orders are written
    EXECUTING = "executing"
    EXECUTED = "executed"
    FINALISED = "finalised"  #: the last backup that held any of it has aged out
    WITHDRAWN = "withdrawn"
    DENIED = "denied"  #: the certificate came back without approval


MOVES: dict[BatchState, frozenset[BatchState]] = {
    BatchState.PROPOSED: frozenset({BatchState.ENDORSED, BatchState.WITHDRAWN}),
    BatchState.ENDORSED: frozenset({BatchState.APPROVED, BatchState.WITHDRAWN}),
    BatchState.APPROVED: frozenset({BatchState.FILED, BatchState.WITHDRAWN}),
    BatchState.FILED: frozenset({BatchState.CERTIFIED, BatchState.DENIED, BatchState.WITHDRAWN}),
    BatchState.CERTIFIED: frozenset({BatchState.EXECUTING, BatchState.WITHDRAWN}),
    BatchState.EXECUTING: frozenset({BatchState.EXECUTED}),
    BatchState.EXECUTED: frozenset({BatchState.FINALISED}),
    BatchState.FINALISED: frozenset(),
    BatchState.WITHDRAWN: frozenset(),
    BatchState.DENIED: frozenset(),
}

OPEN_STATES = (
    BatchState.PROPOSED,
    BatchState.ENDORSED,
    BatchState.APPROVED,
    BatchState.FILED,
    BatchState.CERTIFIED,
    BatchState.EXECUTING,
)
"""While a batch is in one of these, no other may name its holdings."""


class DispositionBatch(Working):
    """Holdings of one series that were due on one day; the list is frozen, and its digest is what people approve."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey("retention.Series", on_delete=models.PROTECT)
    subject = models.BinaryField(unique=True)
    state = models.CharField(max_length=16, choices=BatchState, default=BatchState.PROPOSED)
    #: `public` for what is not sealed; a sealed compartment has lists of its own, which do not exist for others
    compartment = models.CharField(max_length=16, default="public")
    as_of = models.DateField()
    count = models.IntegerField()
    digest = models.BinaryField()  #: SHA-256 over the refs of the list, sorted, 16 bytes each
    first_on = models.DateField(null=True)  #: inclusive dates of what the list holds
    last_on = models.DateField(null=True)
    proposed_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    proposed_at = models.DateTimeField()
    endorsed_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    approved_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    executed_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    executed_at = models.DateTimeField(null=True)
    finalises_on = models.DateField(null=True)

    class Meta:
        app_label = "retention"
        db_table = "disposition_batch"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | (Q(endorsed_by__isnull=False) & ~Q(approved_by=F("endorsed_by"))),
                name="disposition_not_self_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="disposition_not_by_its_proposer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "endorsed", "withdrawn"]) | Q(approved_by__isnull=False),
                name="disposition_approved_first",
            ),
        ]
        indexes = [models.Index(fields=["state", "-proposed_at"], name="disposition_by_state")]


class BatchItem(Evidence):
    """One holding of a frozen list, as it was due when the list was made."""

    batch = models.ForeignKey(DispositionBatch, on_delete=models.PROTECT, related_name="items", db_index=False)
    holding_kind = models.CharField(max_length=32)
    holding_id = models.BigIntegerField()
    holding_ref = models.UUIDField()
    due_on = models.DateField()

    class Meta:
        app_label = "retention"
        db_table = "disposition_item"
        constraints = [
            models.UniqueConstraint(fields=["batch", "holding_kind", "holding_id"], name="disposition_item_once")
        ]
        indexes = [models.Index(fields=["holding_kind", "holding_id"], name="disposition_item_holding")]


class Outcome(models.TextChoices):
    """What became of an item when its batch was executed."""

    DESTROYED = "destroyed"
    DROPPED = "dropped"


class ItemOutcome(Evidence):
    """What became of one item, and why, when it was dropped."""

    item = models.OneToOneField(BatchItem, on_delete=models.PROTECT, related_name="outcome")
    batch = models.ForeignKey(DispositionBatch, on_delete=models.PROTECT, related_name="outcomes")
    outcome = models.CharField(max_length=16, choices=Outcome)
    code = models.CharField(max_length=64, default="")
    sentence = models.CharField(max_length=500, default="")  #: our own words, quoting nobody
    at = models.DateTimeField()

    class Meta:
        app_label = "retention"
        db_table = "disposition_outcome"
        indexes = [models.Index(fields=["batch", "outcome"], name="disposition_outcome_by_kind")]


class DisposalCertificate(Working):
    """The disposal certificate of a batch: filed with the outside authority, and returned by it (legal.md 3.2)."""

    app_privileges: ClassVar[frozenset[str] | None] = NO_DELETE
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    batch = models.OneToOneField(DispositionBatch, on_delete=models.PROTECT, related_name="certificate")
    filed_on = models.DateField()
    disposal_on = models.DateField()  #: proposed disposal date, "on or after"
    number = models.CharField(max_length=64, default="")
    approved_on = models.DateField(null=True)
    eligible_on = models.DateField(null=True)  #: the first day on which the list may be destroyed
    scan_sha256 = models.BinaryField(null=True)  #: digest of the scan of the returned certificate

    class Meta:
        app_label = "retention"
        db_table = "disposal_certificate"
        constraints = [
            models.CheckConstraint(
                condition=Q(number="", approved_on=None, eligible_on=None)
                | (~Q(number="") & Q(approved_on__isnull=False, eligible_on__isnull=False)),
                name="certificate_returned_whole",
            ),
            models.CheckConstraint(
                condition=Q(eligible_on=None)
                | (Q(eligible_on__gte=F("approved_on")) & Q(eligible_on__gte=F("disposal_on"))),
                name="certificate_eligible_after",
            ),
        ]


class StepKind(models.TextChoices):
    """What was done to a batch."""

    PROPOSED = "proposed"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    FILED = "certificate-filed"
    RETURNED = "certificate-returned"
    DENIED = "certificate-denied"
    STARTED = "execution-started"
    EXECUTED = "executed"
    FINALISED = "finalised"
    WITHDRAWN = "withdrawn"


class BatchStep(Evidence):
    """One step of a batch: who, when, about which list, under which certificate."""

    batch = models.ForeignKey(DispositionBatch, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=24, choices=StepKind)
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+", null=True)
    process = models.CharField(max_length=32, default="")
    at = models.DateTimeField()
    digest = models.BinaryField()  #: of the list, as the person saw it
    day = models.DateField(null=True)  #: filed on, or approved on
    number = models.CharField(max_length=64, default="")
    count = models.IntegerField(null=True)  #: destroyed, where the step counts
    dropped = models.IntegerField(null=True)
    words_ref = models.UUIDField(null=True)
    event_id = models.UUIDField(null=True, unique=True)

    class Meta:
        app_label = "retention"
        db_table = "disposition_step"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "kind"], condition=~Q(kind="execution-started"), name="disposition_step_once"
            )
        ]
