"""A chart with its values beside it as a table, and words that say what it shows, made of the values."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from archive.documents.charting import number_text
from archive.documents.document import Align, Block, Cell, Chart, Column, Marks, Series, Table, plain

_DESCRIBED = 6  #: series that the words go into; the table has all


def chart_blocks(
    title: str,
    over: str,
    categories: tuple[str, ...],
    series: tuple[Series, ...],
    *,
    marks: Marks = Marks.BARS,
    unit: str = "",
    headed: bool = False,
) -> tuple[Block, ...]:
    """The chart and its table, in the language that is active. `over` names the categories, such as "Month".

    `headed` says that the title stands above as a heading and is not drawn once more.
    Without a category there is nothing to draw, and the table is left out too. Raises MalformedTable.
    """
    if not categories or not series:
        return ()
    words = f"{title}. {chart_words(over, categories, series, marks=marks, unit=unit)}"
    table = Table(
        columns=(Column(over, 1.6), *(Column(each.name, 1.0, Align.END) for each in series)),
        rows=tuple(
            (
                Cell(plain(name), header=True),
                *(Cell(plain(number_text(each.values[number]))) for each in series),
            )
            for number, name in enumerate(categories)
        ),
        caption=f"{title} ({unit})" if unit else title,
    )
    return Chart("" if headed else title, categories, series, words, marks, unit), table


def chart_words(
    over: str, categories: tuple[str, ...], series: tuple[Series, ...], *, marks: Marks = Marks.BARS, unit: str = ""
) -> str:
    """What the chart shows: its form, its range, and of each series the lowest, the highest and the last value."""
    form = _("Bar chart") if marks is Marks.BARS else _("Line chart")
    by = _("{form} by {over}, {first} to {last}") if len(categories) > 1 else _("{form} by {over}, {first}")
    words = by.format(form=form, over=over.lower(), first=categories[0], last=categories[-1])
    words += f", {unit}. " if unit else ". "
    said = [_series(categories, each) for each in series[:_DESCRIBED]]
    if len(series) > _DESCRIBED:
        said.append(_("{n} more series are in the table.").format(n=len(series) - _DESCRIBED))
    return words + " ".join(said) + " " + _("The table beside it has every value.")


def _series(categories: tuple[str, ...], series: Series) -> str:
    known = [(value, n) for n, value in enumerate(series.values) if value is not None and math.isfinite(value)]
    if not known:
        return _("{name}: no values.").format(name=series.name)
    low, high = min(known, key=lambda each: each[0]), max(known, key=lambda each: each[0])
    last = known[-1]
    if low[0] == high[0]:
        words = _("{name}: {value} throughout.") if len(known) > 1 else _("{name}: {value}.")
        return words.format(name=series.name, value=number_text(low[0]))
    return _("{name}: lowest {low} ({at_low}), highest {high} ({at_high}), last {last} ({at_last}).").format(
        name=series.name,
        low=number_text(low[0]),
        at_low=categories[low[1]],
        high=number_text(high[0]),
        at_high=categories[high[1]],
        last=number_text(last[0]),
        at_last=categories[last[1]],
    )
