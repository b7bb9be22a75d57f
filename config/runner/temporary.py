"""States that do not outlast the command: for tests, demo, bench and drill."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from config.runner.binaries import SYSTEM_DIR
from config.runner.folders import PRIVATE, make_folder
from config.runner.lock import FileLock
from config.runner.state import Kind, State, read_about, write_about
from config.runner.state_file import StateFile

_PREFIX = "daybook-tmp-"
_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder that only the account of the server can open)
_ROOM = 2 << 30


class TemporaryState:
    """A state in a temporary folder; `close` ends what it started and removes every trace.

    When the process dies without closing, the next temporary state of the same user cleans up after it.
    A state that need not be `durable` keeps its database in memory where there is room, and never waits for a disk.
    """

    def __init__(self, kind: Kind, *, durable: bool) -> None:
        sweep()
        # The folder gets the name by which a sweep finds it only when its lock is held.
        unnamed = Path(tempfile.mkdtemp(prefix="daybook-new-")).resolve()
        self._lock = FileLock(unnamed / "lock")
        self._lock.acquire()
        directory = unnamed.with_name(_PREFIX + unnamed.name.removeprefix("daybook-new-"))
        cluster = _cluster(directory, durable=durable)
        self.state = State(
            kind, directory, cluster, f"{kind}.daybook.invalid/ledger/1", temporary=True, durable=durable
        )
        write_about(self.state, unnamed)
        unnamed.rename(directory)
        make_folder(self.state.logs, PRIVATE)

    def close(self) -> None:
        """End the processes that state.json names and remove the folders."""
        _remove(self.state.directory)
        self._lock.release()


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
    StateFile.read(directory).end_all()
    with suppress(OSError, ValueError, KeyError):
        shutil.rmtree(read_about(directory).cluster, ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def _cluster(directory: Path, *, durable: bool) -> Path:
    if not durable and sys.platform == "linux" and _has_room(_MEMORY):
        return _MEMORY / directory.name
    if os.geteuid() == 0:
        return SYSTEM_DIR / directory.name.removeprefix("daybook-")
    return directory / "postgres"


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _ROOM
