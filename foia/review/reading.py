"""The committed fields of frozen versions, read in batches."""

import uuid
from collections.abc import Iterable

from archive.ledger.selectors import EventFields, event_fields
from retention.errors import Refused


def committed_of(event_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, EventFields]:
    """Return what the events say, by id. Raises Refused when the content of one is gone."""
    wanted = set(event_ids)
    found = event_fields(wanted)
    if len(found) != len(wanted):
        raise Refused("review.gone", "The content of a version is no longer here; it cannot be shown.")
    return found
