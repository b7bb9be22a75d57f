"""What the demonstration says while it goes: a line a step, and the same as data."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tale:
    """The steps told so far, and the counts that the JSON file gives."""

    steps: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def step(self, name: str, sentence: str) -> None:
        """Tell one step."""
        self.steps.append({"step": name, "said": sentence})
        print(f"  {name:<10} {sentence}", flush=True)
