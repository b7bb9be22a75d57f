"""A process id that cannot be mistaken: the id together with the moment at which its process started.

Process ids are recycled. What a crashed run left behind is ended only when id and start both match.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_ZOMBIE = "Z"
_HAS_PROC = Path("/proc/self/stat").exists()

#: Signals with the seconds each is given to work, mildest first.
StopSequence = Sequence[tuple[signal.Signals, float]]


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process, for as long as it lives."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """Return the identity of the living process `pid`, or None when there is none (a zombie is none)."""
        started = _started_linux(pid) if _HAS_PROC else _started_ps(pid)
        return None if started is None else cls(pid, started)

    @classmethod
    def of_self(cls) -> "ProcessIdentity":
        """Return the identity of the calling process."""
        return cls.of(os.getpid()) or cls(os.getpid(), "")

    def alive(self) -> bool:
        """Tell whether this very process still runs."""
        return ProcessIdentity.of(self.pid) == self

    def send(self, number: signal.Signals) -> bool:
        """Signal this process; False when it is gone. SIGKILL goes to the whole process group that it leads.

        Milder signals are for the leader alone: it ends its own children in good order.
        """
        if not self.alive():
            return False
        try:
            if number is signal.SIGKILL and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def end_processes(
    identities: Iterable[ProcessIdentity], sequence: StopSequence, hurry: Callable[[], bool] = lambda: False
) -> None:
    """End the processes together: each signal of `sequence` goes to all that live, then its seconds are waited.

    `hurry` cuts the waiting short when it turns true (a second Ctrl-C).
    """
    left = list(identities)
    for number, seconds in sequence:
        left = [identity for identity in left if identity.send(number)]
        deadline = time.monotonic() + seconds
        while left and time.monotonic() < deadline and not hurry():
            time.sleep(0.02)
            left = [identity for identity in left if identity.alive()]


def program_name(pid: int) -> str:
    """Return the name of the program that runs as `pid`, empty when there is none."""
    if _HAS_PROC:
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""
    return Path(_ps(pid, "comm=")).name


def _started_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *rest = stat[stat.rindex(")") + 2 :].split()
    return None if state == _ZOMBIE else f"{_boot()}:{rest[18]}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started_ps(pid: int) -> str | None:
    state, _, started = _ps(pid, "state=,lstart=").partition(" ")
    return None if not started or state.startswith(_ZOMBIE) else started.strip()


def _ps(pid: int, columns: str) -> str:
    command = ["ps", "-o", columns, "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"}).stdout.strip()
