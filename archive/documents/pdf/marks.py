"""Pages in the making: their content, the tags in it, and the tree of structure elements that the tags belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

ROOT: Final = 0
"""The number of the element that stands for the document itself."""

ARTIFACT: Final = b"/Artifact BMC\n"
FURNITURE: Final = b"/Artifact <</Type/Pagination>> BDC\n"
END: Final = b"EMC\n"


class Annotated(NamedTuple):
    """A kid of a structure element: the annotation of this number on this page."""

    page: int
    annotation: int


Kid = int | Annotated
"""A kid of an element: below 0 the element `-kid`, else the marked content `kid & 0xFFFF` of page `kid >> 16`."""


class Element(NamedTuple):
    """A structure element; `entries` are further entries of its dictionary, in PDF syntax."""

    tag: bytes
    parent: int
    entries: bytes
    kids: list[Kid]


class Tree:
    """The structure elements of a stretch of pages, numbered in reading order; the first is the document."""

    def __init__(self) -> None:
        self.elements: list[Element] = [Element(b"Document", -1, b"", [])]

    def add(self, tag: bytes, parent: int, entries: bytes = b"") -> int:
        """A new element, the last kid so far of `parent`; answers its number."""
        number = len(self.elements)
        self.elements.append(Element(tag, parent, entries, []))
        self.elements[parent].kids.append(-number)
        return number


class LinkArea(NamedTuple):
    """A link annotation: where it is, where it leads, what it is called, and its element."""

    box: tuple[float, float, float, float]
    address: str
    words: str
    element: int


class Drawn(NamedTuple):
    """A picture to be put into the file, as JPEG."""

    jpeg: bytes
    width: int
    height: int


@dataclass(slots=True)
class Page:
    """A page in the making. `owners` has the element of each piece of marked content."""

    number: int
    mark: str
    content: list[bytes] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    links: list[LinkArea] = field(default_factory=list)
    pictures: list[Drawn] = field(default_factory=list)

    def begin(self, tree: Tree, number: int) -> bytes:
        """The operator that begins a piece of the element's content on this page, to be closed by `END`."""
        mcid = len(self.owners)
        self.owners.append(number)
        element = tree.elements[number]
        element.kids.append(self.number << 16 | mcid)
        return b"/%s <</MCID %d>> BDC\n" % (element.tag, mcid)

    def paint(self, ink: bytes, x: float, y: float, width: float, height: float) -> None:
        """A filled rectangle that means nothing: a ground or a rule."""
        self.content.append(b"%s%s%.2f %.2f %.2f %.2f re f\n%s" % (ARTIFACT, ink, x, y, width, height, END))


class Bookmark(NamedTuple):
    """A heading for the outline: its level there, its words, its page and height."""

    level: int
    words: str
    page: int
    y: float
