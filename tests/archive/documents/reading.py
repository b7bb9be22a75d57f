"""Reading back what was drawn, with a reader that is not ours."""

import io
import re

import pypdf

from archive.documents.document import Document
from archive.documents.pdf import render


def drawn(document: Document) -> bytes:
    """The document as PDF."""
    out = io.BytesIO()
    render(document, out)
    return out.getvalue()


def read(pdf: bytes) -> list[str]:
    """The text of each page as pypdf reads it."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """The text without white space: where lines break is not what a test of contents asks."""
    return re.sub(r"\s", "", text)


def in_order(parts: list[str], text: str) -> bool:
    """Whether the parts stand in the text in this order."""
    position = 0
    for part in parts:
        found = text.find(squeezed(part), position)
        if found < 0:
            return False
        position = found + len(squeezed(part))
    return True
