"""Reading holds."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from archive.destruction.holdings import Holding
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record
from retention.holds.models import Hold, HoldItem, HoldScope


def holds_in_force() -> QuerySet[Hold]:
    """Return the holds that keep something now, the newest first."""
    return Hold.objects.filter(released_at=None).select_related("placed_by").order_by("-placed_at", "-pk")


def holds_on(holding: Holding) -> QuerySet[Hold]:
    """Return the holds in force that cover a holding, by name or by a standing scope."""
    named = HoldItem.objects.filter(hold=OuterRef("pk"), holding_kind=holding.kind, holding_id=holding.id)
    covers = Q(Exists(named))
    if holding.kind == RECORD:
        record = Record.objects.filter(pk=holding.id).values_list("account_id", "kind").first()
        if record is not None:
            scopes = HoldScope.objects.filter(hold=OuterRef("pk"))
            scopes = scopes.filter(Q(account=None) | Q(account=record[0])).filter(record_kind__in=["", record[1]])
            covers |= Q(Exists(scopes))
    return holds_in_force().filter(covers)
