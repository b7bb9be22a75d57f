"""Runs of text in, lines of placed glyphs out.

    typesetter = Typesetter()
    lines = typesetter.lines([Run("Hello, world")], size=10, width=400)

Any text is taken: what a font lacks is drawn as its name, `[U+0F40]`, and nothing raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from archive.documents.typesetting.faces import EM, LATIN, cut_name, extent
from archive.documents.typesetting.latin import plain, plain_characters
from archive.documents.typesetting.placing import Fragment, Line, Run
from archive.documents.typesetting.plain_lines import plain_lines, words
from archive.documents.typesetting.used import Used

__all__ = ["Fragment", "Line", "Run", "Typesetter"]


def number(value: float) -> str:
    """A number as PDF writes it, to a thousandth of a point."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


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
                for character in characters:
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
        """Set a paragraph in lines of at most `width` points; the first is narrower by `first_indent`.

        Only a single character wider than the line goes beyond it. There is at least one line.
        """
        found: list[Line] = []
        for run in runs:
            bare = self._named(run.text)
            for paragraph in bare.split("\n"):
                found.extend(self._plain_paragraph(paragraph, run, size, width, first_indent if not found else 0))
        return found or [Line((), 0, *self._heights(size), rtl=False, ends_paragraph=True)]

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        """How wide a text is on one line, in points."""
        return words(bold=bold).width(self._named(text).replace("\n", " ")) * size / EM

    def _named(self, text: str) -> str:
        allowed = plain_characters()
        return "".join(c if c in allowed or c == "\n" else f"[U+{ord(c):04X}]" for c in text)

    def _heights(self, size: float) -> tuple[float, float]:
        reach = extent(LATIN)
        return reach.ascent * size / EM, reach.descent * size / EM

    def _plain_paragraph(self, text: str, run: Run, size: float, width: float, first_indent: float) -> list[Line]:
        unit = size / EM
        ascent, descent = self._heights(size)
        glyphs = plain(bold=run.bold).glyphs
        self._plain[run.bold].update(text)
        select = f"/{cut_name(LATIN, bold=run.bold)} {number(size)} Tf "
        found: list[Line] = []
        for begin, end, filled in plain_lines(
            text, bold=run.bold, limit=width / unit, first_limit=(width - first_indent) / unit
        ):
            part = text[begin:end]
            operators = f"{select}<{part.translate(glyphs)}> Tj".encode("ascii") if part else b""
            fragment = Fragment(run.key, 0.0, filled * unit, operators, part, False, run.language)
            found.append(Line((fragment,), filled * unit, ascent, descent, False, False))
        found[-1].ends_paragraph = True
        return found
