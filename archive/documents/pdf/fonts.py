"""The font objects of a file (ISO 32000-1, 9.6 and 9.7)."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from archive.documents.pdf.compressing import deflated
from archive.documents.pdf.writer import Writer
from archive.documents.typesetting.embedding import EmbeddedFont, fonts

_CMAP_HEAD: Final = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
%s
endcodespacerange
"""
_CMAP_TAIL: Final = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
_A_BLOCK: Final = 100
"""Lines of a CMap that stand between one `beginbfchar` and its end at most."""


def write_fonts(writer: Writer, used: Mapping[str, Mapping[int, str]], number: int) -> None:
    """Embed what was used, and write the dictionary of font resources under `number`."""
    entries = [b"/%s %d 0 R" % (font.resource.encode("ascii"), _write(writer, font)) for font in fonts(used)]
    writer.add(b"<<" + b"".join(entries) + b">>", number)


def _write(writer: Writer, font: EmbeddedFont) -> int:
    if font.kind == "type3":
        return _type3(writer, font)
    name = font.name.encode("ascii")
    is_cff = font.kind == "cff"
    subtype = b"/Subtype/CIDFontType0C" if is_cff else b"/Length1 %d" % len(font.program)
    program = writer.add_stream(_packed(font.program), subtype + b"/Filter/FlateDecode", packed=True)
    measures = tuple(map(_number, (font.italic_angle, font.ascent, font.descent, font.cap_height, font.stem)))
    descriptor = writer.add(
        b"<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%s]" % (name, font.flags, _row(font.bbox))
        + b"/ItalicAngle %s/Ascent %s/Descent %s/CapHeight %s/StemV %s" % measures
        + b"/%s %d 0 R>>" % (b"FontFile3" if is_cff else b"FontFile2", program)
    )
    descendant = writer.add(
        b"<</Type/Font/Subtype/%s/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %d 0 R/DW 0/W[%s]%s>>"
        % (
            b"CIDFontType0" if is_cff else b"CIDFontType2",
            name,
            descriptor,
            _widths(font.widths),
            b"" if is_cff else b"/CIDToGIDMap/Identity",
        )
    )
    to_unicode = writer.add_stream(_packed(_cmap(font.to_unicode, 4)), b"/Filter/FlateDecode", packed=True)
    return writer.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (name, descendant, to_unicode)
    )


@functools.lru_cache(maxsize=16)
def _packed(octets: bytes) -> bytes:
    """Compress what many documents have in common once."""
    return deflated(octets)


def _type3(writer: Writer, font: EmbeddedFont) -> int:
    procedures = {code: writer.add_stream(content) for code, content in sorted(font.procedures.items())}
    first, last = min(procedures), max(procedures)
    names = {code: font.encoding[code].encode("ascii") for code in procedures}
    to_unicode = writer.add_stream(_cmap(font.to_unicode, 2))
    return writer.add(
        b"<</Type/Font/Subtype/Type3/Name/%s/FontBBox[%s]/FontMatrix[%s]/Resources<<>>/FirstChar %d/LastChar %d"
        b"/Widths[%s]/CharProcs<<%s>>/Encoding<</Type/Encoding/Differences[%s]>>/ToUnicode %d 0 R>>"
        % (
            font.resource.encode("ascii"),
            _row(font.bbox),
            b" ".join(map(_fine, font.matrix)),
            first,
            last,
            b" ".join(_number(font.widths.get(code, 0)) for code in range(first, last + 1)),
            b"".join(b"/%s %d 0 R" % (names[code], number) for code, number in procedures.items()),
            b" ".join(b"%d/%s" % (code, name) for code, name in names.items()),
            to_unicode,
        )
    )


def _widths(widths: Mapping[int, float]) -> bytes:
    """The array W: neighbours in one list."""
    parts: list[bytes] = []
    run: list[bytes] = []
    start = following = -1
    for glyph in sorted(widths):
        if glyph != following:
            if run:
                parts.append(b"%d[%s]" % (start, b" ".join(run)))
            start, run = glyph, []
        run.append(_number(widths[glyph]))
        following = glyph + 1
    if run:
        parts.append(b"%d[%s]" % (start, b" ".join(run)))
    return b"".join(parts)


def _cmap(texts: Mapping[int, str], digits: int) -> bytes:
    """What text each code stands for, so that it can be searched and spoken."""
    space = b"<" + b"0" * digits + b"> <" + b"F" * digits + b">"
    lines = [_cmap_line(code, text, digits) for code, text in sorted(texts.items())]
    blocks = [b"%d beginbfchar\n%sendbfchar\n" % (len(block), b"".join(block)) for block in _blocks(lines)]
    return _CMAP_HEAD % space + b"".join(blocks) + _CMAP_TAIL


@functools.lru_cache(maxsize=8_192)
def _cmap_line(code: int, text: str, digits: int) -> bytes:
    return b"<%0*X> <%s>\n" % (digits, code, text.encode("utf-16-be", "replace").hex().upper().encode("ascii"))


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(lines)
    while block := list(islice(rest, _A_BLOCK)):
        yield block


def _row(values: Iterable[float]) -> bytes:
    return b" ".join(map(_number, values))


@functools.lru_cache(maxsize=8_192)
def _number(value: float) -> bytes:
    return _fine(round(value, 2))


def _fine(value: float) -> bytes:
    return (f"{value:.6f}".rstrip("0").rstrip(".") or "0").encode("ascii")
