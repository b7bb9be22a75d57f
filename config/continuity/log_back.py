"""The published log made again from the database, where the machine that published it is gone."""

import base64

from archive.ledger.models import LOG, Checkpoint, Edge, SequencedEvent, Tile
from archive.ledger.publication import Publication
from archive.ledger.tiles import HEIGHT, WIDTH
from archive.storage.contract import Damaged

STRETCH = WIDTH * WIDTH


def log_republish(publication: Publication) -> tuple[int, int]:
    """Publish whatever tiles and notes are missing, up to the newest checkpoint; return how many files and notes.

    What is published already is compared, never replaced. Raises Contradicted when it says something else.
    """
    head = Checkpoint.objects.filter(log_id=LOG).order_by("-size").first()
    if head is None:
        return 0, 0
    made = 0
    for start in range(0, head.size, STRETCH):
        stop = min(start + STRETCH, head.size)
        made += publication.publish(start, stop, stored_tile, stored_entries(start, stop))
        publication.drop_partials(start, stop)
    notes = 0
    for checkpoint in Checkpoint.objects.filter(log_id=LOG).order_by("size").iterator(chunk_size=1_000):
        if publication.note(checkpoint.size) is None:
            publication.keep(checkpoint.size, bytes(checkpoint.note))
            notes += 1
    if publication.checkpoint() is None:
        publication.show(head.size, bytes(head.note))
    return made, notes


def stored_tile(level: int, n: int) -> bytes:
    """Return the hashes of a tile, full or as far as it has grown. Raises Damaged when the database lacks it."""
    full = Tile.objects.filter(log_id=LOG, level=level, n=n).values_list("hashes", flat=True).first()
    if full is not None:
        return bytes(full)
    edge = Edge.objects.get(log_id=LOG)
    if (edge.size >> HEIGHT * level) // WIDTH != n:
        raise Damaged(f"Tile {n} of level {level} is not in the database.")
    return base64.b64decode(edge.partials[str(level)])


def stored_entries(start: int, stop: int) -> list[bytes]:
    """Return the entries with the places from `start` to before `stop`."""
    rows = SequencedEvent.objects.filter(log_id=LOG, seq__gte=start, seq__lt=stop).order_by("seq")
    return [bytes(leaf) for leaf in rows.values_list("event__leaf", flat=True)]
