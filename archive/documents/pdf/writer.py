"""A PDF file written as it grows: what is finished goes out at once, so that memory does not grow with the file.

ReportLab's document layer formats the dictionaries; the many small objects (structure elements, annotations, number
trees) are written here, packed into object streams (ISO 32000-1, 7.5.7), which makes the file a third as large.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from itertools import accumulate
from typing import BinaryIO, Final

from reportlab.pdfbase import pdfdoc

from archive.documents.pdf.compressing import deflated
from archive.documents.pdf.strings import byte_string

_PACKED: Final = 200
"""Objects in one object stream."""
_SHORT: Final = 250
"""Bytes up to which a stream is not worth compressing."""
_HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_FREE, _PLAIN, _IN_STREAM = range(3)
_ENTRY: Final = struct.Struct(">BQH")


class Writer:
    """Writes objects to `out`. Numbers are reserved first and written in any order; every one must be written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._format = pdfdoc.PDFDocument(invariant=1, pdfVersion=(1, 7))
        self._offset = 0
        self._digest = hashlib.sha256()
        self._places: list[tuple[int, int, int]] = [(_FREE, 0, 0xFFFF)]
        self._packed: list[tuple[int, bytes]] = []
        self._put(_HEADER)

    def reserve(self, count: int = 1) -> int:
        """The first of so many new object numbers."""
        first = len(self._places)
        self._places += [(_FREE, 0, 0)] * count
        return first

    def dictionary(self, entries: Mapping[str, bytes]) -> bytes:
        """A dictionary by ReportLab, its names escaped and sorted; the values are in PDF syntax already."""
        return bytes(pdfdoc.PDFDictionary(dict(entries)).format(self._format))

    def add(self, content: bytes, number: int = 0) -> int:
        """Write an object that is no stream; answers its number."""
        number = number or self.reserve()
        self._packed.append((number, content))
        if len(self._packed) == _PACKED:
            self._pack()
        return number

    def add_plain(self, content: bytes, number: int = 0) -> int:
        """Write an object outside of object streams, where the simplest reader finds it."""
        number = number or self.reserve()
        self._places[number] = (_PLAIN, self._offset, 0)
        self._put(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        return number

    def add_stream(self, content: bytes, entries: bytes = b"", number: int = 0, *, packed: bool = False) -> int:
        """Write a stream, compressed unless it is short, or `packed` already (then `entries` say by what filter)."""
        if not packed and len(content) > _SHORT:
            content = deflated(content)
            entries += b"/Filter/FlateDecode"
        stream = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)
        return self.add_plain(stream, number)

    def finish(self, root: int, info: int) -> None:
        """Write where everything is (ISO 32000-1, 7.5.8), and the end. The file's identifier follows from its bytes."""
        self._pack()
        number = self.reserve()
        here = self._offset
        self._places[number] = (_PLAIN, here, 0)
        if any(kind == _FREE for kind, _, _ in self._places[1:]):
            raise RuntimeError("An object was given a number and not written.")
        identifier = byte_string(self._digest.digest()[:16])
        table = deflated(b"".join([_ENTRY.pack(*place) for place in self._places]))
        entries = b"/Type/XRef/W[1 8 2]/Size %d/Root %d 0 R/Info %d 0 R/ID[%s%s]/Filter/FlateDecode/Length %d" % (
            len(self._places),
            root,
            info,
            identifier,
            identifier,
            len(table),
        )
        self._put(b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (number, entries, table))
        self._put(b"startxref\n%d\n%%%%EOF\n" % here)

    def _pack(self) -> None:
        if not self._packed:
            return
        objects, self._packed = self._packed, []
        container = self.reserve()
        starts = [0, *accumulate(len(content) + 1 for _, content in objects)]
        head = b" ".join(b"%d %d" % (number, start) for (number, _), start in zip(objects, starts, strict=False))
        for place, (number, _) in enumerate(objects):
            self._places[number] = (_IN_STREAM, container, place)
        body = b"\n".join(content for _, content in objects)
        entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head) + 1)
        self.add_stream(b"%s\n%s" % (head, body), entries, container)

    def _put(self, octets: bytes) -> None:
        self._out.write(octets)
        self._digest.update(octets)
        self._offset += len(octets)
