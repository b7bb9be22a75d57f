"""Every table of retention, for Django's sake; each class lives in its room."""

from retention.dispositions.models import (
    BatchItem,
    BatchStep,
    DisposalCertificate,
    DispositionBatch,
    ItemOutcome,
)
from retention.holds.models import Hold, HoldItem, HoldScope, HoldStep
from retention.schedules.models import (
    Assignment,
    ClassificationRule,
    Schedule,
    Series,
    SeriesVersion,
    ShorteningApproval,
)

__all__ = [
    "Assignment",
    "BatchItem",
    "BatchStep",
    "ClassificationRule",
    "DisposalCertificate",
    "DispositionBatch",
    "Hold",
    "HoldItem",
    "HoldScope",
    "HoldStep",
    "ItemOutcome",
    "Schedule",
    "Series",
    "SeriesVersion",
    "ShorteningApproval",
]
