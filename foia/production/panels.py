"""On a record's page: which requests collected it, what was decided, and under which number it left the house."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.policy import capabilities
from archive.records.models import Record
from archive.records.panels import Panel
from foia.collections.models import CollectionItem, Purpose
from foia.collections.selectors import items_of_record
from foia.production.models import ProductionItem
from foia.production.selectors import requests_of
from foia.requests.models import RecordsRequest
from foia.review.models import ReviewDecision
from foia.review.selectors import decisions_latest

SHOWN = 50
MAY = frozenset({"request.take", "request.review", "request.decide"})
MAY_PRODUCE = frozenset({"production.make", "production.release"})


@dataclass(frozen=True, slots=True)
class Use:
    """One version in one collection: for which request, what was decided, under which numbers it was produced."""

    item: CollectionItem
    request: RecordsRequest
    decision: ReviewDecision | None
    produced: tuple[ProductionItem, ...]


def requests_panel(actor: Actor, record: Record, at: datetime) -> Panel | None:
    """Return the panel for those who work on requests; nobody else learns that there is one."""
    held = capabilities(actor, at)
    if not held & MAY:
        return None
    items = list(items_of_record(record, actor=actor, at=at)[:SHOWN])
    if not items:
        return None
    requests = requests_of([item.collection for item in items if item.collection.purpose == Purpose.REQUEST])
    latest = decisions_latest(items)
    produced: dict[int, list[ProductionItem]] = {}
    for row in ProductionItem.objects.filter(item__in=items).select_related("production").order_by("bates"):
        produced.setdefault(row.item_id, []).append(row)
    uses = [
        Use(item, request, latest.get(item.pk), tuple(produced.get(item.pk, ())))
        for item in items
        if (request := requests.get(item.collection.purpose_ref)) is not None
    ]
    context = {"uses": uses, "may_produce": bool(held & MAY_PRODUCE), "may_review": "request.review" in held}
    return Panel("requests", _("Records requests"), "productions/panel.html", context) if uses else None
