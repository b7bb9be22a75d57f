"""The outline of a file (bookmarks), and the labels of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archive.documents.pdf.strings import one_line, text_string
from archive.documents.pdf.writer import Writer


class Entry(NamedTuple):
    """A bookmark: its level from 1, its words, the object number of its page and its height there."""

    level: int
    words: str
    page: int
    y: float


@dataclass(slots=True)
class _Node:
    entry: Entry
    number: int
    parent: int
    kids: list[_Node] = field(default_factory=list)


def write_outline(writer: Writer, entries: Sequence[Entry]) -> int | None:
    """Write the bookmarks as a tree; answers its object number, None without any. No level is skipped in `entries`."""
    if not entries:
        return None
    root = writer.reserve()
    first = writer.reserve(len(entries))
    top: list[_Node] = []
    path: list[_Node] = []
    nodes: list[_Node] = []
    for place, entry in enumerate(entries):
        del path[entry.level - 1 :]
        siblings, parent = (path[-1].kids, path[-1].number) if path else (top, root)
        node = _Node(entry, first + place, parent)
        siblings.append(node)
        path.append(node)
        nodes.append(node)
    for siblings in (top, *(node.kids for node in nodes)):
        for place, node in enumerate(siblings):
            _write(writer, node, siblings, place)
    writer.add(
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (top[0].number, top[-1].number, len(top)), root
    )
    return root


def _write(writer: Writer, node: _Node, siblings: list[_Node], place: int) -> None:
    """One bookmark. What lies below it is closed, so its count is negative (ISO 32000-1, table 153)."""
    entry = node.entry
    parts = [b"<</Title%s/Parent %d 0 R" % (text_string(one_line(entry.words)[:400] or "–"), node.parent)]
    if place:
        parts.append(b"/Prev %d 0 R" % siblings[place - 1].number)
    if place + 1 < len(siblings):
        parts.append(b"/Next %d 0 R" % siblings[place + 1].number)
    if node.kids:
        parts.append(
            b"/First %d 0 R/Last %d 0 R/Count %d" % (node.kids[0].number, node.kids[-1].number, -len(node.kids))
        )
    parts.append(b"/Dest[%d 0 R/XYZ null %.2f null]>>" % (entry.page, entry.y))
    writer.add(b"".join(parts), node.number)


def page_labels(marks: Sequence[str]) -> bytes:
    """What viewers call each page: its mark, with .2, .3 … on the further pages of one mark; else its number."""
    ranges: list[bytes] = []
    before: str | None = None
    run = 0
    for place, mark in enumerate(marks):
        run = run + 1 if mark == before else 1
        if not mark and run == 1:
            ranges.append(b"%d<</S/D/St %d>>" % (place, place + 1))
        elif mark and run == 1:
            ranges.append(b"%d<</P%s>>" % (place, text_string(mark)))
        elif mark and run == 2:
            ranges.append(b"%d<</P%s/S/D/St 2>>" % (place, text_string(f"{one_line(mark)}.")))
        before = mark
    return b"<</Nums[" + b"".join(ranges) + b"]>>"
