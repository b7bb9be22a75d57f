"""A small real disk under a living state: its database, stores and log are moved onto one tmpfs of a fixed size.

Needs the right to mount. The runner is held still for the moment in which the database is down, so that it does not
start the database between two disks.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.demo.waiting import wait_for
from config.drills.living import Living
from config.drills.telling import CannotRun
from config.runner.state_file import StateFile

SIZE = 640_000_000


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """The mounted disk."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """The file that takes the room away."""
        return self.folder / "ballast"

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        about = os.statvfs(self.folder)
        return about.f_bavail * about.f_frsize

    def leave(self, octets: int) -> None:
        """Let so much room be left: the ballast grows, or is cut, at once."""
        size = self.ballast.stat().st_size if self.ballast.exists() else 0
        wanted = size + self.free - octets
        with self.ballast.open("ab") as file:
            if wanted < size:
                file.truncate(max(wanted, 0))
            else:
                os.posix_fallocate(file.fileno(), size, wanted - size)

    def fill(self) -> None:
        """Take the last byte."""
        with self.ballast.open("ab") as file, suppress(OSError):
            while True:
                os.write(file.fileno(), bytes(4096))


@contextmanager
def small_disk(living: Living) -> Iterator[SmallDisk]:
    """Move the state onto a small disk for a block. Raises CannotRun before anything is touched."""
    state = living.state
    disk = SmallDisk(Path(tempfile.mkdtemp(prefix="daybook-drill-disk-")))
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(disk.folder))
    except CannotRun:
        disk.folder.rmdir()
        raise
    moved = [state.cluster, *(state.directory / name for name in ("store", "log", "reserve"))]
    mounted: list[Path] = []
    try:
        with _stopped(living):
            for number, folder in enumerate(moved):
                folder.mkdir(exist_ok=True)
                place = disk.folder / str(number)
                _run("cp", "-a", str(folder), str(place))
                _run("mount", "--bind", str(place), str(folder))
                mounted.append(folder)
        yield disk
    finally:
        disk.ballast.unlink(missing_ok=True)
        for folder in reversed(mounted):
            # The database works on until the state is ended; its folder only loses its name.
            _run("umount", "-l", str(folder))
        _run("umount", "-l", str(disk.folder))
        disk.folder.rmdir()


@contextmanager
def _stopped(living: Living) -> Iterator[None]:
    """Hold the runner still, end the database and the sequencer, and let the runner start them again."""
    file = StateFile.read(living.state.directory)
    if file.runner is None:
        raise CannotRun("Nobody runs this state.")
    os.kill(file.runner.pid, signal.SIGSTOP)
    try:
        for name in ("sequence", "postgres"):
            file.processes[name].send(signal.SIGKILL)
        _gone(living, file)
        yield
    finally:
        os.kill(file.runner.pid, signal.SIGCONT)


def _gone(living: Living, file: StateFile) -> None:
    """Wait until no process of the killed database has a file of it open: they end when their parent is gone."""
    cluster = str(living.state.cluster)

    def look() -> bool | None:
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdecimal() and os.readlink(process / "cwd") == cluster:
                    return None
        return True

    wait_for("The end of the database", look)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise CannotRun(f"{' '.join(command)}: {said.strip()}") from error
