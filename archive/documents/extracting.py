"""What a reader finds in a finished PDF: the text of its pages as a program extracts it, and the files inside it.

The glyphs of a page are numbers of a font, so a search of bytes sees no text in them; PDFium reads it back through the
fonts. For PDFs that we drew: a hostile one is not to be opened here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from archive.documents.errors import DocumentError

APART = "\x00"  #: between texts that do not belong together


class UnreadablePdf(DocumentError):
    """A PDF cannot be opened or its text not read."""

    code = "document.unreadable"


def texts_in_pdf(path: Path) -> Iterator[tuple[str, str]]:
    """Yield where a text stands and the text: each page, then each file inside that is JSON, its strings one by one.

    Strings of one file come together, parted by APART. Raises UnreadablePdf.
    """
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            for number in range(len(pdf)):
                yield f"page {number + 1}", _page_text(pdf, number)
            for number in range(pdf.count_attachments()):
                attached = pdf.get_attachment(number)
                name, content = attached.get_name(), bytes(attached.get_data())
                if name.endswith(".json"):
                    yield name, APART.join(_strings(json.loads(content)))
    except (pypdfium2.PdfiumError, ValueError, RecursionError) as error:
        raise UnreadablePdf(f"{path.name} cannot be read back; draw it again.") from error


def _page_text(pdf: pypdfium2.PdfDocument, number: int) -> str:
    page = pdf[number]
    try:
        text = page.get_textpage()
        try:
            return str(text.get_text_bounded())
        finally:
            text.close()
    finally:
        page.close()


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value, the names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)
