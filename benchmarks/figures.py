"""One measured figure, beside a floor measured in the same run."""

import operator
import re
from dataclasses import dataclass

_COMPARE = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}
_BAR = re.compile(r"(value|ratio) (>=|<=|<|>) ([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `floor` in the same unit, where there is one; `bar` such as `value >= 3000`."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    bar: str | None = None

    @property
    def ratio(self) -> float | None:
        """The figure as a part of the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def ok(self) -> bool:
        """Whether the bar is met; true without one."""
        if self.bar is None:
            return True
        match = _BAR.fullmatch(self.bar)
        if match is None:
            raise ValueError(f"{self.bar!r} is not a bar.")
        measured = self.value if match[1] == "value" else self.ratio
        return measured is not None and bool(_COMPARE[match[2]](measured, float(match[3])))

    def as_json(self) -> dict[str, object]:
        """Return the row of the JSON file."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "bar": self.bar,
            "ok": self.ok,
        }

    def line(self) -> str:
        """Return the row as a person reads it."""
        floor = f"  floor {self.floor:,.1f}  ratio {self.ratio:.3f}" if self.floor and self.ratio else ""
        bar = f"  [{self.bar}: {'met' if self.ok else 'MISSED'}]" if self.bar else ""
        return f"{self.name:<44} {self.value:>14,.1f} {self.unit:<14}{floor}{bar}"
