"""The sheet of one record: what it says, who said it where and when, its pictures, history, thread and proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Cell,
    Column,
    Document,
    Furniture,
    Heading,
    Note,
    Paragraph,
    Role,
    Spans,
    Table,
    facts,
    plain,
)
from archive.documents.languages import language_tag
from archive.documents.layouts.media import MediaShown, media_blocks
from archive.documents.layouts.states import StateShown, state_words
from archive.documents.layouts.thread import ThreadItem, thread_part
from archive.documents.layouts.words import captured


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event of the record in words: when it was seen, what was seen, and how that is known."""

    when: str
    what: Spans
    how: str = ""


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """A record as it is released. Every value is already redacted: nothing withheld comes here, not even as a length.

    Times are text in the department's zone with UTC beside it. `mark` is the Bates number. `states` are what became of
    it, `by_hand` says who took it down by hand and how, `context` is the thread around it.
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
    states: tuple[StateShown, ...] = ()
    by_hand: str = ""
    context: tuple[ThreadItem, ...] = ()
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
        (_("State"), plain("\n".join(map(state_words, sheet.states)))),
        *sheet.more,
    ]
    yield facts((name, spans) for name, spans in pairs if spans)
    if sheet.by_hand:
        yield Note(_("Captured by hand"), plain(sheet.by_hand))
    yield Heading(_("What it says"), 2)
    if sheet.words:
        yield Paragraph(captured(sheet.words), Role.CAPTURED, language_tag(sheet.words_language))
    else:
        yield Paragraph(plain(_("The record has no text.")), Role.SMALL)
    for media in sheet.media:
        yield from media_blocks(media)
    for note in sheet.notes:
        yield Note(_("Note"), plain(note))
    if sheet.history:
        yield Heading(_("History"), 2)
        yield _history(sheet.history)
    if sheet.context:
        yield Heading(_("The thread, for context"), 2)
        for item in sheet.context:
            yield thread_part(item, level=3)
    if sheet.proof:
        yield Heading(_("How this can be checked"), 2)
        yield Paragraph(sheet.proof)


def _history(lines: tuple[HistoryLine, ...]) -> Table:
    return Table(
        columns=(Column(_("Seen"), 1.3), Column(_("What"), 2.4), Column(_("How it is known"), 2.0)),
        rows=tuple((Cell(plain(line.when), header=True), Cell(line.what), Cell(plain(line.how))) for line in lines),
    )
