"""The thread of a record: the post, what was said below it, and where in it the record stands.

A thread may have ten thousand answers. Its order is worked out from ids alone; words are read for one part of it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from archive.access import policy
from archive.access.actor import Actor
from archive.records.excerpts import Excerpt, excerpt_of
from archive.records.models import Link, Record
from archive.records.names import KINDS, STATES
from archive.records.said import NOTHING, said_by

PART = 50  #: items shown at once
LONGEST = 20_000  #: items of one thread whose order is worked out


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One item of a thread. `depth` 0 is the post; `this` is the record of the page; a destroyed one has no words."""

    ref: uuid.UUID
    depth: int
    this: bool
    kind_name: str
    author: str
    posted_at: datetime | None
    state: str
    state_name: str
    destroyed: bool
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Thread:
    """A part of a thread. `above` are the items that lead to the part from outside it: the post first. `parts` counts
    the parts, `part` is this one, from 1. `unknown_parent` says that what it all answers was not captured. `size`
    counts the items that the reader may see, `more` says that there are more than are put in order.
    """

    above: tuple[ThreadItem, ...]
    items: tuple[ThreadItem, ...]
    part: int
    parts: int
    size: int
    more: bool
    unknown_parent: bool


@dataclass(frozen=True, slots=True)
class _Place:
    record_id: int
    depth: int
    parent: int | None


def thread_of(record: Record, *, actor: Actor, at: datetime, part: int | None = None) -> Thread | None:
    """Return the part of the thread in which the record stands, or another one. None for what hangs in no thread."""
    link = Link.objects.filter(record=record).first()
    if link is None:
        return None
    root = link.root_id or record.pk
    rows = _rows(root, sorted(policy.open_compartments(actor, at)))
    more = len(rows) > LONGEST
    order = _in_order(root, rows[:LONGEST])
    if len(order) < 2 and link.parent_id is None and not link.parent_value:
        return None
    at_place = next((n for n, place in enumerate(order) if place.record_id == record.pk), 0)
    parts = max(1, -(-len(order) // PART))
    number = min(max(part or at_place // PART + 1, 1), parts)
    shown = order[(number - 1) * PART : number * PART]
    above = _above(shown[0], {place.record_id: place for place in order}) if shown else []
    items = _items([*above, *shown], record, actor, at)
    return Thread(
        above=tuple(items[place.record_id] for place in above if place.record_id in items),
        items=tuple(items[place.record_id] for place in shown if place.record_id in items),
        part=number,
        parts=parts,
        size=len(order),
        more=more,
        unknown_parent=Link.objects.filter(record_id=root, parent=None).exclude(parent_value="").exists(),
    )


def _rows(root: int, compartments: list[str]) -> list[tuple[int, int | None]]:
    """Return (record, parent) of every item, in order of time: posted where that is known, else captured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.record_id, l.parent_id FROM record_link l JOIN record r ON r.id = l.record_id"
            " LEFT JOIN search_document d ON d.record_id = l.record_id"
            " WHERE (l.root_id = %s OR l.record_id = %s) AND r.compartment = ANY(%s)"
            " ORDER BY coalesce(d.sort_at, r.created_at), l.record_id LIMIT %s",
            [root, root, compartments, LONGEST + 1],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _in_order(root: int, rows: Sequence[tuple[int, int | None]]) -> list[_Place]:
    """Put answers below what they answer. What answers something that is not here hangs below the post."""
    known = {record_id for record_id, _ in rows}
    children: dict[int | None, list[int]] = {}
    for record_id, parent in rows:
        above = None if record_id == root else parent if parent in known else root if root in known else None
        children.setdefault(above, []).append(record_id)
    order: list[_Place] = []
    # Every item also waits below the post, so that one whose links lead nowhere, or in a ring, is shown all the same.
    waiting = [_Place(record_id, 1, root if root in known else None) for record_id, _ in reversed(rows)]
    waiting += [_Place(record_id, 0, None) for record_id in reversed(children.get(None, []))]
    seen: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place.record_id in seen:
            continue
        seen.add(place.record_id)
        order.append(place)
        waiting += [
            _Place(record_id, place.depth + 1, place.record_id)
            for record_id in reversed(children.get(place.record_id, []))
        ]
    return order


def _above(first: _Place, places: Mapping[int, _Place]) -> list[_Place]:
    """Return the items that lead to the first of a part, the post first."""
    above: list[_Place] = []
    parent = first.parent
    while parent is not None and len(above) < PART:
        above.append(places[parent])
        parent = places[parent].parent
    return above[::-1]


def _items(places: Sequence[_Place], this: Record, actor: Actor, at: datetime) -> dict[int, ThreadItem]:
    ids = [place.record_id for place in places]
    rows = policy.visible(actor, Record.objects.all(), at).filter(pk__in=ids)
    records = {record.pk: record for record in rows.select_related("current__version", "tombstone")}
    said = said_by([r.current.version.event_id for r in records.values() if hasattr(r, "current")])
    items: dict[int, ThreadItem] = {}
    for place in places:
        record = records.get(place.record_id)
        if record is None:
            continue
        current = getattr(record, "current", None)
        words = said.get(current.version.event_id, NOTHING) if current else NOTHING
        items[record.pk] = ThreadItem(
            ref=record.ref,
            depth=place.depth,
            this=record.pk == this.pk,
            kind_name=str(KINDS[record.kind]),
            author=words.author,
            posted_at=current.version.posted_at if current else None,
            state=current.state if current else "",
            state_name=str(STATES[current.state]) if current else "",
            destroyed=hasattr(record, "tombstone"),
            excerpt=excerpt_of(words, None, width=320)[0],
        )
    return items
