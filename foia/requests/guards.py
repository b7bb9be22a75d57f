"""Why destruction leaves requested records alone: the guard that asks the requests themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from archive.destruction.guards import Refusal

_HELD = """
SELECT DISTINCT i.holding_id FROM records_request q
  JOIN request_step s ON s.request_id = q.id AND s.kind = 'held'
  JOIN hold h ON h.ref = s.about_ref AND h.ref = q.hold_ref
  JOIN hold_item i ON i.hold_id = h.id
 WHERE q.state <> 'closed' AND i.holding_kind = %(kind)s AND i.holding_id = ANY(%(ids)s)
 UNION
SELECT i.record_id FROM records_request q
  JOIN collection c ON c.purpose = 'request' AND c.purpose_ref = q.ref
  JOIN collection_item i ON i.collection_id = c.id
 WHERE q.state <> 'closed' AND %(kind)s = 'record' AND i.record_id = ANY(%(ids)s)
"""


class RequestGuard:
    """Refuses what the hold of an open request covers, and every record that an open request has collected.

    It answers for requests even where a hold was lifted by mistake or a collection closed early.
    """

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return the holdings that an open request keeps, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(_HELD, {"kind": holding_kind, "ids": list(ids)})
            kept = [row[0] for row in cursor.fetchall()]
        refusal = Refusal("request.open", _("An open records request is about this. It stays until that is closed."))
        return dict.fromkeys(kept, refusal)


GUARD = RequestGuard()
