"""Counts without what lies in sealed compartments that are closed to the reader: for others it does not exist."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Compartment
from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record

M = TypeVar("M", bound=Model)


def sealed_codes(actor: Actor, at: datetime) -> list[str]:
    """Return the sealed compartments that are closed to the actor; mostly there is none at all."""
    sealed = Compartment.objects.filter(sealed=True).values_list("code", flat=True)
    return [code for code in sealed if code not in policy.open_compartments(actor, at)] if sealed else []


def sealed_counts(
    items: QuerySet[M], *, by: str, values: Collection[Any], actor: Actor, at: datetime
) -> dict[Any, int]:
    """Return how many of the items are hidden from the actor, by the value of `by`; the list they belong to.

    `items` has the columns `holding_kind` and `holding_id`. Without a sealed compartment nothing is read.
    """
    codes = sealed_codes(actor, at)
    if not codes or not values:
        return {}
    records = Record.objects.filter(compartment__in=codes).values("pk")
    rows = items.filter(**{f"{by}__in": values}, holding_kind=RECORD, holding_id__in=records).order_by()
    return dict(rows.values(by).annotate(n=Count("pk")).values_list(by, "n"))


def without_sealed(rows: QuerySet[M], *, actor: Actor, at: datetime) -> QuerySet[M]:
    """Return the rows about holdings without those of records in sealed compartments that are closed to the actor.

    `rows` has the columns `holding_kind` and `holding_id`. Without a sealed compartment it comes back as it is.
    """
    codes = sealed_codes(actor, at)
    if not codes:
        return rows
    return rows.exclude(holding_kind=RECORD, holding_id__in=Record.objects.filter(compartment__in=codes).values("pk"))


def sealed_among(holdings: Collection[Holding], codes: Collection[str]) -> frozenset[Holding]:
    """Return those of the holdings that are records in one of these compartments."""
    ids = [holding.id for holding in holdings if holding.kind == RECORD] if codes else []
    found = Record.objects.filter(pk__in=ids, compartment__in=codes).values_list("pk", flat=True) if ids else []
    return frozenset(Holding(RECORD, pk) for pk in found)
