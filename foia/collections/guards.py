"""Why destruction leaves collected records alone: the guard that asks the collections themselves.

The blockers say the same in the destroying function; two independent answers, because one of them may be wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from archive.destruction.guards import Refusal
from foia.collections.models import CollectionItem


class CollectionGuard:
    """Refuses every record that lies in a collection which is not closed."""

    def refusals(self, holding_kind: str, ids: Sequence[int], at: datetime) -> Mapping[int, Refusal]:
        """Return the records of open collections, in one query."""
        if holding_kind != "record":
            return {}
        kept = CollectionItem.objects.filter(record_id__in=ids, collection__closed=None)
        refusal = Refusal(
            "collection.open", _("A records request or matter has collected this. It stays until that is closed.")
        )
        return dict.fromkeys(kept.values_list("record_id", flat=True).distinct(), refusal)


GUARD = CollectionGuard()
