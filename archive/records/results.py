"""The rows of a search as a page shows them: who, what, when, where, and the words round the hit."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive.access import policy
from archive.access.actor import Actor
from archive.records.excerpts import NONE, Excerpt, excerpt_of
from archive.records.models import Record, SearchDocument, Version
from archive.records.names import KINDS, PARTS, STATES
from archive.records.query import ParsedQuery
from archive.records.said import NOTHING, Said, said_by
from archive.records.search import Place

EARLIER = 20  #: earlier versions of one record in which a page looks for the hit


@dataclass(frozen=True, slots=True)
class Result:
    """One record that was found. `posted_at` is none where the network gave no time with a zone."""

    ref: uuid.UUID
    kind: str
    kind_name: str
    account: str
    author: str
    posted_at: datetime | None
    captured_at: datetime
    state: str
    state_name: str
    on_hold: bool
    media: int
    versions: int
    excerpt: Excerpt

    @property
    def where(self) -> str:
        """In which part the hit was found, in words; nothing for the text itself."""
        return str(PARTS.get(self.excerpt.where, ""))


def results_of(places: Sequence[Place], query: ParsedQuery | None, *, actor: Actor, at: datetime) -> list[Result]:
    """Return what was found at these places, in their order, with the words round the hit. Four queries, or five.

    A record destroyed since the search is left out.
    """
    ids = [place.record_id for place in places]
    rows = policy.visible(actor, Record.objects.all(), at).filter(pk__in=ids)
    records = {r.pk: r for r in rows.select_related("account", "current__version").filter(current__isnull=False)}
    on_hold = set(SearchDocument.objects.filter(record_id__in=ids, on_hold=True).values_list("record_id", flat=True))
    versions: dict[int, list[uuid.UUID]] = {pk: [] for pk in records}
    for record_id, event_id in (
        Version.objects.filter(record_id__in=list(records)).order_by("n").values_list("record_id", "event_id")
    ):
        versions[record_id].append(event_id)
    said = said_by([record.current.version.event_id for record in records.values()])
    found: dict[int, Result] = {}
    missed: list[int] = []
    for pk, record in records.items():
        words = said.get(record.current.version.event_id, NOTHING)
        cut, hit = excerpt_of(words, query)
        if query is not None and not hit and len(versions[pk]) > 1:
            missed.append(pk)
        found[pk] = _result(record, words, cut, len(versions[pk]), pk in on_hold)
    found |= _earlier(missed, versions, found, query)
    return [found[pk] for pk in ids if pk in found]


def _earlier(
    missed: Sequence[int],
    versions: Mapping[int, Sequence[uuid.UUID]],
    found: Mapping[int, Result],
    query: ParsedQuery | None,
) -> dict[int, Result]:
    """Look for the hit in the other versions of records whose latest one does not show it."""
    if not missed:
        return {}
    said = said_by([event for pk in missed for event in versions[pk][-EARLIER:]])
    shown: dict[int, Result] = {}
    for pk in missed:
        for event in reversed(versions[pk][-EARLIER:]):
            cut, hit = excerpt_of(said.get(event, NOTHING), query)
            if hit:
                shown[pk] = replace(found[pk], excerpt=replace(cut, where="earlier"))
                break
    return shown


def _result(record: Record, words: Said, cut: Excerpt, versions: int, on_hold: bool) -> Result:
    version = record.current.version
    return Result(
        ref=record.ref,
        kind=record.kind,
        kind_name=str(KINDS[record.kind]),
        account=record.account.name,
        author=words.author,
        posted_at=version.posted_at,
        captured_at=record.created_at,
        state=record.current.state,
        state_name=str(STATES[record.current.state]),
        on_hold=on_hold,
        media=version.media_count,
        versions=versions,
        excerpt=cut if cut.runs else NONE,
    )
