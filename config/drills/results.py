"""What became of the drills that were run on this machine: a small file for each, which the page Integrity reads.

A drill works on a state of its own that is gone after it, so its result lies beside the lasting states, in the folder
that `DAYBOOK_DRILLS_FOLDER` names to every process. It is no evidence: it tells people when somebody last looked.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_LIMIT = 4_096


@dataclass(frozen=True, slots=True)
class DrillResult:
    """The last run of one drill: the seed of its chances, when it began (UTC), whether the product held, how long."""

    name: str
    seed: int
    at: datetime
    held: bool
    seconds: float
    version: str


def result_write(folder: Path, result: DrillResult) -> None:
    """Put the result in the place of the last one of this drill. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{result.name}-{secrets.token_hex(8)}"
    half.write_text(json.dumps(asdict(result) | {"at": result.at.astimezone(UTC).isoformat()}) + "\n")
    half.replace(folder / f"{result.name}.json")


def result_read(folder: Path, name: str) -> DrillResult | None:
    """Return the last result of a drill; None where there is none that can be read."""
    try:
        with (folder / f"{name}.json").open("rb") as file:
            told = json.loads(file.read(_LIMIT))
        at = datetime.fromisoformat(told["at"])
        read = DrillResult(
            name, int(told["seed"]), at, told["held"] is True, float(told["seconds"]), str(told["version"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return read if at.tzinfo and told.get("name") == name else None
