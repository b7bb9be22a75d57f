"""The department's pages on the networks, and who approved them (SOP 5.19, Procedures 2.a)."""

import uuid

from django.db import models
from django.db.models import F, Q

from archive.tables import Evidence, Working


class Account(Working):
    """A page of the department on one network. Its access token is not here: it lies in the state's secrets."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    network = models.CharField(max_length=32)
    handle = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    network_id = models.CharField(max_length=200, default="")
    base_url = models.CharField(max_length=300, default="")
    compartment = models.CharField(max_length=16, default="public")
    interval_minutes = models.IntegerField(default=15)
    capture_due_at = models.DateTimeField(null=True)  #: none until the page is approved
    created_at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "account"
        constraints = [models.UniqueConstraint(fields=["network", "base_url", "handle"], name="account_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.network})"


class AccountApproval(Evidence):
    """The chief's or the designee's approval of a page that somebody else proposed."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="approval")
    requested_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    event_id = models.UUIDField(unique=True)

    class Meta:
        app_label = "archive"
        db_table = "account_approval"
        constraints = [
            models.CheckConstraint(condition=~Q(requested_by=F("approved_by")), name="account_not_self_approved")
        ]


class AccountProposal(Evidence):
    """Who proposed a page, and when."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="proposal")
    requested_by = models.ForeignKey("archive.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "archive"
        db_table = "account_proposal"
        constraints = [
            # For the foreign key by which an approval repeats who proposed (archive 0008).
            models.UniqueConstraint(fields=["account", "requested_by"], name="account_proposal_by")
        ]
