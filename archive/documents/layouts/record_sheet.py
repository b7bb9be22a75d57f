"""The sheet of one record: what it says, who said it where and when, its pictures, history, thread and proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Furniture,
    Heading,
    Note,
    Paragraph,
    Redaction,
    Role,
    Spans,
    Strong,
    Table,
    Text,
    facts,
    plain,
)


@dataclass(frozen=True, slots=True)
class MediaShown:
    """A file of the record: `content` None means that its bytes were not captured; `withheld` is an exemption code."""

    name: str
    media_type: str
    alternative: str = ""
    content: bytes | Callable[[], bytes] | None = None
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event of the record in words: when it was seen, what was seen, and how that is known."""

    when: str
    what: Spans
    how: str = ""


@dataclass(frozen=True, slots=True)
class ContextItem:
    """An item of the thread around the record; `depth` 0 is the post. `this` marks the record itself."""

    who: Spans
    when: str
    words: Spans
    depth: int = 0
    this: bool = False


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """A record as it is released. Every value is already redacted: nothing withheld comes here, not even as a length.

    Times are text in the department's zone with the zone named. `mark` is the Bates number.
    """

    title: str
    mark: str
    account: str
    network: str
    kind: str
    author: Spans
    published: str
    captured: str
    address: Spans
    words: Spans
    language: str = "en-US"
    words_language: str | None = None
    in_reply_to: Spans = ()
    more: tuple[tuple[str, Spans], ...] = ()
    media: tuple[MediaShown, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    context: tuple[ContextItem, ...] = ()
    proof: Spans = ()
    notes: tuple[str, ...] = ()
    furniture: Furniture = field(default_factory=Furniture)


def record_sheet(sheet: RecordSheet) -> Document:
    """The sheet as a document, whose pages carry the record's mark."""
    with translation.override(sheet.language):
        blocks = tuple(_blocks(sheet))
    own = sheet.furniture
    return Document(
        title=f"{sheet.mark} {sheet.title}".strip(),
        language=sheet.language,
        blocks=blocks,
        furniture=Furniture(legend=own.legend, mark=sheet.mark, footer=own.footer, page_of=own.page_of),
    )


def _blocks(sheet: RecordSheet) -> Iterator[Block]:
    yield Heading(sheet.title)
    pairs: list[tuple[str, Spans]] = [
        (_("Account"), plain(sheet.account)),
        (_("Network"), plain(sheet.network)),
        (_("Kind"), plain(sheet.kind)),
        (_("Author"), sheet.author),
        (_("Posted"), plain(sheet.published)),
        (_("Captured"), plain(sheet.captured)),
        (_("Address"), sheet.address),
        (_("In reply to"), sheet.in_reply_to),
        *sheet.more,
    ]
    yield facts((name, spans) for name, spans in pairs if spans)
    yield Heading(_("What it says"), 2)
    if sheet.words:
        yield Paragraph(sheet.words, Role.CAPTURED, sheet.words_language)
    else:
        yield Paragraph(plain(_("The record has no text.")), Role.SMALL)
    for media in sheet.media:
        yield _media(media)
    for note in sheet.notes:
        yield Note(_("Note"), plain(note))
    if sheet.history:
        yield Heading(_("History"), 2)
        yield _history(sheet.history)
    if sheet.context:
        yield Heading(_("The thread, for context"), 2)
        yield from _context(sheet.context)
    if sheet.proof:
        yield Heading(_("How this can be checked"), 2)
        yield Paragraph(sheet.proof)


def _media(media: MediaShown) -> Block:
    if media.withheld:
        return Note(_("Media withheld"), (Text(f"{media.name} ({media.media_type}) "), Redaction(media.withheld)))
    if media.content is None:
        words = _("{name} ({type}): the file itself was not captured.")
        return Note(_("Media not held"), plain(words.format(name=media.name, type=media.media_type)))
    return Figure(media.content, media.media_type, media.alternative, media.name, caption=media.name)


def _history(lines: tuple[HistoryLine, ...]) -> Table:
    return Table(
        columns=(Column(_("Seen"), 1.3), Column(_("What"), 2.4), Column(_("How it is known"), 2.0)),
        rows=tuple((Cell(plain(line.when), header=True), Cell(line.what), Cell(plain(line.how))) for line in lines),
    )


def _context(items: tuple[ContextItem, ...]) -> Iterator[Block]:
    rows = []
    for item in items:
        # A reader of the text alone has to see the level too, so it is drawn with characters.
        level = "› " * min(item.depth, 12)
        marker: Spans = (Strong(_("This record: ")),) if item.this else ()
        rows.append((Cell((Text(level), *item.who), header=True), Cell(plain(item.when)), Cell((*marker, *item.words))))
    yield Table((Column(_("Who"), 1.4), Column(_("When"), 1.1), Column(_("What was said"), 3.2)), tuple(rows))
