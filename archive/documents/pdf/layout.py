"""A stretch of blocks laid out on pages of its own: what one worker does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from archive.documents import document as d
from archive.documents.pdf.charts import place_chart
from archive.documents.pdf.compressing import Piece, deflated, piece
from archive.documents.pdf.figures import place_figure
from archive.documents.pdf.flow import Flow
from archive.documents.pdf.headings import Levels
from archive.documents.pdf.look import BODY, HEADINGS, ITEM, NOTE, ROLES
from archive.documents.pdf.marks import ROOT, Bookmark, Drawn, Element, LinkArea
from archive.documents.pdf.strings import language_entry
from archive.documents.pdf.tables import place_table
from archive.documents.pdf.texts import TextBox, set_spans
from archive.documents.source import source_blocks
from archive.documents.typesetting.lines import Typesetter

_INDENT: Final = 20.0
_LISTS: Final = {
    False: b"/A<</O/List/ListNumbering/Disc>>",
    True: b"/A<</O/List/ListNumbering/Decimal>>",
}


class Stretch(NamedTuple):
    """Blocks that begin on a new page, the mark there, and the level of the heading before them."""

    blocks: tuple[d.Block, ...]
    sheet: d.Sheet
    mark: str
    level: int


class LaidPage(NamedTuple):
    """A finished page: its compressed content, the element of each piece of it, its links and pictures."""

    content: bytes
    mark: str
    owners: list[int]
    links: list[LinkArea]
    pictures: list[Drawn]


class Laid(NamedTuple):
    """Finished pages with their structure. Pages and elements are numbered from 0; element 0 is the document."""

    pages: list[LaidPage]
    elements: list[Element]
    bookmarks: list[Bookmark]
    used: dict[str, dict[int, str]]
    source: Piece


def _no_beat() -> None:
    return None


def lay_out(stretch: Stretch, beat: Callable[[], None] = _no_beat) -> Laid:
    """Lay the blocks out. `beat` is called at every page; what it raises stops the work."""
    typesetter = Typesetter()
    flow = Flow(stretch.sheet, stretch.mark, typesetter, beat)
    _Layout(flow, Levels(stretch.level)).blocks(stretch.blocks)
    flow.close()
    pages = [
        LaidPage(deflated(b"".join(page.content)), page.mark, page.owners, page.links, page.pictures)
        for page in flow.pages
    ]
    source = piece(source_blocks(stretch.blocks).encode("ascii"))
    return Laid(pages, flow.tree.elements, flow.bookmarks, dict(typesetter.used), source)


class _Layout:
    def __init__(self, flow: Flow, levels: Levels) -> None:
        self.flow = flow
        self.levels = levels

    def blocks(self, blocks: tuple[d.Block, ...]) -> None:
        for block in blocks:
            match block:
                case d.Heading():
                    self._heading(block)
                case d.Paragraph():
                    self._paragraph(block)
                case d.Listing():
                    self._listing(block)
                case d.Table():
                    place_table(self.flow, block)
                case d.Figure():
                    place_figure(self.flow, block)
                case d.Chart():
                    place_chart(self.flow, block)
                case d.Note():
                    self._note(block)
                case d.NewPage(mark):
                    self.flow.new_page(mark)
                case d.Part():
                    self._part(block)

    def _heading(self, heading: d.Heading) -> None:
        flow, level = self.flow, self.levels.next(heading.level)
        element = flow.tree.add(b"H%d" % level, flow.parent)
        text = set_spans(flow, d.plain(heading.text), HEADINGS[heading.level], element, flow.width)
        flow.add(TextBox(text, flow.x, keep=True, heading=(level, heading.text)))

    def _paragraph(self, paragraph: d.Paragraph) -> None:
        flow, style = self.flow, ROLES[paragraph.role]
        element = flow.tree.add(b"P", flow.parent, language_entry(paragraph.language))
        width = flow.width - 2 * style.pad
        text = set_spans(flow, paragraph.spans, style, element, width, language=paragraph.language)
        flow.add(TextBox(text, flow.x, together=paragraph.role is d.Role.SIGNED))

    def _listing(self, listing: d.Listing) -> None:
        flow = self.flow
        whole = flow.tree.add(b"L", flow.parent, _LISTS[listing.numbered])
        for number, spans in enumerate(listing.items, start=1):
            item = flow.tree.add(b"LI", whole)
            words = f"{number}." if listing.numbered else "•"
            label = set_spans(flow, d.plain(words), BODY, flow.tree.add(b"Lbl", item), _INDENT - 5, end=True)
            text = set_spans(flow, spans, ITEM, flow.tree.add(b"LBody", item), flow.width - _INDENT)
            flow.add(TextBox(text, flow.x + _INDENT, label=label, label_x=flow.x))

    def _note(self, note: d.Note) -> None:
        flow = self.flow
        element = flow.tree.add(b"Note", flow.parent)
        text = set_spans(flow, note.spans, NOTE, element, flow.width - 2 * NOTE.pad, before=f"{note.label}: ")
        flow.add(TextBox(text, flow.x))

    def _part(self, part: d.Part) -> None:
        flow = self.flow
        outer = flow.parent
        flow.parent = flow.tree.add(b"Art" if outer == ROOT else b"Sect", outer)
        x = flow.enter(part.depth)
        self.blocks(part.blocks)
        flow.leave(x, depth=part.depth)
        flow.parent = outer
