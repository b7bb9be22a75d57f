"""A part of a thread read into the values of its layout: words whole, edits, states, files."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department
from archive.documents.addresses import permalink
from archive.documents.document import Document, Furniture, plain
from archive.documents.languages import language_tag
from archive.documents.layouts import EditShown, MediaShown, StateShown, Thread, ThreadItem, moment_text, thread
from archive.documents.pictures import MAX_BYTES, is_drawn
from archive.records.models import Kind, Link, Media, Record, State, Version
from archive.records.names import KINDS
from archive.records.said import NOTHING, Said, said_by
from archive.records.thread import PART, thread_of
from archive.records.thread import ThreadItem as Place
from archive.storage.services import object_chunks

EDITS = 10  #: earlier versions of one item, the latest of them


@dataclass(frozen=True, slots=True)
class ThreadPaper:
    """A part of a thread as a document. `pictures` are the files by the name under which the document shows them: the
    record and the number in the address of its page.
    """

    document: Document
    part: int
    parts: int
    pictures: Mapping[str, tuple[uuid.UUID, int, Media]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What the items of a part are drawn from, by the keys of their records."""

    records: Mapping[uuid.UUID, Record]
    versions: Mapping[int, Sequence[Version]]
    said: Mapping[uuid.UUID, Said]
    media: Mapping[int, Sequence[Media]]
    parents: Mapping[int, int | None]
    marks: Mapping[int, str]
    zone: ZoneInfo

    def moment(self, instant: datetime | None) -> str:
        return moment_text(instant, self.zone) if instant is not None else ""


def thread_paper(record: Record, *, actor: Actor, at: datetime, part: int | None = None) -> ThreadPaper | None:
    """Return the part of the thread in which a record stands, or another one; None for what hangs in no thread."""
    found = thread_of(record, actor=actor, at=at, part=part)
    if found is None:
        return None
    department = Department.objects.get()
    first = (found.part - 1) * PART + 1
    read = _read(found.items, first, ZoneInfo(department.zone), actor, at)
    left_out = []
    if found.parts > 1:
        left_out.append(_("This is part {part} of {parts} of the thread.").format(part=found.part, parts=found.parts))
    if found.unknown_parent:
        left_out.append(_("The first item answers something that was not captured."))
    pictures: dict[str, tuple[uuid.UUID, int, Media]] = {}
    items = tuple(_item(place, read, pictures) for place in found.items)
    language = language_tag(get_language()) or "en-US"
    document = thread(
        Thread(
            title=_("Thread of {n} items on {account}").format(n=found.size, account=record.account.name),
            account=f"{record.account.name} ({record.account.handle})",
            network=record.account.network,
            as_of=read.moment(at),
            items=items,
            language=language,
            about=_("What was captured, each item below what it answers. Numbers are places in the thread."),
            left_out=tuple(left_out),
            furniture=Furniture(
                legend=_("DEMONSTRATION") if department.demonstration else "",
                footer=_("{department}: captured as received from the network; credentials masked.").format(
                    department=department.name
                ),
            ),
        )
    )
    return ThreadPaper(document, found.part, found.parts, pictures)


def _read(places: Sequence[Place], first: int, zone: ZoneInfo, actor: Actor, at: datetime) -> _Read:
    refs = [place.ref for place in places]
    rows = policy.visible(actor, Record.objects.all(), at).filter(ref__in=refs)
    records = {row.ref: row for row in rows.select_related("current", "tombstone")}
    keys = [row.pk for row in records.values()]
    versions: dict[int, list[Version]] = {}
    for version in policy.visible(actor, Version.objects.all(), at).filter(record__in=keys).order_by("-n"):
        kept = versions.setdefault(version.record_id, [])
        if len(kept) <= EDITS:
            kept.append(version)
    media: dict[int, list[Media]] = {}
    held = policy.visible(actor, Media.objects.all(), at).filter(record__in=keys)
    for each in held.select_related("stored", "version").order_by("pk"):
        media.setdefault(each.record_id, []).append(each)
    parents = dict(Link.objects.filter(record__in=keys).values_list("record_id", "parent_id"))
    return _Read(
        records=records,
        versions=versions,
        said=said_by([version.event_id for kept in versions.values() for version in kept]),
        media=media,
        parents=parents,
        marks={records[ref].pk: str(first + n) for n, ref in enumerate(refs) if ref in records},
        zone=zone,
    )


def _item(place: Place, read: _Read, pictures: dict[str, tuple[uuid.UUID, int, Media]]) -> ThreadItem:
    record = read.records[place.ref]
    mark = read.marks[record.pk]
    answers = read.marks.get(read.parents.get(record.pk) or 0, "")
    kind = str(KINDS[record.kind])
    versions = read.versions.get(record.pk, ())
    if place.destroyed or not versions:
        gone = _("Destroyed under a certificate; that it was here stays in the log.")
        return ThreadItem(kind, (), "", (), place.depth, mark=mark, answers=answers, notes=(gone,), this=place.this)
    latest, *earlier = versions
    said = read.said.get(latest.event_id, NOTHING)
    return ThreadItem(
        kind=kind,
        author=plain(said.author),
        posted=read.moment(latest.posted_at) or said.published_raw,
        captured=read.moment(latest.captured_at),
        words=plain(_words(said)),
        depth=place.depth,
        mark=mark,
        answers=answers,
        language=said.language,
        address=permalink(said.url),
        states=tuple(_states(record, read)),
        edits=tuple(_edits(earlier, read)),
        media=tuple(_media(record, latest, said, read, mark, pictures)),
        by_hand=_("A person took this down by hand; no program read it from the network.")
        if record.kind == Kind.BY_HAND
        else "",
        this=place.this,
    )


def _words(said: Said) -> str:
    return "\n\n".join(part for part in (said.warning, said.text) if part)


def _states(record: Record, read: _Read) -> Iterator[StateShown]:
    current = record.current
    if current.state != State.LIVE:
        yield StateShown(current.state, read.moment(current.state_since), current.who)


def _edits(earlier: Sequence[Version], read: _Read) -> Iterator[EditShown]:
    for version in earlier[:EDITS]:
        if said := read.said.get(version.event_id):
            yield EditShown(read.moment(version.captured_at), plain(_words(said)), said.language)


def _media(
    record: Record,
    latest: Version,
    said: Said,
    read: _Read,
    mark: str,
    pictures: dict[str, tuple[uuid.UUID, int, Media]],
) -> Iterator[MediaShown]:
    files = {each.n: (place, each) for place, each in enumerate(read.media.get(record.pk, ()), 1) if _of(each, latest)}
    told = {each.n: each for each in said.attachments}
    for n in sorted({*files, *told}):
        name = _("Attachment {n} of {mark}").format(n=n + 1, mark=mark)
        alternative = told[n].alternative if n in told else ""
        if n not in files:
            yield MediaShown(name, told[n].media_type or _("file"), alternative)
            continue
        number, media = files[n]
        pictures[name] = (record.ref, number, media)
        yield MediaShown(
            name, media.media_type, alternative, content=_bytes_of(media), size=media.stored.size, place=_("in Daybook")
        )


def _of(media: Media, version: Version) -> bool:
    return media.version_id == version.pk


def _bytes_of(media: Media) -> bytes | Callable[[], bytes]:
    return (lambda: media_start(media, MAX_BYTES + 1)) if is_drawn(media.media_type) else b""


def media_start(media: Media, limit: int) -> bytes:
    """Return the bytes of a medium, cut off at `limit`."""
    taken = bytearray()
    for chunk in object_chunks(media.stored):
        taken += chunk[: limit - len(taken)]
        if len(taken) >= limit:
            break
    return bytes(taken)
