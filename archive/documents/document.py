"""A document as a value: what it says, in reading order, without a word on how it is drawn.

Text is the text of people and networks, not markup: no renderer parses it. A redaction holds its code and nothing of
what it hides, so what is withheld never enters the process that draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from archive.documents.errors import MalformedTable

MAX_COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Text:
    """A run of plain text. A line feed is a line break. `language` is a BCP 47 tag where it differs from around it."""

    value: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Strong:
    """A run of text with weight."""

    value: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A run of text that leads somewhere. Renderers make it live only for http, https and mailto."""

    value: str
    address: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Redaction:
    """Something withheld, shown as its exemption code alone, for example `7(1)(b)`.

    The label is the same for all that one code hides: its width tells nothing of what was there.
    """

    code: str

    @property
    def label(self) -> str:
        """What is drawn in its place."""
        return f"[REDACTED – {self.code}]"

    @property
    def spoken(self) -> str:
        """What a screen reader says in its place."""
        return f"Redacted, exemption {self.code}."


Span = Text | Strong | Link | Redaction
Spans = tuple[Span, ...]


def plain(value: str) -> Spans:
    """The text as one span; the empty text as none."""
    return (Text(value),) if value else ()


class Role(StrEnum):
    """What a paragraph is for."""

    BODY = "body"
    CAPTURED = "captured"
    """Words as a network delivered them."""
    SMALL = "small"
    """A remark about the document itself."""
    SIGNED = "signed"
    """Who signs: short, and never parted by a page's end."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 to 4, and the first of a document has level 1."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 4:
            raise ValueError("a heading has a level from 1 to 4")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `language` is a BCP 47 tag where it differs from the document's."""

    spans: Spans
    role: Role = Role.BODY
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of items, numbered or not."""

    items: tuple[Spans, ...]
    numbered: bool = False


class Align(StrEnum):
    """How the cells of a column line up."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; `header` says that it names its row."""

    spans: Spans
    header: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading (may be empty), its share of the width against its neighbours, its alignment."""

    heading: str
    weight: float = 1.0
    align: Align = Align.START


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Every row has one cell for each column; at most 24 columns (`MalformedTable`)."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= MAX_COLUMNS:
            raise MalformedTable(f"A table has between 1 and {MAX_COLUMNS} columns; split it into several tables.")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise MalformedTable(f"Row {number} has {len(row)} cells where the table has {len(self.columns)}.")

    @property
    def has_head(self) -> bool:
        """Whether any column has a heading."""
        return any(column.heading for column in self.columns)


def facts(pairs: Iterable[tuple[str, Spans]], *, caption: str = "") -> Table:
    """A table of two columns without a head: each row a name (a header cell) and what it is."""
    rows = tuple((Cell(plain(name), header=True), Cell(spans)) for name, spans in pairs)
    return Table(columns=(Column("", 1.0), Column("", 3.0)), rows=rows, caption=caption)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, or another file that is shown by name.

    `content` is the bytes, or a call that fetches them when they are drawn, so that a document of many pictures does
    not hold them all. `alternative` says what the picture shows; `name` names it where it cannot be drawn.
    """

    content: bytes | Callable[[], bytes]
    media_type: str
    alternative: str
    name: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart from the text, with a label such as "Note" or "Not shown"."""

    label: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class NewPage:
    """A new page begins here. `mark`, such as a Bates number, is on this and all following pages until the next."""

    mark: str = ""


class Marks(StrEnum):
    """How a chart draws its values."""

    BARS = "bars"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Series:
    """Values of a chart, one for each category; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, drawn as a figure. Whoever makes one puts the same values beside it as a table.

    `alternative` says in words what the chart shows, its subject included; `title` is drawn above it, empty where a
    heading says it already. Every series has one value for each category (`MalformedTable`).
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    alternative: str
    marks: Marks = Marks.BARS
    unit: str = ""

    def __post_init__(self) -> None:
        for each in self.series:
            if len(each.values) != len(self.categories):
                raise MalformedTable(f"The series {each.name} has not one value for each category of the chart.")


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks that belong together, such as an item of a thread; `depth` above 0 sets them in by as many steps."""

    blocks: tuple[Block, ...]
    depth: int = 0


Block = Heading | Paragraph | Listing | Table | Figure | Chart | Note | NewPage | Part


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on every page outside the text."""

    legend: str = ""
    """Over every page, for example DEMONSTRATION."""
    mark: str = ""
    """The Bates number or another mark, until a `NewPage` brings another."""
    footer: str = ""
    page_of: str = "Page {page} of {pages}"
    """The page count, with the places `{page}` and `{pages}`; empty for none."""


class Relation(StrEnum):
    """What a file inside the document is to it."""

    SOURCE = "Source"
    DATA = "Data"
    ALTERNATIVE = "Alternative"
    SUPPLEMENT = "Supplement"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the document. `relation` says how it belongs to it (ISO 19005-3, AFRelationship)."""

    name: str
    content: bytes
    media_type: str
    description: str = ""
    relation: Relation = Relation.SUPPLEMENT


class Sheet(StrEnum):
    """Paper. Illinois agencies print on US Letter."""

    LETTER = "letter"
    LETTER_LANDSCAPE = "letter-landscape"


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its title, its language (BCP 47), its blocks in reading order, and its page furniture."""

    title: str
    language: str
    blocks: tuple[Block, ...]
    furniture: Furniture = field(default_factory=Furniture)
    attachments: tuple[Attachment, ...] = ()
    sheet: Sheet = Sheet.LETTER
    subject: str = ""
    author: str = ""


def joined(title: str, language: str, parts: Iterable[Document], *, furniture: Furniture | None = None) -> Document:
    """One document of several, each beginning on a new page under its own mark, attachments kept.

    The legend, footer and sheet are those of `furniture` and of the first part.
    """
    blocks: list[Block] = []
    attachments: list[Attachment] = []
    sheet = Sheet.LETTER
    first_furniture: Furniture | None = furniture
    for number, part in enumerate(parts):
        if number == 0:
            sheet = part.sheet
            first_furniture = first_furniture or part.furniture
        if number or part.furniture.mark:
            blocks.append(NewPage(part.furniture.mark))
        blocks.extend(part.blocks)
        attachments.extend(part.attachments)
    return Document(
        title=title,
        language=language,
        blocks=tuple(blocks),
        furniture=first_furniture or Furniture(),
        attachments=tuple(attachments),
        sheet=sheet,
    )
