"""Documents drawn as PDF by plain Platypus. The same document gives the same bytes.

Untagged for now: headings become bookmarks, the language and title are set, fonts are embedded, nothing is fetched.
What the typeface lacks is named by its code point (`visible`), and no text is parsed as markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, Final

from reportlab.lib.pagesizes import LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, KeepTogether, PageBreak, PageTemplate
from reportlab.platypus.flowables import Flowable
from reportlab.platypus.paragraph import Paragraph as Set

from archive.documents import document as d
from archive.documents.faces import REGULAR, drawable_code_points
from archive.documents.pdf_attachments import attach
from archive.documents.pdf_figures import figure_flowables
from archive.documents.pdf_styles import BODY, BULLET, CAPTION, CAPTURED, HEADINGS, INK, NOTE, SIGNED, SMALL
from archive.documents.pdf_tables import table_flowables
from archive.documents.pdf_text import lengths, marked_up, named

MEDIA_TYPE: Final = "application/pdf"

_SIDE: Final = 0.85 * inch
_TOP: Final = 0.95 * inch
_BOTTOM: Final = 0.9 * inch
_ROOM_BELOW_HEADING: Final = 1.1 * inch
_SHORT_HEADING: Final = 300
_ROLES: Final = {d.Role.BODY: BODY, d.Role.CAPTURED: CAPTURED, d.Role.SMALL: SMALL}


def render(document: d.Document, out: BinaryIO) -> None:
    """Write the document to `out` as PDF.

    Raises only what a figure's own loader or `out` raises; a picture that cannot be decoded becomes a named
    placeholder. Memory grows with the pages (some 30 kB a page) and not with the originals of the pictures, which are
    loaded one by one.
    """
    drawable_code_points()
    marks = _Marks()
    template = _Template(document, marks, out)
    template.build(list(_story(document, marks)), canvasmaker=partial(_Paper, document=document))


class _Marks:
    """The mark that the next page begins with."""

    def __init__(self) -> None:
        self.following = ""


class _Mark(Flowable):
    """Says, at the end of a page, what mark the following pages carry."""

    def __init__(self, mark: str, marks: _Marks) -> None:
        super().__init__()
        self.mark = mark
        self.marks = marks

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.marks.following = self.mark


class _Title(Set):
    """A heading, which also becomes a bookmark."""

    def __init__(self, heading: d.Heading) -> None:
        super().__init__(marked_up(d.plain(heading.text), HEADINGS[heading.level]), HEADINGS[heading.level])
        self.bookmark: d.Heading | None = heading

    def split(self, aW: float, aH: float) -> list[Any]:
        parts: list[Any] = super().split(aW, aH)
        for part in parts:
            part.bookmark = None
        if parts:
            parts[0].bookmark = self.bookmark
        return parts


def _story(document: d.Document, marks: _Marks) -> Iterator[Flowable]:
    sheet = _paper(document.sheet)
    room = (sheet[0] - 2 * _SIDE, sheet[1] - _TOP - _BOTTOM)
    # Something has to be drawn for there to be a page at all.
    yield _Mark(marks.following, marks)
    blocks = tuple(_flat(document.blocks))
    for position, block in enumerate(blocks):
        match block:
            case d.Heading():
                # Platypus keeps a heading with all of the next paragraph or table, however long, so room is asked for
                # instead.
                yield CondPageBreak(_ROOM_BELOW_HEADING)
                title = _Title(block)
                title.keepWithNext = int(
                    isinstance(_at(blocks, position + 1), d.Figure) and len(block.text) < _SHORT_HEADING
                )
                yield title
            case d.Paragraph(spans, d.Role.SIGNED):
                yield KeepTogether(list(_lengths(spans, SIGNED)))
            case d.Paragraph():
                yield from _lengths(block.spans, _ROLES[block.role])
            case d.Listing():
                for number, item in enumerate(block.items, start=1):
                    yield from _lengths(item, BULLET, bulletText=f"{number}." if block.numbered else "•")
            case d.Table():
                if block.caption:
                    yield CondPageBreak(_ROOM_BELOW_HEADING)
                    yield Set(marked_up(d.plain(block.caption), CAPTION), CAPTION)
                yield from table_flowables(block, *room)
            case d.Figure():
                yield from figure_flowables(block, *room)
            case d.Chart():
                yield from _lengths((d.Strong(f"{block.title}. "), d.Text(block.alternative)), NOTE)
            case d.Note():
                yield from _lengths((d.Strong(f"{block.label}: "), *block.spans), NOTE)
            case d.NewPage():
                yield _Mark(block.mark, marks)
                if position:
                    yield PageBreak()


def _flat(blocks: tuple[d.Block, ...]) -> Iterator[d.Block]:
    for block in blocks:
        if isinstance(block, d.Part):
            yield from _flat(block.blocks)
        else:
            yield block


def _at(blocks: tuple[d.Block, ...], position: int) -> d.Block | None:
    return blocks[position] if position < len(blocks) else None


def _lengths(spans: d.Spans, style: ParagraphStyle, *, bulletText: str | None = None) -> Iterator[Flowable]:
    for number, length in enumerate(lengths(spans)):
        yield Set(marked_up(length, style), style, bulletText=bulletText if number == 0 else None)


def _paper(sheet: d.Sheet) -> tuple[float, float]:
    return landscape(LETTER) if sheet is d.Sheet.LETTER_LANDSCAPE else LETTER


class _Paper(Canvas):
    """A canvas that knows at its end how many pages it has, and writes the page counts and the attachments then."""

    def __init__(self, *args: Any, document: d.Document, **options: Any) -> None:
        super().__init__(*args, **options)
        self.document = document

    def save(self) -> None:
        pages = self.getPageNumber() - 1
        page_of = self.document.furniture.page_of
        paper = _paper(self.document.sheet)
        for page in range(1, pages + 1 if page_of else 1):
            self.beginForm(f"page-{page}", 0, 0, *paper)
            self.setFillColor(INK.text)
            self.setFont(REGULAR, 7.5)
            text = page_of.replace("{page}", str(page)).replace("{pages}", str(pages))
            self.drawRightString(paper[0] - _SIDE, 0.5 * inch, named(text))
            self.endForm()
        attach(self, self.document.attachments)
        super().save()


class _Template(BaseDocTemplate):
    """The page: a frame for the text, the legend above, mark, footer and page count below."""

    def __init__(self, document: d.Document, marks: _Marks, out: BinaryIO) -> None:
        paper = _paper(document.sheet)
        super().__init__(
            out,
            pagesize=paper,
            title=named(document.title),
            author=named(document.author),
            subject=named(document.subject),
            creator="Daybook",
            lang=document.language,
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            displayDocTitle=True,
        )
        self.document = document
        self.marks = marks
        self.outline_level = -1
        self.bookmarks = 0
        first = document.blocks[0] if document.blocks else None
        self.mark = ""
        marks.following = first.mark if isinstance(first, d.NewPage) else document.furniture.mark
        frame = Frame(
            _SIDE,
            _BOTTOM,
            paper[0] - 2 * _SIDE,
            paper[1] - _TOP - _BOTTOM,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._begin, onPageEnd=self._end))

    def beforeDocument(self) -> None:
        self.canv.setViewerPreference("DisplayDocTitle", "true")

    def afterFlowable(self, flowable: Flowable) -> None:
        heading = getattr(flowable, "bookmark", None)
        if not isinstance(heading, d.Heading):
            return
        # A reader's outline cannot skip a level.
        self.outline_level = min(heading.level - 1, self.outline_level + 1)
        self.bookmarks += 1
        key = f"heading-{self.bookmarks}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(named(heading.text), key, self.outline_level, closed=self.outline_level > 0)

    def _begin(self, canvas: Canvas, _template: object) -> None:
        self.mark = self.marks.following
        legend = self.document.furniture.legend
        if legend:
            canvas.saveState()
            canvas.setFillColor(INK.legend)
            canvas.setFont(f"{REGULAR}-Bold", 9)
            canvas.drawCentredString(self.pagesize[0] / 2, self.pagesize[1] - 0.5 * inch, named(legend))
            canvas.restoreState()

    def _end(self, canvas: Canvas, _template: object) -> None:
        """The foot of the page; the number of pages is not known yet, so that part is a form drawn at the end."""
        furniture = self.document.furniture
        width = self.pagesize[0]
        canvas.saveState()
        canvas.setStrokeColor(INK.rule)
        canvas.setLineWidth(0.5)
        canvas.line(_SIDE, 0.68 * inch, width - _SIDE, 0.68 * inch)
        canvas.setFillColor(INK.text)
        canvas.setFont(REGULAR, 7.5)
        canvas.drawString(_SIDE, 0.5 * inch, named(furniture.footer))
        if self.mark:
            canvas.setFont(f"{REGULAR}-Bold", 9)
            canvas.drawRightString(width - _SIDE, 0.34 * inch, named(self.mark))
        if furniture.page_of:
            canvas.doForm(f"page-{self.page}")
        canvas.restoreState()
