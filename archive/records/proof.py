"""Where an event stands in the log: its place, the signed checkpoint that covers it, and the log as it is now."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from archive.ledger.errors import NoteError
from archive.ledger.models import LOG, Checkpoint, EventContent, SequencedEvent
from archive.ledger.selectors import latest_checkpoint, vkey


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one event. `place` counts from 0 and is none while the event waits for its place;
    `covered_size` and `covered_at` are of the first checkpoint signed over it, none while there is none. `live` tells
    whether its content is here, so that the proof can be shown to somebody.
    """

    place: int | None
    covered_size: int | None
    covered_at: datetime | None
    live: bool


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log as it is now: its name, its public key, its newest checkpoint. Nobody outside has anchored it yet."""

    origin: str
    vkey: str
    size: int | None
    signed_at: datetime | None


def standings_of(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """Return where each event stands, in three queries and one for each event that has a place."""
    places = dict(SequencedEvent.objects.filter(log_id=LOG, event_id__in=event_ids).values_list("event_id", "seq"))
    live = set(EventContent.objects.filter(pk__in=event_ids).values_list("pk", flat=True))
    standings: dict[uuid.UUID, Standing] = {}
    for event_id in event_ids:
        place = places.get(event_id)
        covering = None
        if place is not None:
            covering = Checkpoint.objects.filter(log_id=LOG, size__gt=place).order_by("size").first()
        standings[event_id] = Standing(
            place=place,
            covered_size=covering.size if covering else None,
            covered_at=covering.created_at if covering else None,
            live=event_id in live,
        )
    return standings


def log_head() -> LogHead:
    """Return the log's name, key and newest checkpoint."""
    newest = latest_checkpoint()
    try:
        key = vkey()
    except NoteError:
        key = ""
    return LogHead(
        origin=settings.DAYBOOK_LOG_ORIGIN,
        vkey=key,
        size=newest.size if newest else None,
        signed_at=newest.created_at if newest else None,
    )
