"""What a reviewer decided about each frozen version, and what the one who answers for the department confirmed."""

import uuid

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence
from foia.review.redaction import Decision


class ReviewDecision(Evidence):
    """One reviewer's decision on one item; the latest counts. Reasons are codes, the factual basis a `Words` row."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey("foia.CollectionItem", on_delete=models.PROTECT, related_name="decisions")
    n = models.IntegerField()  #: its place in the item's chain in the log, from 0
    decision = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Decision])
    codes = models.JSONField(default=list)  #: exemption codes
    basis_ref = models.UUIDField(null=True)
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "review_decision"
        constraints = [
            models.UniqueConstraint(fields=["item", "n"], name="review_decision_once"),
            models.UniqueConstraint(fields=["id", "by"], name="review_decision_by"),  # for the approval's foreign key
            models.CheckConstraint(
                condition=Q(decision="disclose", codes=[], basis_ref=None)
                | (~Q(decision="disclose") & ~Q(codes=[]) & Q(basis_ref__isnull=False)),
                name="review_decision_has_its_reason",
            ),
        ]


class Redaction(Evidence):
    """One hidden part: a run of segments of a text, or a field with all below it. Offsets count code points.

    The reviewer asked for `asked_start` to `asked_stop` and was shown `shown_start` to `shown_stop`, which is what is
    hidden: whole segments. A field has none of the six.
    """

    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="redactions")
    place = models.IntegerField()
    path = models.CharField(max_length=200)
    code = models.CharField(max_length=32)
    asked_start = models.IntegerField(null=True)
    asked_stop = models.IntegerField(null=True)
    first = models.IntegerField(null=True)  #: first hidden segment
    stop = models.IntegerField(null=True)  #: first segment after it that is not hidden
    shown_start = models.IntegerField(null=True)
    shown_stop = models.IntegerField(null=True)

    class Meta:
        app_label = "foia"
        db_table = "redaction"
        constraints = [
            models.UniqueConstraint(fields=["decision", "place"], name="redaction_once"),
            models.CheckConstraint(
                condition=Q(asked_start=None, asked_stop=None, first=None, stop=None, shown_start=None, shown_stop=None)
                | Q(
                    asked_start__gte=F("shown_start"),
                    asked_stop__gt=F("asked_start"),
                    asked_stop__lte=F("shown_stop"),
                    first__gte=0,
                    stop__gt=F("first"),
                    shown_start__gte=0,
                ),
                name="redaction_grows_outward",
            ),
        ]


class Approval(Evidence):
    """The confirmation of all decisions on a collection by a person who made none of them."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey("foia.Collection", on_delete=models.PROTECT, related_name="approvals")
    decisions = models.BigIntegerField()
    decisions_sha256 = models.BinaryField()  #: over the refs of the decisions in the order of the items
    by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "foia"
        db_table = "review_approval"
        constraints = [models.UniqueConstraint(fields=["id", "by"], name="review_approval_by")]


class ApprovedDecision(Evidence):
    """A confirmed decision; the database holds both names against each other (SOP 5.19; design rule 6).

    Composite foreign keys in the migration tie `reviewed_by` and `approved_by` to the rows they claim to repeat.
    """

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="lines")
    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="approvals")
    reviewed_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "foia"
        db_table = "review_approved_decision"
        constraints = [
            models.UniqueConstraint(fields=["approval", "decision"], name="approved_decision_once"),
            models.CheckConstraint(condition=~Q(reviewed_by=F("approved_by")), name="review_not_self_approved"),
        ]
