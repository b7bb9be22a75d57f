"""A certificate: what is certified, the facts it rests on, and who signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from archive.documents.document import (
    Block,
    Document,
    Furniture,
    Heading,
    Listing,
    Note,
    Paragraph,
    Role,
    Spans,
    Table,
    facts,
    plain,
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign; `signed` is the date as text, empty while it is open."""

    name: str
    title: str
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate. `authority` cites the rule it is made under; `statements` are numbered, in the signer's words."""

    title: str
    department: str
    authority: str
    facts: tuple[tuple[str, Spans], ...]
    statements: tuple[Spans, ...]
    signatures: tuple[Signature, ...]
    language: str = "en-US"
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()
    furniture: Furniture = field(default_factory=Furniture)


def certificate(content: Certificate) -> Document:
    """The certificate as a document."""
    with translation.override(content.language):
        blocks = tuple(_blocks(content))
    return Document(
        title=content.title,
        language=content.language,
        blocks=blocks,
        furniture=content.furniture,
        author=content.department,
    )


def _blocks(content: Certificate) -> Iterator[Block]:
    yield Heading(content.title)
    yield Paragraph(plain(content.department))
    if content.authority:
        yield Paragraph(plain(content.authority), Role.SMALL)
    if content.facts:
        yield facts(content.facts)
    if content.statements:
        yield Heading(_("It is certified that"), 2)
        yield Listing(content.statements, numbered=True)
    yield from content.tables
    for remark in content.remarks:
        yield Note(_("Note"), plain(remark))
    yield Heading(_("Signatures"), 2) if len(content.signatures) > 1 else Heading(_("Signature"), 2)
    for signature in content.signatures:
        yield facts(
            (
                (_("Name"), plain(signature.name)),
                (_("Title"), plain(signature.title)),
                (_("Signature"), plain(" \n ")),
                (_("Date"), plain(signature.signed or " ")),
            )
        )
