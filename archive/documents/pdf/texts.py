"""Spans set as lines, and lines drawn as tagged text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from archive.documents.addresses import live_address
from archive.documents.document import Link, Redaction, Spans, Strong, Text
from archive.documents.pdf.flow import Flow
from archive.documents.pdf.look import Ink, Style
from archive.documents.pdf.marks import ARTIFACT, END, Annotated, LinkArea, Page, Tree
from archive.documents.pdf.strings import language_entry, text_string
from archive.documents.typesetting.lines import Fragment, Line, Run

_NO_BREAK: Final = "\u00a0"

Direction = Literal["auto", "ltr"]


@dataclass(frozen=True, slots=True)
class Owner:
    """What a run belongs to: its structure element, its ink, and what else is drawn with it."""

    element: int
    ink: bytes
    address: str | None = None
    words: str = ""
    ground: bytes = b""


@dataclass(slots=True)
class SetText:
    """Lines of text, with the owner of each run by its key. `element` owns what none of them names.

    `heights` says how far each line takes the cursor down, `height` how far all of them do.
    """

    lines: Sequence[Line]
    style: Style
    element: int
    owners: dict[int, Owner] = field(default_factory=dict)
    width: float = 0.0
    end: bool = False
    heights: list[float] = field(init=False)
    height: float = field(init=False)

    def __post_init__(self) -> None:
        leading = self.style.leading
        self.heights = [max(leading, line.ascent + line.descent) for line in self.lines]
        self.height = sum(self.heights)


def set_spans(
    flow: Flow,
    spans: Spans,
    style: Style,
    element: int,
    width: float,
    *,
    direction: Direction = "auto",
    language: str | None = None,
    before: str = "",
    end: bool = False,
) -> SetText:
    """Set spans in lines of this width. Links, redactions and other languages become elements below `element`.

    `before` is bold text ahead of the spans, owned by `element` itself.
    """
    runs: list[Run] = []
    owners: dict[int, Owner] = {}
    if before:
        runs.append(Run(before, True, language, 0))
    for key, span in enumerate(spans, start=1):
        match span:
            case Text(value, None):
                runs.append(Run(value, style.bold, language, 0))
            case Strong(value, None):
                runs.append(Run(value, True, language, 0))
            case Redaction():
                spoken = b"/ActualText" + text_string(span.spoken)
                owners[key] = Owner(flow.tree.add(b"Span", element, spoken), Ink.white, ground=Ink.text)
                runs.append(Run(span.label.replace(" ", _NO_BREAK), style.bold, None, key))
            case Link(value, address, own):
                live = live_address(address)
                if live is not None and value:
                    number = flow.tree.add(b"Link", element, language_entry(own))
                    owners[key] = Owner(number, Ink.link, live, value)
                elif own:
                    owners[key] = Owner(flow.tree.add(b"Span", element, language_entry(own)), style.ink)
                runs.append(Run(value, style.bold, own or language, key))
            case Text(value, own) | Strong(value, own):
                entry = language_entry(own)
                if entry:
                    owners[key] = Owner(flow.tree.add(b"Span", element, entry), style.ink)
                runs.append(Run(value, style.bold or isinstance(span, Strong), own, key))
    lines = flow.typesetter.lines(runs, size=style.size, width=width, direction=direction)
    return SetText(lines, style, element, owners, width, end)


def draw_lines(page: Page, tree: Tree, text: SetText, first: int, last: int, x: float, y: float) -> float:
    """Draw the lines from `first` up to `last`, the top of the first at `y`; answers the bottom of the last."""
    style = text.style
    if not text.owners:
        content = page.content
        content += (page.begin(tree, text.element), style.ink, b"BT\n")
        for number in range(first, last):
            line = text.lines[number]
            height = text.heights[number]
            baseline = y - (height + line.ascent - line.descent) / 2
            y -= height
            content.append(b"1 0 0 1 %.2f %.2f Tm\n" % (x + _shift(text, line), baseline))
            for fragment in line.fragments:
                content += _shown(fragment)
        content += (b"ET\n", END)
        return y
    placed: list[tuple[float, float, Fragment]] = []
    for number in range(first, last):
        line = text.lines[number]
        height = text.heights[number]
        baseline = y - (height + line.ascent - line.descent) / 2
        y -= height
        start = x + _shift(text, line)
        placed.extend([(start, baseline, fragment) for fragment in line.fragments])
    plain = Owner(text.element, style.ink)
    for key, group in groupby(placed, lambda each: each[2].key if each[2].key in text.owners else 0):
        _draw_owned(page, tree, text.owners.get(key, plain), list(group), style)
    return y


def draw_furniture(content: list[bytes], opening: bytes, text: SetText, x: float, y: float) -> None:
    """Draw the first line alone, on this baseline, as an artifact."""
    line = text.lines[0]
    start = x + (text.width - line.width) * (1 if text.end else 0.5 if text.style.centred else 0)
    content += (opening, text.style.ink, b"BT\n")
    _show(content, [(start, y, fragment) for fragment in line.fragments])
    content += (b"ET\n", END)


def draw_as_artifact(page: Page, text: SetText, x: float, y: float) -> None:
    """Draw all lines again, the top of the first at `y`, for the eye alone."""
    spare = Page(0, "")
    copy = SetText(text.lines, text.style, 0, width=text.width, end=text.end)
    draw_lines(spare, Tree(), copy, 0, len(text.lines), x, y)
    if spare.content:
        page.content += (ARTIFACT, *spare.content[1:])


def _shift(text: SetText, line: Line) -> float:
    """How far from the left of its column a line begins."""
    if line.rtl or text.end:
        return text.width - line.width
    return (text.width - line.width) / 2 if text.style.centred else 0.0


def _shown(fragment: Fragment) -> tuple[bytes, ...]:
    if fragment.actual:
        actual = text_string(fragment.text)
        return b"/Span <</ActualText", actual, b">> BDC\n", fragment.operators, b"\nEMC\n"
    return fragment.operators, b"\n"


def _show(content: list[bytes], placed: Iterable[tuple[float, float, Fragment]]) -> None:
    here = (-1.0, -1.0)
    for start, baseline, fragment in placed:
        if here != (start, baseline):
            content.append(b"1 0 0 1 %.2f %.2f Tm\n" % (start, baseline))
            here = (start, baseline)
        content += _shown(fragment)


def _draw_owned(
    page: Page, tree: Tree, owner: Owner, placed: list[tuple[float, float, Fragment]], style: Style
) -> None:
    content = page.content
    content.append(page.begin(tree, owner.element))
    boxes: list[tuple[float, float, float]] = []
    if owner.ground or owner.address:
        for baseline, group in groupby(placed, lambda each: each[1]):
            on_line = list(group)
            left = min(start + fragment.x for start, _, fragment in on_line)
            right = max(start + fragment.x + fragment.width for start, _, fragment in on_line)
            boxes.append((left, right, baseline))
    drop, rise = style.size * 0.26, style.size * 0.92
    if owner.ground:
        content.append(owner.ground)
        content += [b"%.2f %.2f %.2f %.2f re f\n" % (a - 1.2, y - drop, b - a + 2.4, rise + drop) for a, b, y in boxes]
    content += (owner.ink, b"BT\n")
    _show(content, placed)
    content.append(b"ET\n")
    if owner.address:
        content += [b"%.2f %.2f %.2f 0.5 re f\n" % (a, y - 1.6, b - a) for a, b, y in boxes]
        for left, right, y in boxes:
            tree.elements[owner.element].kids.append(Annotated(page.number, len(page.links)))
            box = (left, y - drop, right, y + rise)
            page.links.append(LinkArea(box, owner.address, owner.words, owner.element))
    content.append(END)


@dataclass(slots=True)
class TextBox:
    """A paragraph, heading, item or note, in a column of its own. `label` stands left of the first line."""

    text: SetText
    x: float
    keep: bool = False
    together: bool = False
    label: SetText | None = None
    label_x: float = 0.0
    heading: tuple[int, str] | None = None

    @property
    def before(self) -> float:
        """The gap above."""
        return self.text.style.before

    @property
    def after(self) -> float:
        """The gap below."""
        return self.text.style.after

    @property
    def height(self) -> float:
        """All of it."""
        return self.text.height + 2 * self.text.style.pad

    @property
    def least(self) -> float:
        """Two lines, or all of it where it may not be parted or has three."""
        heights = self.text.heights
        if self.together or self.keep or len(heights) <= 3:
            return self.height
        return heights[0] + heights[1] + self.text.style.pad * 2

    def place(self, flow: Flow) -> None:
        """Draw the lines, on as many pages as they need; no page ends after one line or begins with the last."""
        text, pad, first = self.text, self.text.style.pad, 0
        heights = text.heights
        if self.heading is not None:
            level, words = self.heading
            flow.note_heading(level, words)
        if not heights:
            return
        if self.text.height + 2 * pad <= flow.room:
            self._draw(flow, 0, len(heights), self.text.height)
            return
        while first < len(heights):
            room, last = flow.room - 2 * pad, first
            while last < len(heights) and heights[last] <= room:
                room -= heights[last]
                last += 1
            left = len(heights) - last
            if left == 1 and last - first > 2:
                last -= 1
            if last - first < 2 <= left + last - first and not flow.fresh:
                last = first
            if last == first:
                if not flow.fresh:
                    flow.turn()
                    continue
                last += 1
            self._draw(flow, first, last, sum(heights[first:last]))
            first = last
            if first < len(heights):
                flow.turn()

    def _draw(self, flow: Flow, first: int, last: int, height: float) -> None:
        page, style, pad = flow.page, self.text.style, self.text.style.pad
        wide, tall = self.text.width + 2 * pad, height + 2 * pad
        if style.ground:
            page.paint(style.ground, self.x, flow.y - tall, wide, tall)
        if style.border:
            _frame(page, style.border, self.x, flow.y - tall, wide, tall)
        if self.label is not None and first == 0:
            draw_lines(page, flow.tree, self.label, 0, 1, self.label_x, flow.y - pad)
        draw_lines(page, flow.tree, self.text, first, last, self.x + pad, flow.y - pad)
        flow.y -= tall


def _frame(page: Page, ink: bytes, x: float, y: float, width: float, height: float) -> None:
    line = 0.8
    page.paint(ink, x, y, width, line)
    page.paint(ink, x, y + height - line, width, line)
    page.paint(ink, x, y + line, line, height - 2 * line)
    page.paint(ink, x + width - line, y + line, line, height - 2 * line)
