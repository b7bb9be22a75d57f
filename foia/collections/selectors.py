"""Reading collections, no further than the reader may see."""

from datetime import datetime

from django.db.models import QuerySet

from archive.access.actor import Actor
from archive.access.policy import closed_counts, visible
from archive.records.models import Record
from foia.collections.models import Collection, CollectionItem


def collection_items(collection: Collection, *, actor: Actor, at: datetime) -> QuerySet[CollectionItem]:
    """Return the items that the actor may see, in their order."""
    rows = CollectionItem.objects.filter(collection=collection).select_related("version", "record")
    return visible(actor, rows, at).order_by("n")


def items_of_record(record: Record, *, actor: Actor, at: datetime) -> QuerySet[CollectionItem]:
    """Return where the versions of a record were collected, as far as the actor may see, the latest first."""
    rows = CollectionItem.objects.filter(record=record).select_related("version", "collection")
    return visible(actor, rows, at).order_by("-collection__frozen_at", "n")


def collection_closed_counts(collection: Collection, *, actor: Actor, at: datetime) -> dict[str, int]:
    """Return how many items lie in compartments that are closed to the actor, by code; sealed ones are never named."""
    return closed_counts(actor, CollectionItem.objects.filter(collection=collection), at)
