"""The smallest PDF that shows what was typeset: pages of lines, and nothing else. For tests to read and look at."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Final

from archive.documents.typesetting.embedding import EmbeddedFont, fonts
from archive.documents.typesetting.lines import Line, Run, Typesetter

WIDTH: Final = 468.0
_PAGE: Final = (612.0, 792.0)
_MARGIN: Final = 72.0


def paper(texts: Iterable[str | Sequence[Run]], *, size: float = 10, language: str | None = None) -> bytes:
    """A PDF of the texts, one paragraph each, over as many pages as they need."""
    typesetter = Typesetter()
    pages: list[list[bytes]] = [[]]
    y = _PAGE[1] - _MARGIN
    for text in texts:
        runs = [Run(text, language=language)] if isinstance(text, str) else text
        for line in typesetter.lines(runs, size=size, width=WIDTH):
            if y - line.ascent - line.descent < _MARGIN:
                pages.append([])
                y = _PAGE[1] - _MARGIN
            pages[-1].append(_drawn(line, y - line.ascent))
            y -= line.ascent + line.descent
    return _file([b"\n".join(page) for page in pages], list(fonts(typesetter.used)))


def _drawn(line: Line, y: float) -> bytes:
    x = _MARGIN + (WIDTH - line.width if line.rtl else 0)
    written = [b"BT 1 0 0 1 %.3f %.3f Tm" % (x, y)]
    for fragment in line.fragments:
        if fragment.actual:
            spoken = b"<feff%s>" % fragment.text.encode("utf-16-be").hex().encode()
            written.append(b"/Span <</ActualText %s>> BDC %s EMC" % (spoken, fragment.operators))
        else:
            written.append(fragment.operators)
    return b"\n".join([*written, b"ET"])


class _Objects:
    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def add(self, body: bytes) -> bytes:
        self.bodies.append(body)
        return b"%d 0 R" % len(self.bodies)

    def stream(self, entries: bytes, content: bytes) -> bytes:
        packed = zlib.compress(content)
        head = b"<<%s /Filter /FlateDecode /Length %d>>" % (entries, len(packed))
        return self.add(head + b"\nstream\n" + packed + b"\nendstream")


def _to_unicode(font: EmbeddedFont) -> bytes:
    digits = 2 if font.kind == "type3" else 4
    pairs = [
        f"<{code:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in font.to_unicode.items()
    ]
    top = "FF" * (digits // 2)
    blocks = "".join(
        f"{len(pairs[at : at + 100])} beginbfchar\n" + "\n".join(pairs[at : at + 100]) + "\nendbfchar\n"
        for at in range(0, len(pairs), 100)
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Adobe-Identity-UCS def "
        f"/CMapType 2 def 1 begincodespacerange <{'00' * (digits // 2)}> <{top}> endcodespacerange\n{blocks}"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()


def _font(objects: _Objects, font: EmbeddedFont) -> bytes:
    to_unicode = objects.stream(b"", _to_unicode(font))
    box = " ".join(f"{each:g}" for each in font.bbox).encode()
    if font.kind == "type3":
        procedures = b" ".join(
            b"/%s %s" % (font.encoding[code].encode(), objects.stream(b"", content))
            for code, content in font.procedures.items()
        )
        differences = " ".join(f"{code} /{name}" for code, name in font.encoding.items()).encode()
        widths = " ".join(f"{font.widths.get(code, 0):g}" for code in range(256)).encode()
        return objects.add(
            b"<</Type/Font/Subtype/Type3/FontBBox[%s]/FontMatrix[%s]/CharProcs<<%s>>/Encoding<</Type/Encoding"
            b"/Differences[%s]>>/FirstChar 0/LastChar 255/Widths[%s]/ToUnicode %s/Resources<<>>>>"
            % (
                box,
                " ".join(f"{each:.9f}" for each in font.matrix).encode(),
                procedures,
                differences,
                widths,
                to_unicode,
            )
        )
    name = font.name.encode()
    cff = font.kind == "cff"
    program = objects.stream(b"/Subtype/CIDFontType0C" if cff else b"/Length1 %d" % len(font.program), font.program)
    descriptor = objects.add(
        b"<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%s]/ItalicAngle 0/Ascent %g/Descent %g/CapHeight %g"
        b"/StemV %g/%s %s>>"
        % (
            name,
            font.flags,
            box,
            font.ascent,
            font.descent,
            font.cap_height,
            font.stem,
            b"FontFile3" if cff else b"FontFile2",
            program,
        )
    )
    widths = " ".join(f"{glyph} [{width:g}]" for glyph, width in font.widths.items()).encode()
    descendant = objects.add(
        b"<</Type/Font/Subtype/%s/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %s/W[%s]%s>>"
        % (
            b"CIDFontType0" if cff else b"CIDFontType2",
            name,
            descriptor,
            widths,
            b"" if cff else b"/CIDToGIDMap/Identity",
        )
    )
    return objects.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>"
        % (name, descendant, to_unicode)
    )


def _file(pages: list[bytes], used: list[EmbeddedFont]) -> bytes:
    objects = _Objects()
    named = b" ".join(b"/%s %s" % (font.resource.encode(), _font(objects, font)) for font in used)
    contents = [objects.stream(b"", page) for page in pages]
    tree = b"%d 0 R" % (len(objects.bodies) + len(pages) + 1)
    leaves = [
        objects.add(
            b"<</Type/Page/Parent %s/MediaBox[0 0 %g %g]/Resources<</Font<<%s>>>>/Contents %s>>"
            % (tree, *_PAGE, named, content)
        )
        for content in contents
    ]
    objects.add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(leaves), b" ".join(leaves)))
    catalog = objects.add(b"<</Type/Catalog/Pages %s>>" % tree)
    written = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(objects.bodies, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<</Size %d/Root %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, catalog, start)
    return bytes(written)
