"""One record of a production as it will be shown, before anything is drawn or sealed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from archive.access import policy
from archive.access.actor import Actor
from archive.documents.document import Document, Figure
from archive.documents.layouts import record_sheet
from archive.documents.pictures import MAX_BYTES, NotDrawn, Picture, glance, is_drawn, redraw
from archive.records.models import Link
from archive.records.models import Media as MediaRow
from foia.collections.models import CollectionItem
from foia.production.context import Threads
from foia.production.models import Production, ProductionItem
from foia.production.payload import VOLUME, Drawing, media_load
from foia.production.produced import Produced, produced
from foia.production.sheets import file_name, sheet_of

GLANCE = 4096  #: bytes of a picture that are read to say why it is not drawn
NEAR = 100  #: items of the same thread that are read for the thread around a record

PictureOf = Callable[[int], str]
"""Answers where the browser finds the n-th attachment, from 0."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as it will be shown, and its neighbours by number; none at the ends."""

    item: ProductionItem
    each: Produced
    document: Document
    before: int | None
    after: int | None
    place: int


def page_item(production: Production, number: int, *, actor: Actor, at: datetime) -> ProductionItem:
    """Return the numbered item, if it is open to the actor. Raises ProductionItem.DoesNotExist."""
    open_to = policy.visible(actor, CollectionItem.objects.all(), at)
    rows = ProductionItem.objects.filter(item__in=open_to).select_related("item__record")
    return rows.get(production=production, number=number)


def page_shown(production: Production, item: ProductionItem, *, actor: Actor, at: datetime) -> Shown:
    """Return one record of a production as it will be shown, drawn from what may be shown of it and of its thread."""
    numbers = {item.number, *_near(production, item, actor=actor, at=at)}
    batch = list(produced(production, numbers=numbers))
    each = next(one for one in batch if one.bates == item.bates)
    drawing = Drawing.of(production)
    sheet = sheet_of(
        each, wording=drawing.wording, load=drawing.load, furniture=drawing.furniture, threads=Threads.of(batch)
    )
    last = production.first + production.items_count - 1
    return Shown(
        item=item,
        each=each,
        document=record_sheet(sheet),
        before=item.number - 1 if item.number > production.first else None,
        after=item.number + 1 if item.number < last else None,
        place=item.number - production.first + 1,
    )


def _near(production: Production, item: ProductionItem, *, actor: Actor, at: datetime) -> list[int]:
    """Return the numbers of the same thread in the same part of the printed production."""
    link = Link.objects.filter(record=item.item.record_id).first()
    root = link.root_id if link is not None and link.root_id else item.item.record_id
    begin = production.first + (item.number - production.first) // VOLUME * VOLUME
    rows = ProductionItem.objects.filter(
        Q(item__record__link__root=root) | Q(item__record=root),
        production=production,
        number__gte=begin,
        number__lt=begin + VOLUME,
        item__in=policy.visible(actor, CollectionItem.objects.all(), at),
    )
    return list(rows.order_by("number").values_list("number", flat=True)[:NEAR])


def page_pictures(shown: Shown, production: Production, where: PictureOf) -> Callable[[Figure], str | NotDrawn | None]:
    """Return what says where the browser finds a figure of the page, or why it is not drawn."""
    wording = Drawing.of(production).wording
    files = {file_name(shown.each, file.media.n, wording): file.media for file in shown.each.files}

    def address(figure: Figure) -> str | NotDrawn | None:
        media = files.get(figure.name)
        if media is None or not is_drawn(media.media_type):
            return None
        return glance(media_load(media, GLANCE), media.stored.size, media.media_type) or where(media.n)

    return address


def page_picture(production: Production, item: ProductionItem, n: int) -> Picture | None:
    """Return the n-th attachment of a record as the production draws it; None where it draws or shows none."""
    for each in produced(production, numbers=[item.number]):
        for file in each.files:
            if file.media.n == n:
                return _drawn(file.media)
    return None


def _drawn(media: MediaRow) -> Picture | None:
    if not is_drawn(media.media_type) or media.stored.size > MAX_BYTES:
        return None
    found = redraw(media_load(media, MAX_BYTES + 1), media.media_type)
    return found if isinstance(found, Picture) else None
