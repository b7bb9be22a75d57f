"""What stands on every page outside the text: drawn when the number of pages is known, as artifacts."""

from __future__ import annotations

from typing import Final

from archive.documents.document import Furniture
from archive.documents.pdf.look import SIDE, Ink, Style
from archive.documents.pdf.marks import END
from archive.documents.pdf.texts import SetText, draw_furniture
from archive.documents.typesetting.lines import Run, Typesetter

_HEAD: Final = b"/Artifact <</Type/Pagination/Subtype/Header>> BDC\n"
_FOOT: Final = b"/Artifact <</Type/Pagination/Subtype/Footer>> BDC\n"
_LEGEND: Final = Style(size=9, bold=True, ink=Ink.legend, centred=True)
_FOOTER: Final = Style(size=7.5)
_MARK: Final = Style(size=9, bold=True)
_SMALLEST: Final = 3.0
_UNBROKEN: Final = 1e6


class PageFurniture:
    """Draws the furniture of the pages of one document."""

    def __init__(self, furniture: Furniture, paper: tuple[float, float], typesetter: Typesetter) -> None:
        self._furniture = furniture
        self._paper = paper
        self._typesetter = typesetter

    def shared(self) -> bytes:
        """What is alike on every page: legend, rule and footer."""
        width, height = self._paper
        content: list[bytes] = []
        if self._furniture.legend:
            draw_furniture(content, _HEAD, self._set(self._furniture.legend, _LEGEND), SIDE, height - 36)
        content += (_FOOT, Ink.rule, b"%.2f 49 %.2f 0.5 re f\n" % (SIDE, width - 2 * SIDE), END)
        if self._furniture.footer:
            footer = self._set(self._furniture.footer, _FOOTER, share=0.75)
            draw_furniture(content, _FOOT, footer, SIDE, 36)
        return b"".join(content)

    def own(self, page: int, pages: int, mark: str) -> bytes:
        """What only this page has: its number and its mark."""
        content: list[bytes] = []
        if self._furniture.page_of:
            words = self._furniture.page_of.replace("{page}", str(page)).replace("{pages}", str(pages))
            draw_furniture(content, _FOOT, self._set(words, _FOOTER, end=True), SIDE, 36)
        if mark:
            draw_furniture(content, _FOOT, self._set(mark, _MARK, end=True), SIDE, 24.5)
        return b"".join(content)

    def _set(self, words: str, style: Style, *, end: bool = False, share: float = 1.0) -> SetText:
        """The words on one line, smaller where they would not fit."""
        room = self._paper[0] - 2 * SIDE
        runs = [Run(" ".join(words.split()), style.bold)]
        lines = self._typesetter.lines(runs, size=style.size, width=_UNBROKEN, direction="ltr")
        if lines[0].width > room * share:
            size = max(_SMALLEST, style.size * room * share / lines[0].width)
            lines = self._typesetter.lines(runs, size=size, width=_UNBROKEN, direction="ltr")
        return SetText(lines, style, 0, width=room, end=end)
