"""What a production shows of each of its versions, read batch by batch in the order of the Bates numbers.

From here on nothing sees a version but through its `Shown`; only the leak scan also asks for what is hidden.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from archive.access.models import Words
from archive.ledger.commitment import Value, disclose
from archive.ledger.kinds import find_kind
from archive.ledger.models import LedgerEvent
from archive.ledger.selectors import EventFields
from archive.packages.records import ShownEvent
from archive.records.models import Media, Version
from foia.production.models import Production, ProductionItem
from foia.review.models import Redaction
from foia.review.reading import committed_of
from foia.review.redaction import (
    CHAIN,
    Decision,
    Hidden,
    Mark,
    Shown,
    hidden_texts,
    show,
    shown_attachments,
)

BATCH = 200

NO_SECRET = frozenset({"DUPLICATE"})
"""What is left out because it is shown elsewhere in the same production hides nothing."""

_STATE_KINDS = frozenset({"removal.observed"})
"""Events of a record's own history that are shown with what they say."""


class _Event(NamedTuple):
    event_id: UUID
    n: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    """The bytes of one shown attachment, and the event that commits to their digest."""

    media: Media
    digest_field: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """An event of the record after this version: what is shown of it, and the fields behind what is shown."""

    shown: ShownEvent
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Produced:
    """One numbered version as it may be shown. `basis` is why parts are hidden, in the reviewer's words."""

    bates: str
    version: Version
    decision: str
    codes: tuple[str, ...]
    basis: str
    shown: Shown
    marks: tuple[Mark, ...]
    event: ShownEvent
    history: tuple[HistoryEvent, ...]
    files: tuple[MediaFile, ...]


class _Loaded(NamedTuple):
    """One item with everything it is drawn from; the committed fields in it are not yet cut down."""

    item: ProductionItem
    marks: tuple[Mark, ...]
    basis: str
    own: _Event
    chain: list[_Event]
    media: list[Media]


def produced(production: Production, *, numbers: Collection[int] | None = None) -> Iterator[Produced]:
    """Yield what is shown, in the order of the numbers. Memory holds one batch of BATCH versions.

    `numbers` asks for those versions of the production only.
    """
    for loaded, contents in _batches(production, numbers):
        for each in loaded:
            yield _produced(each, contents)


def hidden(production: Production) -> Iterator[tuple[str, Hidden]]:
    """Yield Bates number and text of everything that the production hides; only the leak scan may ask."""
    for loaded, contents in _batches(production):
        for each in loaded:
            fields = contents[each.own.event_id].fields
            decision = each.item.decision.decision
            if set(each.item.decision.codes) == NO_SECRET:
                continue
            for found in hidden_texts(fields, decision, each.marks):
                yield each.item.bates, found


def _batches(
    production: Production, numbers: Collection[int] | None = None
) -> Iterator[tuple[list[_Loaded], dict[UUID, EventFields]]]:
    wanted_items = ProductionItem.objects.filter(production=production)
    if numbers is not None:
        wanted_items = wanted_items.filter(number__in=numbers)
    rows = (
        wanted_items.select_related("item__version__record__account", "decision")
        .order_by("number")
        .iterator(chunk_size=BATCH)
    )
    while batch := list(islice(rows, BATCH)):
        loaded = _load(batch)
        wanted = {each.own.event_id for each in loaded}
        wanted |= {event.event_id for each in loaded for event in each.chain}
        yield loaded, committed_of(wanted)


def _load(batch: Sequence[ProductionItem]) -> list[_Loaded]:
    marks: dict[int, list[Mark]] = {}
    for row in Redaction.objects.filter(decision__in=[each.decision_id for each in batch]).order_by("place"):
        mark = Mark(
            row.path, row.code, row.asked_start, row.asked_stop, row.first, row.stop, row.shown_start, row.shown_stop
        )
        marks.setdefault(row.decision_id, []).append(mark)
    refs = [each.decision.basis_ref for each in batch if each.decision.basis_ref]
    words = dict(Words.objects.filter(ref__in=refs).values_list("ref", "text"))
    media: dict[int, list[Media]] = {}
    versions = [each.item.version_id for each in batch]
    for medium in Media.objects.filter(version__in=versions).select_related("stored").order_by("version_id", "n"):
        media.setdefault(medium.version_id, []).append(medium)
    chains = _chains(batch)
    loaded = []
    for each in batch:
        chain = chains[bytes(each.item.version.record.subject)]
        own = next(event for event in chain if event.event_id == each.item.version.event_id)
        loaded.append(
            _Loaded(
                each,
                tuple(marks.get(each.decision_id, ())),
                words.get(each.decision.basis_ref, "") if each.decision.basis_ref else "",
                own,
                [event for event in chain if own.n < event.n <= each.last_n],
                media.get(each.item.version_id, []),
            )
        )
    return loaded


def _chains(batch: Sequence[ProductionItem]) -> dict[bytes, list[_Event]]:
    subjects = {bytes(each.item.version.record.subject) for each in batch}
    chains: dict[bytes, list[_Event]] = {}
    rows = LedgerEvent.objects.filter(subject__in=subjects).order_by("subject", "n")
    for subject, event_id, n in rows.values_list("subject", "event_id", "n"):
        chains.setdefault(bytes(subject), []).append(_Event(event_id, n))
    return chains


def _produced(each: _Loaded, contents: dict[UUID, EventFields]) -> Produced:
    decision = each.item.decision
    own = contents[each.own.event_id]
    shown = show(own.fields, decision.decision, decision.codes, each.marks)
    history, files = _history(each, contents, shown)
    return Produced(
        bates=each.item.bates,
        version=each.item.item.version,
        decision=decision.decision,
        codes=tuple(decision.codes),
        basis=each.basis,
        shown=shown,
        marks=each.marks,
        event=_shown_event(each.own.event_id, own, shown.values),
        history=history,
        files=files,
    )


def _history(
    each: _Loaded, contents: dict[UUID, EventFields], shown: Shown
) -> tuple[tuple[HistoryEvent, ...], tuple[MediaFile, ...]]:
    """Return the record's events after this version without a gap: its states, its media, no later version's words.

    They end before the next version, or with the last of this version's own media if that came later. A version that
    is withheld shows none.
    """
    if each.item.decision.decision == Decision.WITHHOLD:
        return (), ()
    visible = shown_attachments(shown)
    ours = {medium.event_id: medium for medium in each.media if medium.n in visible}
    following = [event for event in each.chain if _is_version(contents[event.event_id])]
    border = following[0].n if following else each.item.last_n + 1
    last = max([border - 1, *(event.n for event in each.chain if event.event_id in ours)])
    history, files = [], []
    for event in each.chain:
        if event.n > last:
            break
        content = contents[event.event_id]
        values = _values(content, event.event_id in ours)
        history.append(HistoryEvent(_shown_event(event.event_id, content, values), dict(values)))
        if medium := ours.get(event.event_id):
            files.append(MediaFile(medium, f"/attachment/{medium.n}/sha256"))
    return tuple(history), tuple(files)


def _is_version(content: EventFields) -> bool:
    return content.schema.partition("/")[0] == "record"


def _values(content: EventFields, whole: bool) -> dict[str, Value]:
    """Return what is shown of a further event: all of a state or of a shown medium, else its place in the chain."""
    kind = str(content.fields.get("/event/kind"))
    known = find_kind(kind)
    if whole or kind in _STATE_KINDS:
        return {name: value for name, value in content.fields.items() if not name.startswith("/raw/")}
    names = CHAIN if known is not None and not known.private else tuple(n for n in CHAIN if n != "/event/kind")
    return {name: content.fields[name] for name in names}


def _shown_event(event_id: UUID, content: EventFields, names: Collection[str]) -> ShownEvent:
    return ShownEvent(event_id, disclose(content.schema, content.fields, content.key, names))
