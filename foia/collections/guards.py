"""Why destruction leaves collected records alone: the guard that asks the collections themselves.

The blockers say the same in the destroying function; two independent answers, because one of them may be wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from archive.destruction.guards import Refusal


class CollectionGuard:
    """Refuses every record that lies in a collection which is not closed."""

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return the records of open collections, in one query."""
        if holding_kind != "record":
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT i.record_id FROM collection_item i WHERE i.record_id = ANY(%s) AND NOT EXISTS"
                " (SELECT 1 FROM collection_closed c WHERE c.collection_id = i.collection_id)",
                [list(ids)],
            )
            kept = [row[0] for row in cursor.fetchall()]
        refusal = Refusal(
            "collection.open", _("A records request or matter has collected this. It stays until that is closed.")
        )
        return dict.fromkeys(kept, refusal)


GUARD = CollectionGuard()
