"""Outlines of glyphs as paths of a content stream."""

from __future__ import annotations

from typing import Any

import uharfbuzz as hb


def outline(font: Any, glyph: int) -> list[str]:
    """The path operators of a glyph in units of the face, without painting; none where it is empty."""
    pen = _Pen()
    font.draw_glyph(glyph, pen.functions())
    return pen.path


class _Pen:
    """Writes an outline as PDF path operators. Curves of the second degree become curves of the third."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.at = (0.0, 0.0)

    def functions(self) -> Any:
        made = hb.DrawFuncs()
        made.set_move_to_func(lambda x, y, _: self._to("m", (x, y)))
        made.set_line_to_func(lambda x, y, _: self._to("l", (x, y)))
        made.set_quadratic_to_func(lambda cx, cy, x, y, _: self._curve((cx, cy), (x, y)))
        made.set_cubic_to_func(lambda ax, ay, bx, by, x, y, _: self._to("c", (ax, ay), (bx, by), (x, y)))
        made.set_close_path_func(lambda _: self.path.append("h"))
        return made

    def _to(self, operator: str, *points: tuple[float, float]) -> None:
        self.path.append(" ".join([f"{x:.0f} {y:.0f}" for x, y in points]) + f" {operator}")
        self.at = points[-1]

    def _curve(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        first, second = ((point[0], point[1]) for point in (self.at, end))
        self._to(
            "c",
            (first[0] + (control[0] - first[0]) * 2 / 3, first[1] + (control[1] - first[1]) * 2 / 3),
            (second[0] + (control[0] - second[0]) * 2 / 3, second[1] + (control[1] - second[1]) * 2 / 3),
            end,
        )
