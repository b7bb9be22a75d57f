"""Every table of this app, for Django's sake; each class lives in its room."""

from foia.collections.models import Collection, CollectionClosed, CollectionItem, Counter
from foia.portal.models import InboxMessage, PublishedBundle
from foia.production.models import (
    Bundle,
    LeakScan,
    Production,
    ProductionItem,
    ProductionSealed,
    Release,
    ReleaseDownload,
    ReleaseRevoked,
)
from foia.requests.models import ClockEvent, Letter, RecordsRequest, RequestStep, ReviewOffice, TeamMember
from foia.review.models import Approval, ApprovedDecision, Redaction, ReviewDecision

__all__ = [
    "Approval",
    "ApprovedDecision",
    "Bundle",
    "ClockEvent",
    "Collection",
    "CollectionClosed",
    "CollectionItem",
    "Counter",
    "InboxMessage",
    "LeakScan",
    "Letter",
    "Production",
    "ProductionItem",
    "ProductionSealed",
    "PublishedBundle",
    "RecordsRequest",
    "Redaction",
    "Release",
    "ReleaseDownload",
    "ReleaseRevoked",
    "RequestStep",
    "ReviewDecision",
    "ReviewOffice",
    "TeamMember",
]
