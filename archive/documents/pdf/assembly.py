"""Putting laid-out stretches into one file, in order, each as soon as it is there."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Final, NamedTuple

from archive.documents.document import Document
from archive.documents.pdf.attachments import names_tree, write_attachments
from archive.documents.pdf.compressing import Piece, joined, piece, stored
from archive.documents.pdf.fonts import write_fonts
from archive.documents.pdf.furniture import PageFurniture
from archive.documents.pdf.layout import Laid, LaidPage
from archive.documents.pdf.look import PAPER
from archive.documents.pdf.marks import Drawn, LinkArea
from archive.documents.pdf.metadata import write_colours, write_info, write_metadata
from archive.documents.pdf.outline import Entry, page_labels, write_outline
from archive.documents.pdf.strings import language_entry, text_string
from archive.documents.pdf.structure import Structure
from archive.documents.pdf.writer import Writer
from archive.documents.source import MEDIA_TYPE as SOURCE_TYPE
from archive.documents.source import NAME as SOURCE_NAME
from archive.documents.source import SOURCE_TAIL, source_head
from archive.documents.typesetting.lines import Typesetter
from archive.documents.typesetting.used import Used

_FALLBACK_LANGUAGE: Final = b"/Lang(en)"


class _Placed(NamedTuple):
    mark: str
    furniture: int


class Assembly:
    """A file in the making."""

    def __init__(self, document: Document, out: BinaryIO) -> None:
        self._document = document
        self._writer = Writer(out)
        self._structure = Structure(self._writer)
        self._typesetter = Typesetter()
        self._furniture = PageFurniture(document.furniture, PAPER[document.sheet], self._typesetter)
        self._used = Used()
        self._fonts = self._writer.reserve()
        self._tree = self._writer.reserve()
        self._shared = self._writer.reserve()
        self._pages: list[int] = []
        self._placed: list[_Placed] = []
        self._entries: list[Entry] = []
        self._pictures: dict[bytes, int] = {}
        self._source: list[Piece] = []

    def add(self, laid: Laid) -> None:
        """Take in the next stretch."""
        writer = self._writer
        pages = [writer.reserve() for _ in laid.pages]
        first = writer.reserve(len(laid.elements) - 1)
        annotations: list[list[int]] = []
        for number, page in zip(pages, laid.pages, strict=True):
            annotations.append(self._page(number, page, first - 1))
        self._structure.write(laid.elements, first, pages, annotations)
        self._entries += [Entry(each.level, each.words, pages[each.page], each.y) for each in laid.bookmarks]
        self._used.merge(laid.used)
        if laid.source.length:
            self._source.append(laid.source)

    def finish(self) -> None:
        """Write all that only the whole can say."""
        writer, document = self._writer, self._document
        if not self._pages:
            self._page(writer.reserve(), LaidPage(b"", document.furniture.mark, [], [], []), 0)
        writer.add_stream(self._furniture.shared(), number=self._shared)
        for place, placed in enumerate(self._placed, start=1):
            own = self._furniture.own(place, len(self._placed), placed.mark)
            writer.add_stream(own, number=placed.furniture)
        self._used.merge(self._typesetter.used)
        write_fonts(writer, self._used, self._fonts)
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        writer.add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), kids), self._tree)
        self._structure.finish()
        files = [self._source_file(), *write_attachments(writer, document.attachments)]
        writer.finish(writer.add_plain(self._catalog(files)), write_info(writer, document))

    def _page(self, number: int, page: LaidPage, base: int) -> list[int]:
        """Write a page; answers the object numbers of its links."""
        writer = self._writer
        width, height = PAPER[self._document.sheet]
        content = [self._shared]
        if page.content:
            content.append(writer.add_stream(page.content, b"/Filter/FlateDecode", packed=True))
        furniture = writer.reserve()
        content.append(furniture)
        pictures = b"".join(b"/P%d %d 0 R" % (n, self._picture(each)) for n, each in enumerate(page.pictures))
        parents = writer.add(b"[" + b" ".join([b"%d 0 R" % (base + owner) for owner in page.owners]) + b"]")
        key = self._structure.key(parents)
        links = [self._link(link, number, base) for link in page.links]
        writer.add(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Resources<</Font %d 0 R%s>>/Contents[%s]"
            b"/StructParents %d/Tabs/S%s>>"
            % (
                self._tree,
                width,
                height,
                self._fonts,
                b"/XObject<<" + pictures + b">>" if pictures else b"",
                b" ".join(b"%d 0 R" % each for each in content),
                key,
                b"/Annots[" + b" ".join(b"%d 0 R" % link for link in links) + b"]" if links else b"",
            ),
            number,
        )
        self._pages.append(number)
        self._placed.append(_Placed(page.mark, furniture))
        return links

    def _link(self, link: LinkArea, page: int, base: int) -> int:
        key = self._structure.key(base + link.element)
        return self._writer.add(
            b"<</Type/Annot/Subtype/Link/Rect[%.2f %.2f %.2f %.2f]/Border[0 0 0]/F 4/P %d 0 R/StructParent %d"
            b"/Contents%s/A<</S/URI/URI%s>>>>"
            % (*link.box, page, key, text_string(link.words or link.address), text_string(link.address))
        )

    def _picture(self, picture: Drawn) -> int:
        """A picture that was met before is not written again."""
        digest = hashlib.sha256(picture.jpeg).digest()
        if digest not in self._pictures:
            entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
            entries = entries % (picture.width, picture.height) + b"/Filter/DCTDecode"
            self._pictures[digest] = self._writer.add_stream(picture.jpeg, entries, packed=True)
        return self._pictures[digest]

    def _source_file(self) -> int:
        """The document as JSON; its blocks were compressed where they were laid out."""
        pieces: list[Piece] = [piece(source_head(self._document).encode("ascii"))]
        for place, each in enumerate(self._source):
            pieces += [stored(b",\n"), each] if place else [each]
        content, length = joined([*pieces, stored(SOURCE_TAIL.encode("ascii"))])
        stream = self._writer.add_stream(
            content,
            b"/Type/EmbeddedFile/Subtype/%s/Params<</Size %d>>/Filter/FlateDecode"
            % (SOURCE_TYPE.replace("/", "#2F").encode("ascii"), length),
            packed=True,
        )
        name = text_string(SOURCE_NAME)
        return self._writer.add(
            b"<</Type/Filespec/F%s/UF%s/Desc(The text of this document as data)/AFRelationship/Source"
            b"/EF<</F %d 0 R/UF %d 0 R>>>>" % (name, name, stream, stream)
        )

    def _catalog(self, files: list[int]) -> bytes:
        writer, document = self._writer, self._document
        language = (language_entry(document.language) or _FALLBACK_LANGUAGE).removeprefix(b"/Lang")
        entries = {
            "Type": b"/Catalog",
            "Lang": language,
            "Pages": b"%d 0 R" % self._tree,
            "StructTreeRoot": b"%d 0 R" % self._structure.root,
            "MarkInfo": b"<</Marked true>>",
            "ViewerPreferences": b"<</DisplayDocTitle true>>",
            "Metadata": b"%d 0 R" % write_metadata(writer, document),
            "OutputIntents": b"[%d 0 R]" % write_colours(writer),
            "PageLabels": page_labels([placed.mark for placed in self._placed]),
            "Names": names_tree(files),
            "AF": b"[" + b" ".join(b"%d 0 R" % number for number in files) + b"]",
        }
        outline = write_outline(writer, self._entries)
        if outline is not None:
            entries["Outlines"] = b"%d 0 R" % outline
        return writer.dictionary(entries)
