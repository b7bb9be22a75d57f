"""Cutting a document into stretches that are laid out on their own, always at the same places.

A stretch begins on a new page: where the document says so, or, in a very long one, before a part or a heading. How
many processes there are changes nothing in what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archive.documents import document as d
from archive.documents.pdf.headings import Levels
from archive.documents.pdf.layout import Stretch

ENOUGH: Final = 150
"""Blocks in a stretch after which a new page of the document begins another."""
ENOUGH_FIGURES: Final = 12
LONG: Final = 6_000
"""Blocks from which a document is cut where it does not ask for a new page."""
TOO_MANY: Final = 1_000
"""Blocks in a stretch of such a document after which the next part or heading begins another."""


def stretches(document: d.Document) -> Iterator[Stretch]:
    """The stretches in order; together they have every block once."""
    blocks = document.blocks
    sizes = [_size(block) for block in blocks]
    is_long = sum(size for size, _ in sizes) >= LONG
    mark, level = document.furniture.mark, 0
    begin = count = figures = 0
    walk = Levels()
    next_mark = mark
    for place, block in enumerate(blocks):
        if place > begin and _begins(block, count, figures, is_long=is_long):
            yield Stretch(blocks[begin:place], document.sheet, mark, level)
            begin, count, figures = place, 0, 0
            mark, level = next_mark, walk.last
        size, pictures = sizes[place]
        count += size
        figures += pictures
        next_mark = _follow(block, walk, next_mark)
    yield Stretch(blocks[begin:], document.sheet, mark, level)


def _begins(block: d.Block, count: int, figures: int, *, is_long: bool) -> bool:
    if isinstance(block, d.NewPage):
        return count >= ENOUGH or figures >= ENOUGH_FIGURES
    return is_long and count >= TOO_MANY and isinstance(block, d.Part | d.Heading)


def _size(block: d.Block) -> tuple[int, int]:
    """How many blocks and figures there are; ten rows of a table count as a block."""
    match block:
        case d.Part(blocks, _):
            inner = [_size(each) for each in blocks]
            return sum(size for size, _ in inner), sum(figures for _, figures in inner)
        case d.Table():
            return 1 + len(block.rows) // 10, 0
        case d.Figure():
            return 1, 1
    return 1, 0


def _follow(block: d.Block, levels: Levels, mark: str) -> str:
    """Go through a block for its headings; answers the mark that holds after it."""
    match block:
        case d.Heading(_, level):
            levels.next(level)
        case d.NewPage(own):
            return own
        case d.Part(blocks, _):
            for inner in blocks:
                mark = _follow(inner, levels, mark)
    return mark
