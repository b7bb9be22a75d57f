"""Charts drawn with lines and rectangles: no picture, so that they stay sharp, and told apart without colour too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archive.documents.charting import Scale, labelled, number_text, scale_of
from archive.documents.document import Chart, Marks, plain
from archive.documents.pdf.figures import set_box
from archive.documents.pdf.flow import Flow
from archive.documents.pdf.look import CAPTION, Ink, Style, fill
from archive.documents.pdf.marks import END
from archive.documents.pdf.strings import text_string
from archive.documents.pdf.texts import SetText, TextBox, draw_lines, set_spans

_HEIGHT: Final = 190.0
_LABEL: Final = Style(size=8, leading=11, after=0)
_LEFT: Final = 44.0
_BELOW: Final = 26.0
_KEY: Final = 12.0
_UNIT: Final = 14.0
# Each has a contrast of 3 to 1 against paper and differs in lightness from its neighbours (WCAG 2.1, 1.4.11).
_COLOURS: Final = tuple(map(fill, (0x162E51, 0x2E8367, 0xB50909, 0x8168B3, 0x936F38, 0x0081A1)))
_DASHES: Final = (b"[] 0 d\n", b"[6 2] 0 d\n", b"[2 2] 0 d\n", b"[8 2 2 2] 0 d\n", b"[4 4] 0 d\n", b"[1 3] 0 d\n")


@dataclass(slots=True)
class _Words:
    text: SetText
    x: float
    y: float


class ChartBox:
    """A chart in its column: the plot, the names below it, and the key of the series."""

    before, after, keep = 4.0, 10.0, False

    def __init__(self, flow: Flow, chart: Chart, element: int) -> None:
        self.chart, self.element = chart, element
        self.x, self.width = flow.x, flow.width
        self.scale: Scale = scale_of(value for each in chart.series for value in each.values)
        self._words: list[_Words] = []
        self._flow = flow
        keys = self._set_key() if len(chart.series) > 1 else 0.0
        self.height = self.least = _HEIGHT + _BELOW + keys + (_UNIT if chart.unit else 0.0)
        self._plot = (_LEFT, keys + _BELOW, self.width - _LEFT, _HEIGHT - 6)
        self._set_axes()

    def place(self, flow: Flow) -> None:
        """Draw it all as the content of one figure."""
        if self.height > flow.room and not flow.fresh:
            flow.turn()
        page, x, y = flow.page, self.x, flow.y - self.height
        set_box(flow, self.element, x, y, self.width, self.height)
        page.content += (page.begin(flow.tree, self.element), b"q 1 0 0 1 %.2f %.2f cm\n" % (x, y))
        self._draw(page.content)
        page.content += (b"Q\n", END)
        for words in self._words:
            draw_lines(page, flow.tree, words.text, 0, 1, x + words.x, y + words.y)
        flow.y = y

    def _text(self, words: str, width: float, *, centred: bool = False, end: bool = False) -> SetText:
        style = Style(size=_LABEL.size, leading=_LABEL.leading, after=0, centred=centred)
        return set_spans(self._flow, plain(words), style, self.element, width, end=end)

    def _set_key(self) -> float:
        """Set the names of the series below the plot, one a line; answers the height they take."""
        tall = _KEY * len(self.chart.series)
        for number, series in enumerate(self.chart.series):
            self._words.append(_Words(self._text(series.name, self.width - 30), 26, tall - _KEY * number))
        return tall + 4

    def _set_axes(self) -> None:
        left, low, width, tall = self._plot
        for tick in self.scale.ticks:
            y = low + tall * self.scale.place(tick) + _LABEL.leading / 2
            self._words.append(_Words(self._text(number_text(tick), left - 6, end=True), 0, y))
        if self.chart.unit:
            self._words.append(_Words(self._text(self.chart.unit, width), left, low + tall + _UNIT + 3))
        count = len(self.chart.categories)
        named = labelled(count)
        step = width / max(count, 1)
        for number in named:
            room = step * named.step - 4
            text = self._text(self.chart.categories[number], room, centred=True)
            self._words.append(_Words(text, left + step * (number + 0.5) - room / 2, low - 4))

    def _draw(self, content: list[bytes]) -> None:
        left, low, width, tall = self._plot
        content.append(Ink.rule)
        for tick in self.scale.ticks:
            content.append(b"%.2f %.2f %.2f 0.4 re f\n" % (left, low + tall * self.scale.place(tick), width))
        content.append(Ink.text)
        content.append(b"%.2f %.2f %.2f 0.8 re f\n" % (left, low + tall * self.scale.place(0), width))
        draw = self._draw_bars if self.chart.marks is Marks.BARS else self._draw_line
        for number in range(len(self.chart.series)):
            draw(content, number)
        if len(self.chart.series) > 1:
            self._draw_key(content)

    def _draw_bars(self, content: list[bytes], number: int) -> None:
        left, low, width, tall = self._plot
        step = width / max(len(self.chart.categories), 1)
        bar = step * 0.76 / len(self.chart.series)
        zero = low + tall * self.scale.place(0)
        content.append(_COLOURS[number % len(_COLOURS)])
        for place, value in enumerate(self.chart.series[number].values):
            if value is not None and self.scale.low <= value <= self.scale.high:
                x = left + step * (place + 0.12) + bar * number
                top = low + tall * self.scale.place(value)
                content.append(b"%.2f %.2f %.2f %.2f re f\n" % (x, zero, bar * 0.92, top - zero))

    def _draw_line(self, content: list[bytes], number: int) -> None:
        left, low, width, tall = self._plot
        step = width / max(len(self.chart.categories), 1)
        content += (_stroke(number), b"1.4 w 1 J 1 j\n", _DASHES[number % len(_DASHES)])
        path: list[bytes] = []
        dots: list[bytes] = []
        follows = False
        for place, value in enumerate(self.chart.series[number].values):
            if value is None or not self.scale.low <= value <= self.scale.high:
                follows = False
                continue
            x, y = left + step * (place + 0.5), low + tall * self.scale.place(value)
            path.append(b"%.2f %.2f %s\n" % (x, y, b"l" if follows else b"m"))
            dots.append(b"%.2f %.2f 3 3 re f\n" % (x - 1.5, y - 1.5))
            follows = True
        if path:
            content += (*path, b"S [] 0 d\n", _COLOURS[number % len(_COLOURS)], *dots)

    def _draw_key(self, content: list[bytes]) -> None:
        tall = _KEY * len(self.chart.series)
        for number in range(len(self.chart.series)):
            y = tall - _KEY * number - _LABEL.leading / 2
            if self.chart.marks is Marks.BARS:
                content.append(_COLOURS[number % len(_COLOURS)] + b"4 %.2f 14 7 re f\n" % (y - 3.5))
            else:
                dash = _DASHES[number % len(_DASHES)]
                content += (_stroke(number), b"1.4 w\n", dash, b"2 %.2f m 20 %.2f l S [] 0 d\n" % (y, y))


def _stroke(number: int) -> bytes:
    return _COLOURS[number % len(_COLOURS)].replace(b"rg", b"RG")


def place_chart(flow: Flow, chart: Chart) -> None:
    """Draw a chart below its title."""
    if chart.title:
        title = set_spans(flow, plain(chart.title), CAPTION, flow.tree.add(b"P", flow.parent), flow.width)
        flow.add(TextBox(title, flow.x, keep=True))
    spoken = chart.alternative or chart.title
    flow.add(ChartBox(flow, chart, flow.tree.add(b"Figure", flow.parent, b"/Alt" + text_string(spoken))))
