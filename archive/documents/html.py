"""Documents as plain, safe HTML, for screens and print previews.

Every text is escaped, nothing is fetched, and there is no style or script: the classes are `doc-…`, and
`static/document.css` decides their look, on the screen and in print. Characters that a browser would hide are named by
their code point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from itertools import pairwise

from archive.documents import document as d
from archive.documents.addresses import live_address
from archive.documents.html_charts import chart_svg
from archive.documents.languages import language_tag
from archive.documents.pictures import NotDrawn
from archive.documents.visible import Kind, browser_pieces

MAX_DEPTH = 12  #: steps that a part is set in at most

PictureAddress = Callable[[d.Figure], str | NotDrawn | None]
"""Answers where the browser finds a figure's picture, why it is not drawn, or None to show its words alone."""


def _no_picture(_figure: d.Figure) -> None:
    return None


def render(
    document: d.Document, *, picture_address: PictureAddress = _no_picture, first_heading_level: int = 1
) -> Iterator[str]:
    """The document as an `<article>`, in parts to be joined or streamed.

    `first_heading_level` sets the document's level 1 below the headings of the page that shows it.
    """
    look = "doc doc-landscape" if document.sheet is d.Sheet.LETTER_LANDSCAPE else "doc"
    yield f'<article class="{look}"{_lang(document.language)}>\n'
    if document.furniture.legend:
        yield f'<p class="doc-legend">{_text(document.furniture.legend)}</p>\n'
    if document.furniture.mark:
        yield f'<p class="doc-mark">{_text(document.furniture.mark)}</p>\n'
    for before, block in pairwise((None, *document.blocks)):
        if block is not None:
            yield from _block(block, before, picture_address, first_heading_level - 1)
    if document.furniture.footer:
        yield f'<p class="doc-footer">{_text(document.furniture.footer)}</p>\n'
    if document.attachments:
        names = "".join(f"<li>{_text(a.name)}</li>" for a in document.attachments)
        yield f'<ul class="doc-attachments">{names}</ul>\n'
    yield "</article>\n"


def _block(block: d.Block, before: d.Block | None, picture_address: PictureAddress, deeper: int) -> Iterator[str]:
    match block:
        case d.Heading(text, level):
            tag = f"h{min(level + deeper, 6)}"
            yield f"<{tag}>{_text(text)}</{tag}>\n"
        case d.Paragraph(spans, role, language):
            # The direction of captured words is theirs, not the page's (UAX 9).
            own = ' dir="auto"' if role is d.Role.CAPTURED else ""
            yield f'<p class="doc-{role}"{_lang(language)}{own}>{_spans(spans)}</p>\n'
        case d.Listing(items, numbered):
            tag = "ol" if numbered else "ul"
            yield f"<{tag}>" + "".join(f"<li>{_spans(item)}</li>" for item in items) + f"</{tag}>\n"
        case d.Table():
            yield from _table(block)
        case d.Figure():
            yield _figure(block, picture_address(block))
        case d.Chart():
            drawing = chart_svg(block, _attribute)
            caption = f"<figcaption>{_text(block.title)}</figcaption>" if block.title else ""
            yield f'<figure class="doc-figure">{drawing}{caption}</figure>\n'
        case d.Part(blocks, depth):
            yield f'<section class="doc-part doc-depth-{min(depth, MAX_DEPTH)}">\n'
            for earlier, inner in pairwise((None, *blocks)):
                if inner is not None:
                    yield from _block(inner, earlier, picture_address, deeper)
            yield "</section>\n"
        case d.Note(label, spans):
            yield f'<p class="doc-note"><strong>{_text(label)}:</strong> {_spans(spans)}</p>\n'
        case d.NewPage(mark):
            yield '<hr class="doc-page">\n' if before is not None else ""
            yield f'<p class="doc-mark">{_text(mark)}</p>\n' if mark else ""


def _table(table: d.Table) -> Iterator[str]:
    yield '<table class="doc-table">' if table.has_head else '<table class="doc-table doc-facts">'
    if table.caption:
        yield f"<caption>{_text(table.caption)}</caption>"
    if table.has_head:
        cells = (f'<th scope="col"{_aligned(c)}>{_text(c.heading)}</th>' for c in table.columns)
        yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>\n"
    for row in table.rows:
        yield "<tr>"
        for cell, column in zip(row, table.columns, strict=True):
            if cell.header:
                yield f'<th scope="row"{_aligned(column)}>{_spans(cell.spans)}</th>'
            else:
                yield f"<td{_aligned(column)}>{_spans(cell.spans)}</td>"
        yield "</tr>\n"
    yield "</tbody></table>\n"


def _aligned(column: d.Column) -> str:
    return ' class="doc-end"' if column.align is d.Align.END else ""


def _figure(figure: d.Figure, address: str | NotDrawn | None) -> str:
    caption = f"<figcaption>{_text(figure.caption)}</figcaption>" if figure.caption else ""
    if not isinstance(address, str):
        caption = caption if figure.caption != figure.name else ""
        words = f"{figure.name} ({figure.media_type}){f', {address.reason}' if address else ''}. {figure.alternative}"
        label = "<strong>Not drawn:</strong> " if address else ""
        return f'<figure class="doc-figure"><p class="doc-note">{label}{_text(words)}</p>{caption}</figure>\n'
    alternative = escape(_attribute(figure.alternative or f"{figure.name}: the picture has no description"))
    return f'<figure class="doc-figure"><img src="{escape(address)}" alt="{alternative}">{caption}</figure>\n'


def _spans(spans: d.Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: d.Span) -> str:
    match span:
        case d.Text(value, language):
            lang = _lang(language)
            return f"<span{lang}>{_text(value)}</span>" if lang else _text(value)
        case d.Strong(value, language):
            return f"<strong{_lang(language)}>{_text(value)}</strong>"
        case d.Link(value, address, language):
            live = live_address(address)
            if live is None:
                return _text(value)
            return f'<a href="{escape(live)}"{_lang(language)} rel="noopener noreferrer">{_text(value)}</a>'
        case d.Redaction():
            # One image with a name: a screen reader says what it is and does not spell the brackets.
            spoken = escape(_attribute(span.spoken))
            return f'<span class="doc-redaction" role="img" aria-label="{spoken}">{_text(span.label)}</span>'


def _lang(language: str | None) -> str:
    tag = language_tag(language)
    return f' lang="{tag}"' if tag else ""


def _text(text: str) -> str:
    out: list[str] = []
    for piece in browser_pieces(text):
        if piece.kind is Kind.BREAK:
            out.append("<br>")
        elif piece.kind is Kind.NAMED:
            out.append(f'<span class="doc-code-point">{piece.text}</span>')
        else:
            out.append(escape(piece.text))
    return "".join(out)


def _attribute(text: str) -> str:
    return "".join(piece.text or " " for piece in browser_pieces(text))
