"""Runs of text in, lines of placed glyphs out.

    typesetter = Typesetter()
    lines = typesetter.lines([Run("Hello, world")], size=10, width=400)

Any text is taken: what no face has, and what a reader could not see, is drawn as its name, `[U+0F40]`; nothing is
dropped and nothing raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from archive.documents.typesetting.drawing import drawn, number, strings
from archive.documents.typesetting.faces import EM, LATIN, cut_name, extent
from archive.documents.typesetting.latin import plain, plain_characters
from archive.documents.typesetting.paragraphs import Paragraph, SetLine
from archive.documents.typesetting.placing import Fragment, Line, Run
from archive.documents.typesetting.plain_lines import UNSURE_SPACES, plain_lines, words
from archive.documents.typesetting.used import Used

__all__ = ["Fragment", "Line", "Run", "Typesetter"]

_TAB = " " * 4


class Typesetter:
    """Sets text into lines, and collects which glyphs it used. One for a document, or for a worker."""

    def __init__(self) -> None:
        self.named: Counter[str] = Counter()
        """The characters drawn by their names, and how often."""
        self.not_drawn: Counter[str] = Counter()
        """Marks beyond what is drawn over one letter: they are in the text of their fragment."""
        self._plain: dict[bool, set[str]] = {False: set(), True: set()}
        self._used = Used()

    @property
    def used(self) -> Used:
        """The glyphs used until now, by font resource."""
        for bold, characters in self._plain.items():
            if characters:
                ids = plain(bold=bold).ids
                name = cut_name(LATIN, bold=bold)
                known = self._used.setdefault(name, {})
                for character in characters:
                    if known.get(ids[character]) != character:
                        self._used.add(name, ids[character], character)
        return self._used

    def lines(
        self,
        runs: Sequence[Run],
        *,
        size: float,
        width: float,
        direction: Literal["auto", "ltr"] = "auto",
        first_indent: float = 0,
    ) -> list[Line]:
        """Set text in lines of at most `width` points; the first is narrower by `first_indent`, and starts at 0 too.

        Only a single character wider than the line goes beyond it. There is at least one line, and one for each line
        feed. With direction `auto` each paragraph reads in the direction of its first letter.
        """
        unit = size / EM
        found: list[Line] = []
        for paragraph in _paragraphs(runs):
            limit = width / unit
            first_limit = limit if found else (width - first_indent) / unit
            if self._is_plain(paragraph):
                found.extend(_plain_lines(paragraph, size, limit, first_limit))
            else:
                whole = Paragraph(paragraph, automatic=direction == "auto")
                for line in whole.lines(limit=limit, first_limit=first_limit):
                    self._count(line)
                    found.append(drawn(line, size=size))
                    if not found[-1].fragments:
                        found[-1].ascent, found[-1].descent = _heights(size)
            found[-1].ends_paragraph = True
        return found

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        """How wide a text is on one line, in points. It counts as used as little as a text that is never drawn."""
        clean = _cleaned(text).replace("\n", " ")
        if plain_characters().issuperset(clean):
            return words(bold=bold).table.width(clean) * size / EM
        whole = Paragraph([Run(clean, bold=bold)], automatic=True)
        lines = whole.lines(limit=float("inf"), first_limit=float("inf"))
        return sum(piece.shape.width for line in lines for piece in line.pieces) * size / EM

    def _is_plain(self, paragraph: Sequence[Run]) -> bool:
        """Whether the runs are plain text of one weight, broken at spaces that are sure."""
        bold = paragraph[0].bold
        text = paragraph[0].text
        if len(paragraph) > 1:
            if any(run.bold != bold for run in paragraph):
                return False
            text = "".join([run.text for run in paragraph])
        characters = set(text)
        if not characters <= plain_characters() or UNSURE_SPACES.search(text) is not None:
            return False
        self._plain[bold] |= characters
        return True

    def _count(self, line: SetLine) -> None:
        for piece in line.pieces:
            shape = piece.shape
            if shape.plain:
                self._plain[piece.run.bold].update(shape.text)
                continue
            for resource, glyph, text in shape.uses:
                self._used.add(resource, glyph, text)
            if shape.named:
                self.named.update(map(chr, shape.named))
            if shape.hidden:
                self.not_drawn.update(shape.hidden)


def _plain_lines(paragraph: Sequence[Run], size: float, limit: float, first_limit: float) -> Iterator[Line]:
    unit = size / EM
    ascent, descent = _heights(size)
    first = paragraph[0]
    glyphs = plain(bold=first.bold).glyphs
    select = f"/{cut_name(LATIN, bold=first.bold)} {number(size)} Tf "
    text = first.text if len(paragraph) == 1 else "".join([run.text for run in paragraph])
    for begin, end, filled in plain_lines(text, bold=first.bold, limit=limit, first_limit=first_limit):
        width = filled * unit
        if end == begin:
            fragments: tuple[Fragment, ...] = ()
        elif len(paragraph) == 1:
            part = text[begin:end]
            operators = (select + strings(part.translate(glyphs))).encode("ascii")
            fragments = (Fragment(first.key, 0.0, width, operators, part, False, first.language),)
        else:
            fragments = tuple(_parted(paragraph, begin, end, select=select, filled=filled, unit=unit))
        yield Line(fragments, width, ascent, descent, rtl=False, ends_paragraph=False)


def _parted(
    paragraph: Sequence[Run], begin: int, end: int, *, select: str, filled: float, unit: float
) -> Iterator[Fragment]:
    """The fragments of a line of several plain runs."""
    table = plain(bold=paragraph[0].bold)
    x = 0.0
    at = 0
    for run in paragraph:
        part = run.text[max(begin - at, 0) : max(end - at, 0)]
        at += len(run.text)
        if not part:
            continue
        width = table.width(part)
        operators = select + strings(part.translate(table.glyphs))
        if x:
            operators = f"{number(x * unit)} 0 Td {operators} {number(-x * unit)} 0 Td"
        shown = max(0.0, min(width, filled - x))
        yield Fragment(run.key, x * unit, shown * unit, operators.encode("ascii"), part, False, run.language)
        x += width


def _heights(size: float) -> tuple[float, float]:
    reach = extent(LATIN)
    return reach.ascent * size / EM, reach.descent * size / EM


def _cleaned(text: str) -> str:
    """The text with one kind of line end, and tabs as spaces."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\t", _TAB)


def _paragraphs(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs of each paragraph; a paragraph ends at a line feed. One at least, with one run at least."""
    paragraph: list[Run] = []
    last = Run("")
    for run in runs:
        last = run
        text = _cleaned(run.text)
        if "\n" not in text:
            if text:
                paragraph.append(run if text is run.text else replace(run, text=text))
            continue
        *ended, rest = text.split("\n")
        for each in ended:
            if each or not paragraph:
                paragraph.append(replace(run, text=each))
            yield paragraph
            paragraph = []
        if rest:
            paragraph.append(replace(run, text=rest))
    yield paragraph or [replace(last, text="")]
