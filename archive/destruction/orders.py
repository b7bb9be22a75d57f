"""Orders to destroy: written by whoever records the approved certificate, taken back when something stays after all."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from archive.destruction.models import DestructionOrder


@dataclass(frozen=True, slots=True)
class Order:
    """What all orders of one batch share. They are in force from the day `not_before` on."""

    batch_ref: uuid.UUID
    certificate_ref: uuid.UUID
    series_code: str
    approved_at: datetime
    not_before: date


def orders_write(order: Order, *, holding_kind: str, ids: Sequence[int]) -> int:
    """Order the destruction of holdings, in the transaction that records the returned certificate; return how many.

    Raises IntegrityError when another order names one of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO destruction_order (holding_kind, holding_id, batch_ref, certificate_ref, series_code,"
            " approved_at, not_before) SELECT %s, id, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS id ORDER BY id",
            [
                holding_kind,
                order.batch_ref,
                order.certificate_ref,
                order.series_code,
                order.approved_at,
                order.not_before,
                list(ids),
            ],
        )
        return int(cursor.rowcount)


def orders_take_back(*, batch_ref: uuid.UUID, holding_kind: str = "", ids: Sequence[int] | None = None) -> int:
    """Take back the orders of a batch, or those of some of its holdings; return how many."""
    orders = DestructionOrder.objects.filter(batch_ref=batch_ref)
    if ids is not None:
        orders = orders.filter(holding_kind=holding_kind, holding_id__in=ids)
    return orders.delete()[0]
