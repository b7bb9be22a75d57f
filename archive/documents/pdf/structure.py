"""The structure tree of a file, written stretch by stretch (ISO 32000-1, 14.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archive.documents.pdf.marks import ROOT, Annotated, Element
from archive.documents.pdf.strings import text_string
from archive.documents.pdf.writer import Writer

_LEAF: Final = 64
"""Entries in a leaf of the parent tree."""


class Structure:
    """Collects what binds pages and elements together. Every element is written as soon as its stretch is there."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.root = writer.reserve()
        self._document = writer.reserve()
        self._kids: list[bytes] = []
        self._parents: list[int] = []
        self._notes: list[tuple[bytes, int]] = []

    def key(self, parents: int) -> int:
        """The next key of the parent tree, for an object that holds the parents."""
        self._parents.append(parents)
        return len(self._parents) - 1

    def write(
        self, elements: Sequence[Element], first: int, pages: Sequence[int], annotations: Sequence[Sequence[int]]
    ) -> None:
        """Write the elements of a stretch under the numbers from `first` (that of element 1) on.

        `pages` are the object numbers of its pages, `annotations` those of the links of each page.
        """
        add = self._writer.add
        base = first - 1
        self._kids += [b"%d 0 R" % (base - kid) for kid in elements[ROOT].kids if isinstance(kid, int)]
        for place, (tag, parent, entries, kids) in enumerate(elements):
            if place == ROOT:
                continue
            number = base + place
            above = base + parent if parent != ROOT else self._document
            if tag == b"Note":
                identifier = text_string(f"note-{number}")
                entries += b"/ID" + identifier
                self._notes.append((identifier, number))
            if len(kids) == 1 and type(kids[0]) is int and kids[0] >= 0:
                kid = kids[0]
                content = b"<</S/%s/P %d 0 R/Pg %d 0 R/K %d%s>>" % (tag, above, pages[kid >> 16], kid & 0xFFFF, entries)
            else:
                content = b"<</S/%s/P %d 0 R%s%s>>" % (tag, above, _kids(kids, base, pages, annotations), entries)
            add(content, number)

    def finish(self) -> None:
        """Write the root, the document and the parent tree."""
        writer = self._writer
        kids = b" ".join(self._kids)
        writer.add(b"<</S/Document/P %d 0 R/K[%s]>>" % (self.root, kids), self._document)
        parts = [b"<</Type/StructTreeRoot/K[%d 0 R]" % self._document]
        if self._parents:
            parts.append(b"/ParentTree %d 0 R/ParentTreeNextKey %d" % (self._parent_tree(), len(self._parents)))
        if self._notes:
            parts.append(b"/IDTree %d 0 R" % self._identifiers())
        writer.add(b"".join(parts) + b">>", self.root)

    def _parent_tree(self) -> int:
        leaves: list[int] = []
        for start in range(0, len(self._parents), _LEAF):
            rows = self._parents[start : start + _LEAF]
            numbers = b"".join(b"%d %d 0 R " % each for each in enumerate(rows, start=start))
            limits = (start, start + len(rows) - 1)
            leaves.append(self._writer.add(b"<</Nums[%s]/Limits[%d %d]>>" % (numbers, *limits)))
        return self._writer.add(b"<</Kids[" + b" ".join(b"%d 0 R" % leaf for leaf in leaves) + b"]>>")

    def _identifiers(self) -> int:
        names = sorted(self._notes)
        entries = b"".join(b"%s %d 0 R " % each for each in names)
        leaf = self._writer.add(b"<</Names[%s]/Limits[%s %s]>>" % (entries, names[0][0], names[-1][0]))
        return self._writer.add(b"<</Kids[%d 0 R]>>" % leaf)


def _kids(
    kids: Sequence[int | Annotated], base: int, pages: Sequence[int], annotations: Sequence[Sequence[int]]
) -> bytes:
    if not kids:
        return b""
    on = {kid >> 16 for kid in kids if isinstance(kid, int) and kid >= 0}
    on |= {kid.page for kid in kids if isinstance(kid, Annotated)}
    only = next(iter(on)) if len(on) == 1 else None
    parts: list[bytes] = []
    for kid in kids:
        if isinstance(kid, Annotated):
            page, number = pages[kid.page], annotations[kid.page][kid.annotation]
            parts.append(b"<</Type/OBJR/Pg %d 0 R/Obj %d 0 R>>" % (page, number))
        elif kid < 0:
            parts.append(b"%d 0 R" % (base - kid))
        elif only is not None:
            parts.append(b"%d" % (kid & 0xFFFF))
        else:
            parts.append(b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (pages[kid >> 16], kid & 0xFFFF))
    own_page = b"/Pg %d 0 R" % pages[only] if only is not None else b""
    return own_page + b"/K[" + b" ".join(parts) + b"]"
