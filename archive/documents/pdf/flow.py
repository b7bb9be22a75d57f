"""The cursor that walks down the pages: what fits where, what must stay together, what is repeated.

Blocks become boxes; a box knows the least height that it needs to begin, and places itself, over several pages if it
has to. A box that must stay with the next one (`keep`) waits until that one is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from archive.documents.document import Sheet
from archive.documents.pdf.look import BOTTOM, DEEPEST, PAPER, SIDE, STEP, TOP, Ink
from archive.documents.pdf.marks import ROOT, Bookmark, Page, Tree
from archive.documents.typesetting.lines import Typesetter

_CLOSE: Final = 0.01
"""Lengths this much apart are the same: sums of decimals do not come out even."""


class Box(Protocol):
    """Something to be placed. `before` and `after` are the gaps around it, of which the larger one counts."""

    @property
    def before(self) -> float: ...
    @property
    def after(self) -> float: ...
    @property
    def keep(self) -> bool:
        """Whether it must stand on the page where the next box begins."""
        ...

    @property
    def least(self) -> float:
        """The height without which it cannot begin on a page."""
        ...

    @property
    def height(self) -> float: ...
    def place(self, flow: Flow) -> None: ...


class Repeated(Protocol):
    """What is drawn again at the top of each page, such as the head of a table."""

    def repeat(self, flow: Flow) -> None: ...


class Flow:
    """Pages filled from top to bottom. `x` and `width` are the present column; `parent` the present element."""

    def __init__(self, sheet: Sheet, mark: str, typesetter: Typesetter, beat: Callable[[], None]) -> None:
        self.paper = PAPER[sheet]
        self.typesetter = typesetter
        self.beat = beat
        self.tree = Tree()
        self.parent = ROOT
        self.pages: list[Page] = []
        self.bookmarks: list[Bookmark] = []
        self.mark = mark
        self.x = SIDE
        self.width = self.paper[0] - 2 * SIDE
        self.top = self.paper[1] - TOP
        self.bottom = BOTTOM
        self.y = -1.0
        self._fresh_at = 0.0
        self._gap = 0.0
        self._waiting: list[Box] = []
        self._rules: list[tuple[float, float]] = []
        self._repeated: Repeated | None = None

    @property
    def page(self) -> Page:
        """The present page; there is one as soon as something is placed."""
        return self.pages[-1]

    @property
    def whole(self) -> float:
        """The height of a page's column."""
        return self.top - self.bottom

    @property
    def room(self) -> float:
        """What is left of the page."""
        return self.y - self.bottom + _CLOSE

    @property
    def fresh(self) -> bool:
        """Whether nothing stands on the page yet but what is repeated on every one."""
        return self.y >= self._fresh_at

    def add(self, box: Box) -> None:
        """Place a box, after those that wait for it."""
        self._waiting.append(box)
        if not box.keep:
            self.settle()

    def settle(self) -> None:
        """Place all that waits."""
        boxes, self._waiting = self._waiting, []
        if not boxes:
            return
        if self.y < 0:
            self._begin()
        needed, gap = 0.0, self._gap
        for box in boxes[:-1]:
            needed += max(gap, box.before) + box.height
            gap = box.after
        needed += max(gap, boxes[-1].before) + boxes[-1].least
        # What is taller than a page is parted wherever it stands; asking for a new page would not help it.
        if needed > self.room and not self.fresh and needed <= self.whole:
            self.turn()
        for box in boxes:
            if not self.fresh:
                self.y -= max(self._gap, box.before)
            self._gap = 0.0
            box.place(self)
            self._gap = box.after

    def new_page(self, mark: str) -> None:
        """End the page, if there is anything on it; the following pages carry the mark."""
        self.settle()
        if self.pages:
            self._close()
            self.y = -1.0
        self.mark = mark

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self._close()
        self.y = -1.0
        self._begin()

    def close(self) -> None:
        """End the last page."""
        self.settle()
        self._close()

    def repeat(self, repeated: Repeated | None) -> None:
        """Say what is drawn again at the top of the pages that follow."""
        self._repeated = repeated

    def enter(self, depth: int) -> float:
        """Set the column in by this many steps, below a rule at its left; answers the column's place before."""
        before = self.x
        steps = min(depth, DEEPEST)
        self.x, self.width = SIDE + STEP * steps, self.paper[0] - 2 * SIDE - STEP * steps
        if steps:
            self.add(_RuleBegins(self.x - STEP / 2))
        return before

    def leave(self, before: float, *, depth: int) -> None:
        """Set the column back."""
        if min(depth, DEEPEST):
            self.add(_RuleEnds())
        self.width += self.x - before
        self.x = before

    def note_heading(self, level: int, words: str) -> None:
        """Remember a heading that begins here, for the outline."""
        self.bookmarks.append(Bookmark(level, words, self.page.number, self.y))

    def begin_rule(self, x: float) -> None:
        """Begin a rule at the left of a part."""
        self._rules.append((x, self.y))

    def end_rule(self) -> None:
        """End the innermost rule here."""
        x, top = self._rules.pop()
        self._draw_rule(x, top)

    def _begin(self) -> None:
        if self.y >= 0:
            return
        self.beat()
        self.pages.append(Page(len(self.pages), self.mark))
        self.y = self._fresh_at = self.top
        self._gap = 0.0
        self._rules = [(x, self.top) for x, _ in self._rules]
        if self._repeated is not None:
            self._repeated.repeat(self)
            self._fresh_at = self.y

    def _close(self) -> None:
        if self.y >= 0:
            for x, top in self._rules:
                self._draw_rule(x, top)

    def _draw_rule(self, x: float, top: float) -> None:
        if top - self.y > 1:
            self.page.paint(Ink.rule, x, self.y, 0.8, top - self.y)


class _Nothing:
    before = after = height = least = 0.0


class _RuleBegins(_Nothing):
    keep = True

    def __init__(self, x: float) -> None:
        self.x = x

    def place(self, flow: Flow) -> None:
        flow.begin_rule(self.x)


class _RuleEnds(_Nothing):
    keep = False

    def place(self, flow: Flow) -> None:
        flow.end_rule()
