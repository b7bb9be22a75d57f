"""Where an event stands in the log: its place, the signed checkpoint that covers it, and the log as it is now."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from archive.ledger.errors import NoteError
from archive.ledger.models import LOG, Anchor, Checkpoint, EventContent, LedgerEvent, SequencedEvent
from archive.ledger.proof import TlogProof
from archive.ledger.selectors import NotSequenced, inclusion_proofs, latest_checkpoint, vkey


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one event. `place` counts from 0 and is none while the event waits for its place;
    `covered_size` and `covered_at` are of the first checkpoint signed over it, none while there is none; `anchored_at`
    is the time of the first outside anchor of a checkpoint over it. `live` tells whether its content is here, so that
    the proof can be shown to somebody.
    """

    place: int | None
    covered_size: int | None
    covered_at: datetime | None
    live: bool
    anchored_at: datetime | None = None
    entry: str = ""  #: what of the event the public log holds


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log as it is now: its name, its public key, its newest checkpoint, and the last that an outsider holds."""

    origin: str
    vkey: str
    size: int | None
    signed_at: datetime | None
    anchored_size: int | None = None
    anchored_at: datetime | None = None


def standings_of(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """Return where each event stands, in four queries and two for each event that has a place."""
    places = dict(SequencedEvent.objects.filter(log_id=LOG, event_id__in=event_ids).values_list("event_id", "seq"))
    live = set(EventContent.objects.filter(pk__in=event_ids).values_list("pk", flat=True))
    entries = dict(LedgerEvent.objects.filter(pk__in=event_ids).values_list("pk", "leaf"))
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
            anchored_at=None if place is None else _first_anchor(place),
            entry=bytes(entries.get(event_id, b"")).decode("ascii", "replace"),
        )
    return standings


def proof_file(event_id: uuid.UUID) -> bytes | None:
    """Return the event's `.tlog-proof` under the newest checkpoint over it; none while no checkpoint covers it."""
    newest = latest_checkpoint()
    if newest is None:
        return None
    try:
        [found] = inclusion_proofs([event_id], size=newest.size).values()
    except NotSequenced:
        return None
    return TlogProof(found.index, found.path, bytes(newest.note)).render()


def _first_anchor(place: int) -> datetime | None:
    over = Anchor.objects.filter(log_id=LOG, size__gt=place)
    return over.order_by("at").values_list("at", flat=True).first()


def log_head() -> LogHead:
    """Return the log's name, key and newest checkpoint."""
    newest = latest_checkpoint()
    try:
        key = vkey()
    except NoteError:
        key = ""
    anchor = Anchor.objects.filter(log_id=LOG).order_by("-size", "at").first()
    return LogHead(
        origin=settings.DAYBOOK_LOG_ORIGIN,
        vkey=key,
        size=newest.size if newest else None,
        signed_at=newest.created_at if newest else None,
        anchored_size=anchor.size if anchor else None,
        anchored_at=anchor.at if anchor else None,
    )
