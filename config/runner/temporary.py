"""States that do not outlast the command: for tests, demo, bench and drill."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from config.runner.binaries import SYSTEM_DIR
from config.runner.folders import PRIVATE, make_folder
from config.runner.lock import FileLock
from config.runner.state import Kind, State
from config.runner.state_file import StateFile

_PREFIX = "daybook-tmp-"


class TemporaryState:
    """A state in a temporary folder; `close` ends what it started and removes every trace.

    When the process dies without closing, the next temporary state of the same user cleans up after it.
    """

    def __init__(self, kind: Kind = Kind.TEST) -> None:
        sweep()
        # The folder gets the name by which a sweep finds it only when its lock is held.
        unnamed = Path(tempfile.mkdtemp(prefix="daybook-new-")).resolve()
        self._lock = FileLock(unnamed / "lock")
        self._lock.acquire()
        directory = unnamed.with_name(_PREFIX + unnamed.name.removeprefix("daybook-new-"))
        unnamed.rename(directory)
        self.state = temporary_state_in(directory, kind)
        make_folder(self.state.logs, PRIVATE)

    def close(self) -> None:
        """End the processes that state.json names and remove the folders."""
        _remove(self.state.directory)
        self._lock.release()


def temporary_state_in(directory: Path, kind: Kind) -> State:
    """Return the temporary state in `directory`, as its maker sees it (test processes share one)."""
    return State(kind, directory, _cluster(directory), f"{kind}.daybook.invalid/ledger/1", temporary=True)


def sweep() -> None:
    """End and remove temporary states of this user whose maker died without closing them."""
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another sweep may remove it under our hands
            if directory.stat().st_uid != os.geteuid():
                continue
            lock = FileLock(directory / "lock")
            if lock.acquire():
                try:
                    _remove(directory.resolve())
                finally:
                    lock.release()


def _remove(directory: Path) -> None:
    StateFile.read(directory).end_left_over()
    shutil.rmtree(_cluster(directory), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def _cluster(directory: Path) -> Path:
    if os.geteuid() != 0:
        return directory / "postgres"
    return SYSTEM_DIR / directory.name.removeprefix("daybook-")
