"""A report: charts and one table with what it shows, as of when, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Cell,
    Column,
    Document,
    Furniture,
    Heading,
    Marks,
    Note,
    Paragraph,
    Role,
    Series,
    Sheet,
    Spans,
    Table,
    facts,
    plain,
)
from archive.documents.layouts.chart import chart_blocks


@dataclass(frozen=True, slots=True)
class ChartShown:
    """A chart of the report; `over` names what its categories are, such as "Month"."""

    title: str
    over: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    marks: Marks = Marks.BARS
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TableReport:
    """A report. `as_of` is text; `left_out` says what the table does not show, and why."""

    title: str
    as_of: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Spans, ...], ...]
    list_title: str = ""
    language: str = "en-US"
    about: str = ""
    totals: tuple[tuple[str, str], ...] = ()
    charts: tuple[ChartShown, ...] = ()
    left_out: tuple[str, ...] = ()
    wide: bool = False
    author: str = ""
    furniture: Furniture = field(default_factory=Furniture)


def table_report(content: TableReport) -> Document:
    """The report as a document; the first column names the rows."""
    with translation.override(content.language):
        blocks = tuple(_blocks(content))
    return Document(
        title=content.title,
        language=content.language,
        blocks=blocks,
        furniture=content.furniture,
        sheet=Sheet.LETTER_LANDSCAPE if content.wide else Sheet.LETTER,
        author=content.author,
    )


def _blocks(content: TableReport) -> Iterator[Block]:
    yield Heading(content.title)
    yield Paragraph(plain(_("As of {when}").format(when=content.as_of)), Role.SMALL)
    if content.about:
        yield Paragraph(plain(content.about))
    if content.totals:
        yield facts((name, plain(value)) for name, value in content.totals)
    for chart in content.charts:
        yield Heading(chart.title, 2)
        yield from chart_blocks(
            chart.title, chart.over, chart.categories, chart.series, marks=chart.marks, unit=chart.unit, headed=True
        )
    if content.charts and content.rows:
        yield Heading(content.list_title or _("The list"), 2)
    if content.rows:
        rows = tuple(
            tuple(Cell(spans, header=position == 0) for position, spans in enumerate(row)) for row in content.rows
        )
        yield Table(content.columns, rows)
    elif not content.charts:
        yield Paragraph(plain(_("There is nothing to list.")))
    for words in content.left_out:
        yield Note(_("Not shown"), plain(words))
