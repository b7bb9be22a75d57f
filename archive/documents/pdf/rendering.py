"""Drawing one document."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Final

from archive.documents.document import Document
from archive.documents.pdf.assembly import Assembly
from archive.documents.pdf.layout import lay_out
from archive.documents.pdf.plan import stretches

MEDIA_TYPE: Final = "application/pdf"


def _no_beat() -> None:
    return None


def render(document: Document, out: BinaryIO, *, beat: Callable[[], None] = _no_beat) -> None:
    """Write the document to `out` as PDF.

    `beat` is called at every page and may raise to stop the work; what was written until then is no PDF. Raises only
    what `beat`, a figure's own loader or `out` raises: a picture that cannot be decoded becomes a named placeholder.
    """
    assembly = Assembly(document, out)
    for stretch in stretches(document):
        assembly.add(lay_out(stretch, beat))
    assembly.finish()
