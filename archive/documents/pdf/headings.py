"""Levels of headings as readers of tags and outlines want them: beginning with the first, and skipping none."""

from __future__ import annotations


class Levels:
    """Gives each heading in turn its level. `last` is the level of the heading before; 0 for none."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self, level: int) -> int:
        """The level of the next heading, which asks for `level` (PDF/UA-1, 7.4.2)."""
        self.last = min(level, self.last + 1)
        return self.last
