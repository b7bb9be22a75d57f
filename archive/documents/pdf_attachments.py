"""Files embedded in a PDF (ISO 32000-1, 7.11.4), which ReportLab has no call for."""

from __future__ import annotations

import re

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from archive.documents.document import Attachment
from archive.documents.pdf_text import named

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9.+-]+", re.ASCII)
_PATH = re.compile(r"[\\/:\x00-\x1f]")


def attach(canvas: Canvas, attachments: tuple[Attachment, ...]) -> None:
    """Embed the files under their names, in the order given. To be called before the canvas is saved."""
    if not attachments:
        return
    document = canvas._doc  # type: ignore[attr-defined]  # the way ReportLab itself goes to its catalog
    tree: list[object] = []
    for number, attachment in enumerate(attachments, start=1):
        # A viewer may save under this name: no path travels in it.
        name = named(_PATH.sub("_", attachment.name))
        stream = PDFStream(
            PDFDictionary(
                {
                    "Type": PDFName("EmbeddedFile"),
                    "Subtype": _type_name(attachment.media_type),
                    "Params": PDFDictionary({"Size": len(attachment.content)}),
                }
            ),
            attachment.content,
        )
        specification = PDFDictionary(
            {
                "Type": PDFName("Filespec"),
                "F": PDFString(name),
                "UF": PDFString(name),
                "Desc": PDFString(named(attachment.description)),
                "EF": PDFDictionary({"F": document.Reference(stream)}),
            }
        )
        # The keys of a name tree are sorted; numbers keep the caller's order.
        tree += [PDFString(f"{number:06d}"), document.Reference(specification)]
    names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": PDFArray(tree)})})
    document.Catalog.Names = document.Reference(names)


def _type_name(media_type: str) -> str:
    """The media type as a PDF name, in which a slash is written by its number (ISO 32000-1, 7.3.5)."""
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
    return "/" + known.replace("/", "#2F")
