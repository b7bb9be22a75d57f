"""Figures for Platypus: a picture re-encoded when it is drawn, or a box that names what is not drawn and why."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from reportlab.lib.utils import ImageReader
from reportlab.platypus.flowables import Flowable
from reportlab.platypus.paragraph import Paragraph

from archive.documents.document import Figure, Strong, Text, plain
from archive.documents.pdf_styles import CAPTION, NOTE, SMALL
from archive.documents.pdf_text import marked_up
from archive.documents.pictures import NotDrawn, Picture, is_drawn, redraw

_TALLEST: Final = 0.4
"""Share of a page's height."""
_POINTS_A_PIXEL: Final = 72 / 110
_SHORT: Final = 400


def figure_flowables(figure: Figure, width: float, height: float) -> Iterator[Flowable]:
    """The picture (or its placeholder), then its caption and what it shows in words."""
    drawn = _Drawn(figure, width, height * _TALLEST)
    pictured = is_drawn(figure.media_type)
    caption_words = figure.caption if pictured or figure.caption != figure.name else ""
    alternative = f"Picture shows: {figure.alternative}" if figure.alternative else ""
    if pictured and not alternative:
        alternative = "The picture has no description."
    drawn.keepWithNext = int(0 < len(caption_words) + len(alternative) <= _SHORT)
    yield drawn
    if caption_words:
        caption = Paragraph(marked_up(plain(caption_words), CAPTION), CAPTION)
        caption.keepWithNext = int(bool(drawn.keepWithNext and alternative))
        yield caption
    if alternative:
        yield Paragraph(marked_up(plain(alternative), SMALL), SMALL)


class _Drawn(Flowable):
    """Loads and re-encodes the picture when it is first measured, and lets go of it once it is drawn."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        super().__init__()
        self.figure = figure
        self.room = (width, height)
        self.picture: Picture | None = None
        self.placeholder: Paragraph | None = None
        self.size = (0.0, 0.0)
        self.spaceBefore = 6
        self.spaceAfter = 4

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        if self.picture is None and self.placeholder is None:
            self._load()
        if self.placeholder is not None:
            wrapped: tuple[float, float] = self.placeholder.wrap(aW, aH)
            return wrapped
        return self.size

    def split(self, aW: float, aH: float) -> list[Any]:
        return list(self.placeholder.split(aW, aH)) if self.placeholder is not None else []

    def getSpaceBefore(self) -> float:
        return float(NOTE.spaceBefore if self.placeholder else self.spaceBefore)

    def getSpaceAfter(self) -> float:
        return float(NOTE.spaceAfter if self.placeholder else self.spaceAfter)

    def draw(self) -> None:
        if self.placeholder is not None:
            self.placeholder.drawOn(self.canv, 0, 0)
        elif self.picture is not None:
            self.canv.drawImage(ImageReader(io.BytesIO(self.picture.jpeg)), 0, 0, *self.size)
            self.picture = None

    def _load(self) -> None:
        content = self.figure.content if isinstance(self.figure.content, bytes) else self.figure.content()
        match redraw(content, self.figure.media_type):
            case NotDrawn(reason):
                spans = (Strong("Not drawn: "), Text(f"{self.figure.name} ({self.figure.media_type}), {reason}."))
                self.placeholder = Paragraph(marked_up(spans, NOTE), NOTE)
            case Picture() as picture:
                self.picture = picture
                scale = min(_POINTS_A_PIXEL, self.room[0] / picture.width, self.room[1] / picture.height)
                self.size = (picture.width * scale, picture.height * scale)
