"""What ends unasked is started again; what is asked to end, ends with all its children."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from config.runner.errors import EngineFailed
from config.runner.identity import ProcessIdentity
from config.runner.interruption import Interruption
from config.runner.service import Service
from config.runner.state_file import StateFile
from config.runner.supervisor import Supervisor

_SLEEP = "import time; time.sleep(60)"


class Watched:
    """A supervisor whose reports a test reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(StateFile(folder), Interruption(), self.said.append)

    def service(self, code: str, name: str = "worker", ready: Callable[[], bool] | None = None) -> Service:
        return Service(
            name, (sys.executable, "-c", code), os.environ, self.folder / f"{name}.log", ready=ready, ready_seconds=30
        )

    def recorded(self) -> dict[str, ProcessIdentity]:
        return StateFile.read(self.folder).processes


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.supervisor.stop()


def test_a_killed_child_is_started_again_and_said_so(watched: Watched) -> None:
    first = watched.supervisor.start(partial(watched.service, _SLEEP)).identity
    os.kill(first.pid, signal.SIGKILL)
    watched.supervisor.watch(done=lambda: "worker was started again" in watched.said)
    again = watched.recorded()["worker"]
    assert again.alive()
    assert again != first
    assert "killed by SIGKILL" in watched.said[0]
    assert "worker.log" in watched.said[0]


def test_the_pause_grows_while_a_child_cannot_live(watched: Watched) -> None:
    watched.supervisor.start(partial(watched.service, "raise SystemExit(3)"))
    watched.supervisor.watch(done=lambda: sum("exit code 3" in line for line in watched.said) == 2)
    pauses = [line.split("again in ")[1].split(" s.")[0] for line in watched.said if "exit code 3" in line]
    assert pauses == ["1", "2"]


def test_children_of_a_crashed_child_do_not_outlive_it(watched: Watched) -> None:
    pid_file = watched.folder / "grandchild"
    code = (
        "import subprocess, sys, pathlib, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {_SLEEP!r}])\n"
        f"pathlib.Path({str(pid_file)!r} + '.half').write_text(str(child.pid))\n"
        f"pathlib.Path({str(pid_file)!r} + '.half').rename({str(pid_file)!r})\n"
        "time.sleep(60)\n"
    )
    running = watched.supervisor.start(partial(watched.service, code, ready=pid_file.exists))
    running.wait_ready()
    grandchild = ProcessIdentity.of(int(pid_file.read_text()))
    assert grandchild is not None
    os.kill(running.identity.pid, signal.SIGKILL)
    watched.supervisor.watch(done=lambda: bool(watched.said))
    deadline = time.monotonic() + 10
    while grandchild.alive() and time.monotonic() < deadline:
        os.sched_yield()
    assert not grandchild.alive()


def test_stopping_ends_everything_and_forgets_it(watched: Watched) -> None:
    names = ("web", "worker", "postgres", "valkey")
    started = [watched.supervisor.start(partial(watched.service, _SLEEP, name)).identity for name in names]
    assert set(watched.recorded()) == set(names)
    watched.supervisor.stop()
    assert not any(identity.alive() for identity in started)
    assert watched.recorded() == {}


def test_a_child_that_ends_before_it_is_ready_is_an_error_with_the_end_of_its_log(watched: Watched) -> None:
    running = watched.supervisor.start(
        partial(watched.service, "print('no such table', flush=True); raise SystemExit(1)", ready=lambda: False)
    )
    with pytest.raises(EngineFailed, match=r"exit code 1(.|\n)*no such table"):
        running.wait_ready()
