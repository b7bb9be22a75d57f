"""Reading dispositions: batches with their counts, and what became of each item."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet

from archive.destruction.holdings import Description, Holding, holding_kind
from retention.dispositions.models import OPEN_STATES, BatchItem, DispositionBatch, ItemOutcome, Outcome


@dataclass(frozen=True, slots=True)
class Volume:
    """What a disposal certificate asks about a list: how many items and how many bytes."""

    items: int
    bytes: int


def batches() -> QuerySet[DispositionBatch]:
    """Return every batch with who stands behind it and what became of its items, the newest first."""
    return (
        DispositionBatch.objects.select_related(
            "series", "proposed_by", "endorsed_by", "approved_by", "executed_by", "certificate"
        )
        .annotate(
            destroyed=Count("outcomes", filter=Q(outcomes__outcome=Outcome.DESTROYED)),
            dropped=Count("outcomes", filter=Q(outcomes__outcome=Outcome.DROPPED)),
        )
        .order_by("-proposed_at", "-pk")
    )


def open_batches() -> QuerySet[DispositionBatch]:
    """Return the batches that wait for a person or a day."""
    return DispositionBatch.objects.filter(state__in=OPEN_STATES).select_related("series").order_by("-proposed_at")


def items_of(batch: DispositionBatch) -> QuerySet[BatchItem]:
    """Return the frozen list in its order, each item with its outcome if there is one."""
    return BatchItem.objects.filter(batch=batch).select_related("outcome").order_by("holding_kind", "holding_id")


def dropped_of(batch: DispositionBatch) -> QuerySet[ItemOutcome]:
    """Return what was dropped at execution, with the reasons."""
    rows = ItemOutcome.objects.filter(batch=batch, outcome=Outcome.DROPPED)
    return rows.select_related("item").order_by("pk")


def describe(items: list[BatchItem]) -> Mapping[Holding, Description]:
    """Return the descriptions of one page of items."""
    found: dict[Holding, Description] = {}
    for kind in {item.holding_kind for item in items}:
        ids = [item.holding_id for item in items if item.holding_kind == kind]
        found |= {Holding(kind, one): text for one, text in holding_kind(kind).describe(ids).items()}
    return found


def volume_of(batch: DispositionBatch) -> Volume:
    """Return items and bytes (slices and media) of the records of a list, for the certificate's form."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(octet_length(s.raw)), 0)"
            " + coalesce((SELECT sum(o.size) FROM disposition_item i JOIN media m ON m.record_id = i.holding_id"
            "   JOIN stored_object o ON o.id = m.stored_id WHERE i.batch_id = %s AND i.holding_kind = 'record'), 0)"
            " FROM disposition_item i JOIN exchange_slice s ON s.record_id = i.holding_id"
            " WHERE i.batch_id = %s AND i.holding_kind = 'record'",
            [batch.pk, batch.pk],
        )
        return Volume(batch.count, int(cursor.fetchone()[0]))
