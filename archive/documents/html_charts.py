"""Charts for a browser: a drawing in SVG without style or script, whose looks are classes of the page's stylesheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from typing import Final

from archive.documents.charting import Scale, labelled, number_text, scale_of
from archive.documents.document import Chart, Marks

WIDTH: Final = 640
HEIGHT: Final = 310
LOOKS: Final = 6
"""Classes for series, `doc-series-0` and on; a seventh series looks like the first."""

_LEFT: Final = 60
_RIGHT: Final = 12
_TOP: Final = 26
_BOTTOM: Final = 34
_LEGEND: Final = 18
_LETTER: Final = 6.4  #: width of a letter of a label, about

Words = Callable[[str], str]


def chart_svg(chart: Chart, words: Words) -> str:
    """The chart as an image with a name and what it shows in words. `words` makes a text fit for a browser."""
    return "".join(_Drawing(chart, words).parts())


class _Drawing:
    def __init__(self, chart: Chart, words: Words) -> None:
        self.chart = chart
        self.words = words
        self.scale: Scale = scale_of(value for series in chart.series for value in series.values)
        self.legend = _LEGEND * len(chart.series) if len(chart.series) > 1 else 0
        self.wide = WIDTH - _LEFT - _RIGHT
        self.high = HEIGHT - _TOP - _BOTTOM

    def parts(self) -> Iterator[str]:
        height = HEIGHT + self.legend
        said = escape(self.words(self.chart.alternative or self.chart.title))
        yield f'<svg class="doc-chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">'
        yield from self._axis()
        for number, series in enumerate(self.chart.series):
            look = f"doc-series-{number % LOOKS}"
            yield from self._bars(number, look) if self.chart.marks is Marks.BARS else self._line(series.values, look)
        yield from self._names()
        yield "</svg>"

    def _axis(self) -> Iterator[str]:
        for tick in self.scale.ticks:
            y = self._y(tick)
            look = "doc-zero" if tick == 0 else "doc-tick"
            yield f'<line class="{look}" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"></line>'
            yield self._label(_LEFT - 6, _up(y + 4), number_text(tick), "doc-label doc-label-end")
        if self.chart.unit:
            yield self._label(_LEFT, 12, self.chart.unit, "doc-label")
        slot = self.wide / max(1, len(self.chart.categories))
        shown = labelled(len(self.chart.categories))
        room = max(3, int(slot * shown.step / _LETTER) - 1)
        for number in shown:
            name = self.chart.categories[number]
            name = name if len(name) <= room else name[: room - 1] + "…"
            x = _up(_LEFT + slot * (number + 0.5))
            yield self._label(x, HEIGHT - _BOTTOM + 18, name, "doc-label doc-label-middle")

    def _bars(self, number: int, look: str) -> Iterator[str]:
        slot = self.wide / max(1, len(self.chart.categories))
        width = slot * 0.76 / len(self.chart.series)
        for category, value in enumerate(self.chart.series[number].values):
            if value is None or not math.isfinite(value):
                continue
            x = _LEFT + slot * (category + 0.12) + width * number
            top, foot = sorted((self._y(value), self._y(0)))
            yield f'<rect class="{look}" x="{_up(x)}" y="{top}" width="{_up(width)}" height="{_up(foot - top)}"></rect>'

    def _line(self, values: tuple[float | None, ...], look: str) -> Iterator[str]:
        """A gap stays a gap: a line leads only through neighbours that both have a value."""
        slot = self.wide / max(1, len(values))
        known = ((n, v) if v is not None and math.isfinite(v) else None for n, v in enumerate(values))
        for there, run in groupby(known, key=lambda each: each is not None):
            if not there:
                continue
            points = [(_up(_LEFT + slot * (each[0] + 0.5)), self._y(each[1])) for each in run if each is not None]
            if len(points) > 1:
                path = " ".join(f"{x},{y}" for x, y in points)
                yield f'<polyline class="{look} doc-line" points="{path}"></polyline>'
            for x, y in points:
                yield f'<circle class="{look}" cx="{x}" cy="{y}" r="3"></circle>'

    def _names(self) -> Iterator[str]:
        if not self.legend:
            return
        for number, series in enumerate(self.chart.series):
            y = HEIGHT + _LEGEND * number
            yield f'<rect class="doc-series-{number % LOOKS}" x="{_LEFT}" y="{y}" width="12" height="12"></rect>'
            yield self._label(_LEFT + 18, y + 10, series.name, "doc-label")

    def _label(self, x: float, y: float, text: str, look: str) -> str:
        return f'<text class="{look}" x="{x}" y="{y}">{escape(self.words(text))}</text>'

    def _y(self, value: float) -> float:
        return _up(_TOP + self.high * (1 - self.scale.place(value)))


def _up(number: float) -> float:
    return round(number, 1)
