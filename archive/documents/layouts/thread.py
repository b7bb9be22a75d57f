"""A thread: the post and what was said below it, each item with its author, times, states, edits and pictures.

What answers what is said in words as well as by setting in, because a reader of the text alone sees no indentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Document,
    Furniture,
    Heading,
    Note,
    Paragraph,
    Part,
    Redaction,
    Role,
    Spans,
    Strong,
    Text,
    facts,
    plain,
)
from archive.documents.languages import language_tag
from archive.documents.layouts.media import MediaShown, media_blocks
from archive.documents.layouts.states import StateShown, state_words
from archive.documents.layouts.words import captured, strong

DEEPEST = 12  #: steps that an answer is set in at most; how deep it really is stands in its words


@dataclass(frozen=True, slots=True)
class EditShown:
    """What an item said before it was edited: when that was seen, and the words."""

    when: str
    words: Spans
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One item of a thread. Every value is already redacted. Times are text in the zone with UTC beside it.

    `depth` 0 is the post. `mark` is its Bates number or another name by which others speak of it; `answers` is the mark
    of what it answers. `by_hand` says who took an item down by hand and how; `withheld` is the code under which the
    whole item is withheld. `this` marks the item that the document is about; its words may be left out here.
    """

    kind: str
    author: Spans
    posted: str
    words: Spans
    depth: int = 0
    captured: str = ""
    mark: str = ""
    answers: str = ""
    language: str | None = None
    address: Spans = ()
    states: tuple[StateShown, ...] = ()
    edits: tuple[EditShown, ...] = ()
    media: tuple[MediaShown, ...] = ()
    by_hand: str = ""
    withheld: str = ""
    this: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as it is shown. `left_out` says what is not in it, and why."""

    title: str
    account: str
    network: str
    as_of: str
    items: tuple[ThreadItem, ...]
    language: str = "en-US"
    about: str = ""
    left_out: tuple[str, ...] = ()
    furniture: Furniture = field(default_factory=Furniture)


def thread(content: Thread) -> Document:
    """The thread as a document."""
    with translation.override(content.language):
        blocks = tuple(_blocks(content))
    return Document(
        title=content.title,
        language=content.language,
        blocks=blocks,
        furniture=content.furniture,
    )


def _blocks(content: Thread) -> Iterator[Block]:
    yield Heading(content.title)
    if content.as_of:
        yield Paragraph(plain(_("As of {when}").format(when=content.as_of)), Role.SMALL)
    if content.about:
        yield Paragraph(plain(content.about))
    pairs = ((_("Account"), content.account), (_("Network"), content.network), (_("Items"), str(len(content.items))))
    yield facts((name, plain(value)) for name, value in pairs if value)
    for words in content.left_out:
        yield Note(_("Not shown"), plain(words))
    for item in content.items:
        yield thread_part(item, level=2)


def thread_part(item: ThreadItem, *, level: int) -> Part:
    """One item as a part under a heading of this level, in the language that is active."""
    return Part(tuple(_item(item, level)), depth=min(item.depth, DEEPEST))


def _item(item: ThreadItem, level: int) -> Iterator[Block]:
    yield Heading(_heading(item), level)
    if item.withheld:
        yield Paragraph((Text(_("This item is withheld. ")), Redaction(item.withheld)))
        return
    if item.author:
        yield Paragraph(strong(item.author))
    times = []
    if item.posted:
        times.append(_("Posted {when}").format(when=item.posted))
    if item.captured:
        times.append(_("Captured {when}").format(when=item.captured))
    if times:
        yield Paragraph(plain("\n".join(times)), Role.SMALL)
    if item.by_hand:
        yield Note(_("Captured by hand"), plain(item.by_hand))
    for state in item.states:
        yield Note(_("State"), plain(state_words(state)))
    if item.words:
        yield Paragraph(captured(item.words), Role.CAPTURED, language_tag(item.language))
    elif item.this:
        yield Paragraph(plain(_("Its words stand above.")), Role.SMALL)
    else:
        yield Paragraph(plain(_("It has no text.")), Role.SMALL)
    for media in item.media:
        yield from media_blocks(media)
    for edit in item.edits:
        yield Paragraph((Strong(_("It said before, as seen on {when}:").format(when=edit.when)),), Role.SMALL)
        yield Paragraph(captured(edit.words), Role.CAPTURED, language_tag(edit.language or item.language))
    if item.address:
        yield Paragraph((Text(_("Address: ")), *item.address), Role.SMALL)
    for note in item.notes:
        yield Note(_("Note"), plain(note))


def _heading(item: ThreadItem) -> str:
    words = f"{item.mark}: {item.kind}" if item.mark else item.kind
    if item.answers:
        words = _("{item}, answers {mark}").format(item=words, mark=item.answers)
    elif item.depth:
        words = _("{item}, level {n}").format(item=words, n=item.depth)
    return _("{item} (this record)").format(item=words) if item.this else words
