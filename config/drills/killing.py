"""Killing the processes of the state at random, a bounded number of times, without a warning."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from config.runner.identity import ProcessIdentity
from config.runner.state_file import StateFile

VICTIMS = ("web", "worker", "sequence", "postgres", "valkey")
PAUSES = (3.0, 8.0)  #: seconds between two kills
_LOOK = 0.2


@dataclass(slots=True)
class Killer:
    """Kills what state.json names as running; each kind of process at least once if the time allows."""

    state: Path
    chance: Random
    say: Callable[[str], None]
    killed: Counter[str] = field(default_factory=Counter)

    def kill(self, count: int, *, seconds: float) -> None:
        """Kill `count` processes, or as many as have come back to be killed within `seconds`."""
        begun = time.monotonic()
        while self.killed.total() < count and time.monotonic() - begun < seconds:
            time.sleep(self.chance.uniform(*PAUSES))
            living = self._living()
            if not living:
                continue
            fewest = min(self.killed[name] for name in living)
            name = self.chance.choice([name for name in sorted(living) if self.killed[name] == fewest])
            number = self._signal(name)
            if living[name].send(number):
                self.killed[name] += 1
                self.say(
                    f"  {time.monotonic() - begun:5.1f} s  kill {self.killed.total():2}: {name} "
                    f"(process {living[name].pid}) by {number.name}"
                )

    def all_back(self, seconds: float) -> list[str]:
        """Wait until every kind of process runs again; return those that do not by then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            missing = sorted(set(VICTIMS) - set(self._living()))
            if not missing:
                return []
            time.sleep(_LOOK)
        return missing

    def _living(self) -> dict[str, ProcessIdentity]:
        living = StateFile.read(self.state).living()
        return {name: living[name] for name in VICTIMS if name in living}

    def _signal(self, name: str) -> signal.Signals:
        """Everything dies by SIGKILL; PostgreSQL also by its own immediate end, which kills its sessions too."""
        if name == "postgres" and self.killed[name] % 2 == 0:
            return signal.SIGQUIT
        return signal.SIGKILL
