"""Reading the log: what an event says, which checkpoint covers it, and its proofs, always for many at once.

Who may read what an event says is not decided here: callers start from `policy.visible(user)`.
"""

import base64
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from django.conf import settings
from django.db import connection

from archive.ledger.commitment import Value
from archive.ledger.errors import LedgerError
from archive.ledger.merkle import consistency_proof, inclusion_proof
from archive.ledger.models import LOG, Checkpoint, Edge, EventContent, LedgerEvent, SequencedEvent, Tile
from archive.ledger.note import Verifier, parse_vkey
from archive.ledger.tiles import HEIGHT, WIDTH, TileHashes, tiles_for_inclusion

_GROUP = 512
"""Events whose tiles are fetched with one query; their tiles, and one more a level, fit the cache."""


class NotSequenced(LedgerError):
    """An event has no place in the log yet, or no checkpoint of the asked size covers it."""

    code = "ledger.waiting"
    retry = True


class EventFields(NamedTuple):
    """What a live event says: the arguments of `commitment.disclose`, and its log entry."""

    schema: str
    fields: dict[str, Value]
    key: bytes
    entry: bytes


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The place of an event's entry in the log, and its path from the leaf's sibling up."""

    index: int
    path: tuple[bytes, ...]


def vkey() -> str:
    """Return the log's public key as text; raise NoteError when the settings have none, or a malformed one."""
    return verifier().vkey()


def verifier() -> Verifier:
    """Return the log's public key."""
    return parse_vkey(settings.DAYBOOK_LOG_VKEY)


def event_fields(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, EventFields]:
    """Return what the events say; one whose content was destroyed, or that never was, is not in the answer."""
    contents = EventContent.objects.filter(pk__in=event_ids).values_list("event_id", "schema", "fields", "key")
    entries = dict(LedgerEvent.objects.filter(pk__in=event_ids).values_list("event_id", "leaf"))
    return {
        event_id: EventFields(schema, orjson.loads(bytes(fields)), bytes(key), bytes(entries[event_id]))
        for event_id, schema, fields, key in contents
    }


def events_of_subject(subject: bytes) -> list[uuid.UUID]:
    """Return the events of a subject in the order of its chain."""
    return list(LedgerEvent.objects.filter(log_id=LOG, subject=subject).order_by("n").values_list("pk", flat=True))


def latest_checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint."""
    return Checkpoint.objects.filter(log_id=LOG).order_by("-size").first()


def checkpoint_covering(event_ids: Collection[uuid.UUID]) -> Checkpoint | None:
    """Return the smallest checkpoint that covers all these events, so that asking again later gives the same one.

    None while one of them waits for its place, or for a checkpoint. Raises ValueError for no events at all.
    """
    if not event_ids:
        raise ValueError("No event to cover.")
    places = _places(event_ids)
    if len(places) < len(set(event_ids)):
        return None
    return Checkpoint.objects.filter(log_id=LOG, size__gt=max(places.values())).order_by("size").first()


def inclusion_proofs(event_ids: Collection[uuid.UUID], *, size: int) -> dict[uuid.UUID, InclusionProof]:
    """Return the inclusion proof of each event in the tree of `size` entries, a checkpoint's size.

    Reads each tile once. Raises NotSequenced when an event lies outside that tree. For a long export call it with a few
    thousand events at a time.
    """
    places = _places(event_ids)
    outside = [event_id for event_id in event_ids if places.get(event_id, size) >= size]
    if outside:
        raise NotSequenced(f"Event {outside[0]} is not among the first {size} entries of the log.")
    hashes = TileHashes(_tile, capacity=2 * _GROUP + 64)
    proofs = {}
    ordered = sorted(places.items(), key=lambda item: item[1])
    for start in range(0, len(ordered), _GROUP):
        group = ordered[start : start + _GROUP]
        _fetch(hashes, {tile for _, index in group for tile in tiles_for_inclusion(index, size)})
        for event_id, index in group:
            proofs[event_id] = InclusionProof(index, tuple(inclusion_proof(hashes, index, size)))
    return proofs


def consistency(old: int, new: int) -> list[bytes]:
    """Return the proof that the log of `new` entries begins with the log of `old`, both sizes of checkpoints."""
    return consistency_proof(TileHashes(_tile), old, new)


def _places(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    return dict(SequencedEvent.objects.filter(log_id=LOG, event_id__in=event_ids).values_list("event_id", "seq"))


def _fetch(hashes: TileHashes, wanted: Iterable[tuple[int, int]]) -> None:
    """Put the wanted tiles that are not there yet into `hashes`."""
    missing = [each for each in wanted if each not in hashes]
    if not missing:
        return
    # The edge is read first: a tile that fills up in between is then found among the full ones.
    partial = _partials()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, n, hashes FROM ledger_tile"
            " JOIN unnest(%s::int[], %s::bigint[]) AS wanted (level, n) USING (level, n) WHERE log_id = %s",
            [[level for level, _ in missing], [n for _, n in missing], LOG],
        )
        full = {(level, n): bytes(octets) for level, n, octets in cursor.fetchall()}
    for each in missing:
        if each in full or each in partial:
            hashes.add(*each, full.get(each) or partial[each])


def _tile(level: int, n: int) -> bytes:
    partial = _partials()
    tile = Tile.objects.filter(log_id=LOG, level=level, n=n).values_list("hashes", flat=True).first()
    return partial[level, n] if tile is None else bytes(tile)


def _partials() -> dict[tuple[int, int], bytes]:
    edge = Edge.objects.filter(log_id=LOG).first()
    if edge is None:
        return {}
    return {
        (int(level), (edge.size >> HEIGHT * int(level)) // WIDTH): base64.b64decode(hashes)
        for level, hashes in edge.partials.items()
    }
