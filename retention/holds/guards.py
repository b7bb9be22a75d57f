"""Why destruction leaves held things alone. The blockers say the same in the destroying function: two answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from archive.destruction.guards import Refusal
from archive.destruction.record_holding import KIND as RECORD
from retention.holds.models import HoldScope


class HoldGuard:
    """Refuses what a hold in force names, and every record that a standing scope of one covers."""

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return the held ones, in three queries at most."""
        held = _named(holding_kind, ids)
        if holding_kind == RECORD and HoldScope.objects.filter(hold__released_at=None).exists():
            held |= _in_standing_scope(ids)
        return dict.fromkeys(held, Refusal("hold.in_force", _("A hold keeps this. It stays until the hold is lifted.")))


def _named(holding_kind: str, ids: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT i.holding_id FROM hold_item i JOIN hold h ON h.id = i.hold_id AND h.released_at IS NULL"
            " WHERE i.holding_kind = %s AND i.holding_id = ANY(%s)",
            [holding_kind, list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _in_standing_scope(ids: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.id FROM hold h JOIN hold_scope s ON s.hold_id = h.id JOIN record r ON r.id = ANY(%s)"
            " AND (s.account_id IS NULL OR s.account_id = r.account_id)"
            " AND (s.record_kind = '' OR s.record_kind = r.kind)"
            " WHERE h.released_at IS NULL",
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


GUARD = HoldGuard()
