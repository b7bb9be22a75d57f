"""One program that the runner keeps: how it starts, how one knows that it is ready, that it has ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.runner.errors import EngineFailed
from config.runner.identity import ProcessIdentity


@dataclass(frozen=True, slots=True)
class Account:
    """The system account under which a program runs."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Service:
    """A program with its environment; `argv` and `env` are all that it gets."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    cwd: Path = Path("/")
    account: Account | None = None
    ready: Callable[[], bool] | None = field(default=None, compare=False)
    ready_seconds: float = 60.0

    def spawn(self) -> "Running":
        """Start the program as the leader of a process group of its own; its output goes to the end of the log."""
        with self.log.open("ab") as log:
            popen = subprocess.Popen(
                self.argv,
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                umask=0o077,
            )
        identity = ProcessIdentity.of(popen.pid) or ProcessIdentity(popen.pid, "ended at once")
        return Running(self, popen, identity)


@dataclass(slots=True)
class Running:
    """A service that was started by this process."""

    service: Service
    popen: subprocess.Popen[bytes]
    identity: ProcessIdentity
    since: float = field(default_factory=time.monotonic)

    def wait_ready(self) -> None:
        """Wait until the program says that it is ready.

        Raises EngineFailed, with the end of its log, when it ends or takes longer than `ready_seconds`.
        """
        if self.service.ready is None:
            return
        deadline = self.since + self.service.ready_seconds
        while not self.service.ready():
            code = self.popen.poll()
            if code is not None:
                raise EngineFailed(f"{self.service.name} ended at once (exit code {code}).\n{self.log_end()}")
            if time.monotonic() > deadline:
                raise EngineFailed(
                    f"{self.service.name} was not ready after {self.service.ready_seconds:.0f} s.\n{self.log_end()}"
                )
            time.sleep(0.02)

    def log_end(self, lines: int = 12) -> str:
        """Return the last lines of the log, with its path."""
        try:
            text = self.service.log.read_bytes()[-8_000:].decode("utf-8", "replace")
        except OSError:
            text = ""
        return "\n".join([f"The end of {self.service.log}:", *text.splitlines()[-lines:]])

    def ended(self) -> int | None:
        """Return the exit code if the program has ended, after ending what it left in its process group."""
        if self.popen.returncode is not None:
            return self.popen.returncode
        if hasattr(os, "waitid"):
            # Looked at without reaping: until it is reaped, its id cannot be given to another process group.
            if os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self._kill_group()
        return self.popen.poll()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
