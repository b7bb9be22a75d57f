"""Where the marks of a chart stand: a scale of round numbers and places on it, without a word on how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_LABELS: Final = 12  #: category names that stand side by side under a chart at most


@dataclass(frozen=True, slots=True)
class Scale:
    """The value axis: from the lowest to the highest of its ticks, zero always among them."""

    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lowest value of the axis."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """The highest value of the axis."""
        return self.ticks[-1]

    def place(self, value: float) -> float:
        """Where a value stands between the ends of the axis, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def scale_of(values: Iterable[float | None], *, intervals: int = 5) -> Scale:
    """A scale of about so many intervals, of round numbers, that holds zero and every finite value."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if high == low:
        high = low + 1.0
    rough = (high - low) / intervals
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * step for step in _STEPS if power * step >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Scale(tuple(round(n * step, 12) for n in range(first, last + 1)))


def number_text(value: float | None) -> str:
    """A value as people read it: thousands parted, at most two decimals; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def labelled(categories: int) -> range:
    """Which categories are named under a chart, so that the names do not run into each other."""
    return range(0, categories, max(1, -(-categories // _LABELS)))
