"""Figures: a picture drawn anew, or words for what is not drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archive.documents.document import Figure, Strong, Text, plain
from archive.documents.pdf.flow import Flow
from archive.documents.pdf.look import CAPTION, NOTE, SMALL
from archive.documents.pdf.marks import END, Drawn
from archive.documents.pdf.strings import text_string
from archive.documents.pdf.texts import TextBox, set_spans
from archive.documents.pictures import NotDrawn, is_drawn, redraw

_TALLEST: Final = 0.4
"""Share of a page's height."""
_POINTS_A_PIXEL: Final = 72 / 110
_SHORT: Final = 400


@dataclass(slots=True)
class PictureBox:
    """A picture of this size, which belongs to a structure element."""

    picture: Drawn | None
    element: int
    x: float
    width: float
    height: float
    keep: bool
    before: float = 6.0
    after: float = 4.0

    @property
    def least(self) -> float:
        """All of it."""
        return self.height

    def place(self, flow: Flow) -> None:
        """Draw the picture; the page holds it from now on."""
        if self.height > flow.room and not flow.fresh:
            flow.turn()
        if self.picture is None:
            return
        page, tree, y = flow.page, flow.tree, flow.y - self.height
        set_box(flow, self.element, self.x, y, self.width, self.height)
        page.content += (
            page.begin(tree, self.element),
            b"q %.2f 0 0 %.2f %.2f %.2f cm /P%d Do Q\n" % (self.width, self.height, self.x, y, len(page.pictures)),
            END,
        )
        page.pictures.append(self.picture)
        self.picture = None
        flow.y = y


def set_box(flow: Flow, number: int, x: float, y: float, width: float, height: float) -> None:
    """Say where on its page a figure lies (ISO 32000-1, 14.8.5.4.3)."""
    box = b"/A<</O/Layout/Placement/Block/BBox[%.2f %.2f %.2f %.2f]>>" % (x, y, x + width, y + height)
    element = flow.tree.elements[number]
    flow.tree.elements[number] = element._replace(entries=element.entries + box)


def place_figure(flow: Flow, figure: Figure) -> None:
    """Draw the picture (or its placeholder), then its caption and what it shows in words."""
    content = figure.content if isinstance(figure.content, bytes) else figure.content()
    drawn = redraw(content, figure.media_type)
    del content
    pictured = is_drawn(figure.media_type)
    caption = figure.caption if pictured or figure.caption != figure.name else ""
    words = f"Picture shows: {figure.alternative}" if figure.alternative else ""
    if pictured and not words:
        words = "The picture has no description."
    short = 0 < len(caption) + len(words) <= _SHORT
    if isinstance(drawn, NotDrawn):
        element = flow.tree.add(b"P", flow.parent)
        spans = (Strong("Not drawn: "), Text(f"{figure.name} ({figure.media_type}), {drawn.reason}."))
        text = set_spans(flow, spans, NOTE, element, flow.width - 2 * NOTE.pad)
        flow.add(TextBox(text, flow.x, keep=short))
    else:
        spoken = figure.alternative or f"{figure.name}. The picture has no description."
        element = flow.tree.add(b"Figure", flow.parent, b"/Alt" + text_string(spoken))
        scale = min(_POINTS_A_PIXEL, flow.width / drawn.width, flow.whole * _TALLEST / drawn.height)
        picture = Drawn(drawn.jpeg, drawn.width, drawn.height)
        flow.add(PictureBox(picture, element, flow.x, drawn.width * scale, drawn.height * scale, short))
    if caption:
        text = set_spans(flow, plain(caption), CAPTION, flow.tree.add(b"P", flow.parent), flow.width)
        flow.add(TextBox(text, flow.x, keep=short and bool(words)))
    if words:
        text = set_spans(flow, plain(words), SMALL, flow.tree.add(b"P", flow.parent), flow.width)
        flow.add(TextBox(text, flow.x))
