"""What typesetting takes and gives: runs of like text, and lines of fragments that are ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of like text, as hostile as it comes; a line feed is a line break.

    `language` is a BCP 47 tag. `key` is the caller's number, handed back on every fragment of the run.
    """

    text: str
    bold: bool = False
    language: str | None = None
    key: int = 0


@dataclass(slots=True)
class Fragment:
    """What is drawn in one go: text of one run in one font direction.

    `operators` stand inside `BT … ET`, after the caller has set the text matrix to the start of the line on its
    baseline, once for the line or anew for each fragment; they leave the text line matrix as they found it. `x` and
    `width` are points; spaces at the end of a line are drawn and not counted in `width`.
    """

    key: int
    x: float
    width: float
    operators: bytes
    text: str
    """The characters it stands for, in logical order."""
    actual: bool
    """Whether the glyphs' own texts do not give `text` in order, so that it needs /ActualText."""
    language: str | None
    named: tuple[int, ...] = ()
    """The code points that are drawn by name, such as `[U+0F40]`; then the fragment draws nothing else."""


@dataclass(slots=True)
class Line:
    """A line of fragments from left to right. Lengths are points; `descent` is positive.

    An `rtl` line belongs to a paragraph that reads from right to left: the caller moves it to the right edge.
    """

    fragments: tuple[Fragment, ...]
    width: float
    ascent: float
    descent: float
    rtl: bool
    ends_paragraph: bool
    """Whether the paragraph ends here, or a line break in it."""
