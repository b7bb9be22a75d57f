"""A letter on the department's head; a denial carries the six parts that the law asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Furniture,
    Heading,
    Listing,
    Note,
    Paragraph,
    Role,
    Spans,
    Strong,
    Table,
    Text,
    facts,
    plain,
)
from archive.documents.errors import MissingPart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a letter under its own heading (empty: none)."""

    heading: str
    paragraphs: tuple[Spans, ...]
    items: tuple[Spans, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class DeniedPart:
    """An exemption claimed: its code, the authority cited, how often, and the detailed factual basis."""

    code: str
    authority: str
    basis: str
    occurrences: int


@dataclass(frozen=True, slots=True)
class Responsible:
    """A person responsible for the denial, with title or position."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Denial:
    """What a denial must say, whole or in part (5 ILCS 140/9(a), (b)); none of the six may be empty (`MissingPart`).

    The decision; the exemptions with their citation and factual basis; the persons responsible; the right to review by
    the Public Access Counselor with address and telephone; the right to judicial review.
    """

    decision: str
    parts: tuple[DeniedPart, ...]
    responsible: tuple[Responsible, ...]
    counselor_review: str
    counselor_contact: tuple[str, ...]
    judicial_review: str

    def __post_init__(self) -> None:
        missing = [part.name for part in fields(self) if not getattr(self, part.name)]
        missing += [f"parts[{p.code}].authority" for p in self.parts if not p.authority.strip()]
        missing += [f"parts[{p.code}].basis" for p in self.parts if not p.basis.strip()]
        missing += ["responsible.title" for person in self.responsible if not (person.name and person.title)]
        if missing:
            raise MissingPart(tuple(missing))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: the head, the addressee, the matter, the text, and who signs. `date` is text as it is to be read."""

    department: str
    department_lines: tuple[str, ...]
    date: str
    addressee: tuple[str, ...]
    subject: str
    reference: tuple[tuple[str, str], ...]
    salutation: str
    sections: tuple[Section, ...]
    signer: str
    signer_title: str
    language: str = "en-US"
    denial: Denial | None = None
    enclosures: tuple[str, ...] = ()
    furniture: Furniture = field(default_factory=Furniture)


def letter(content: Letter) -> Document:
    """The letter as a document."""
    with translation.override(content.language):
        blocks = tuple(_blocks(content))
    return Document(
        title=content.subject,
        language=content.language,
        blocks=blocks,
        furniture=content.furniture,
        author=content.department,
    )


def _blocks(content: Letter) -> Iterator[Block]:
    yield Heading(content.department)
    if content.department_lines:
        yield Paragraph(plain(" · ".join(content.department_lines)), Role.SMALL)
    yield Paragraph(plain(content.date))
    yield Paragraph(plain("\n".join(content.addressee)))
    yield Heading(content.subject, 2)
    if content.reference:
        yield facts((name, plain(value)) for name, value in content.reference)
    yield Paragraph(plain(content.salutation))
    for section in content.sections:
        if section.heading:
            yield Heading(section.heading, 3)
        for spans in section.paragraphs:
            yield Paragraph(spans)
        if section.items:
            yield Listing(section.items)
        if section.table is not None:
            yield section.table
    if content.denial is not None:
        yield from _denial(content.denial)
    closing = Text(_("Sincerely,") + "\n\n\n")
    signer = Text(f"\n{content.signer_title}\n{content.department}")
    yield Paragraph((closing, Strong(content.signer), signer), Role.SIGNED)
    if content.enclosures:
        yield Heading(_("Enclosed"), 3)
        yield Listing(tuple(plain(name) for name in content.enclosures))


def _denial(denial: Denial) -> Iterator[Block]:
    yield Heading(_("What is withheld, and why"), 3)
    yield Paragraph(plain(denial.decision))
    yield Table(
        columns=(
            Column(_("Exemption"), 1.1),
            Column(_("Authority"), 1.6),
            Column(_("Reasons and factual basis"), 3.6),
            Column(_("Places"), 0.8, Align.END),
        ),
        rows=tuple(
            (
                Cell(plain(part.code), header=True),
                Cell(plain(part.authority)),
                Cell(plain(part.basis)),
                Cell(plain(str(part.occurrences))),
            )
            for part in denial.parts
        ),
        caption=_("Exemptions claimed"),
    )
    yield Heading(_("Who is responsible for this denial"), 3)
    yield Listing(tuple((Strong(person.name), Text(f", {person.title}")) for person in denial.responsible))
    yield Heading(_("Your right to have this reviewed"), 3)
    yield Paragraph(plain(denial.counselor_review))
    yield Note(_("Public Access Counselor"), plain("\n" + "\n".join(denial.counselor_contact)))
    yield Paragraph(plain(denial.judicial_review))
