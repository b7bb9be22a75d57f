"""state.json: which processes of a state run, on which ports; what a crash left behind is found and ended by it."""

import json
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.runner.identity import ProcessIdentity, StopSequence, end_processes

_NAME = "state.json"
_PROGRAMS: StopSequence = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
#: Engines end after the programs that use them; PostgreSQL understands SIGINT as "now, but in good order".
_ENGINES: tuple[tuple[str, StopSequence], ...] = (
    ("valkey", ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))),
    ("postgres", ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))),
)


@dataclass(slots=True)
class StateFile:
    """The content of state.json. It is written whole, so that a reader never sees half of it."""

    directory: Path
    runner: ProcessIdentity | None = None
    address: str | None = None
    ready: bool = False  #: the engines answer and the tables are up to date
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, ProcessIdentity] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> "StateFile":
        """Return what was written last; a missing or damaged file tells nothing, and that is what is returned."""
        try:
            told = json.loads((directory / _NAME).read_text())
            return cls(
                directory,
                _identity(told["runner"]),
                told["address"],
                bool(told["ready"]),
                {str(name): int(port) for name, port in told["ports"].items()},
                {str(name): ProcessIdentity(**process) for name, process in told["processes"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(directory)

    def write(self) -> None:
        """Put the present content on disk."""
        told = asdict(self)
        del told["directory"]
        half = self.directory / f".{_NAME}"
        half.write_text(json.dumps(told, indent=1) + "\n")
        half.replace(self.directory / _NAME)

    def living(self) -> dict[str, ProcessIdentity]:
        """Return the recorded processes that still run."""
        return {name: process for name, process in self.processes.items() if process.alive()}

    def end_all(self, hurry: Callable[[], bool] = lambda: False) -> list[str]:
        """End what still runs of the recorded processes, programs before engines, and forget them; return their names.

        An orderly end and the clean-up after a crash are this same code. `hurry` turns true at a second Ctrl-C.
        """
        left = self.living()
        engines = {name for name, _ in _ENGINES}
        end_processes([process for name, process in left.items() if name not in engines], _PROGRAMS, hurry)
        for name, sequence in _ENGINES:
            if name in left:
                end_processes([left[name]], sequence)
        self.processes = {}
        self.address = None
        self.ready = False
        self.write()
        return list(left)


def _identity(told: dict[str, object] | None) -> ProcessIdentity | None:
    return None if told is None else ProcessIdentity(pid=int(str(told["pid"])), started=str(told["started"]))
