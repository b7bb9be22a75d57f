"""The commands of ./run, called as a person calls them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.runner.binaries import SYSTEM_DIR
from config.runner.identity import ProcessIdentity
from config.runner.state import ROOT
from config.runner.state_file import StateFile

_HOLD = """
import sys, time
from pathlib import Path
from config.runner.household import household
from config.runner.service import Service
from config.runner.state import Kind, open_state
state = open_state(Kind.LIVE, Path(sys.argv[1]))
with household(state, print) as home:
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    home._supervisor.start(lambda: Service("worker", command, {}, state.logs / "worker.log"))
    home.file.address = "http://127.0.0.1:8123"
    home.file.write()
    print("holding", flush=True)
    home.watch()
"""


def _env(home: Path) -> dict[str, str]:
    return {"DAYBOOK_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}


def _run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "config.runner", *arguments],
        env=_env(home),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def _another(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the live state of `home` from another process, with one process of its own and no engines."""
    command = [sys.executable, "-c", _HOLD, str(home)]
    with subprocess.Popen(command, env=_env(home), stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            while other.stdout.readline() != "holding\n":
                assert other.poll() is None
            yield other
        finally:
            other.kill()


def _worker(home: Path) -> ProcessIdentity:
    return StateFile.read(home / "live").processes["worker"]


@pytest.mark.parametrize("arguments", [("nonsense",), ("--live", "x"), ("manage", "--state", "test", "check")])
def test_what_run_does_not_know_is_said_with_what_it_knows(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = _run(*arguments, home=tmp_path)
    assert said.returncode == 2
    assert "does not know" in said.stderr
    assert "./run --live" in said.stderr


def test_a_second_run_is_told_where_the_first_is(tmp_path: Path) -> None:
    with _another(tmp_path) as other:
        said = _run("--live", home=tmp_path)
        assert said.returncode == 0
        assert f"already runs at http://127.0.0.1:8123 (process {other.pid})" in said.stdout
        assert _worker(tmp_path).alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_that_was_started(tmp_path: Path, number: signal.Signals) -> None:
    with _another(tmp_path) as other:
        worker = _worker(tmp_path)
        other.send_signal(number)
        other.wait(20)
        assert not worker.alive()
        assert StateFile.read(tmp_path / "live").processes == {}


def test_what_a_killed_run_left_is_ended_by_the_next_which_takes_its_place(tmp_path: Path) -> None:
    with _another(tmp_path) as first:
        left_over = _worker(tmp_path)
        first.kill()
        first.wait()
        assert left_over.alive()
        with _another(tmp_path) as second:
            assert not left_over.alive()
            assert _worker(tmp_path).alive()
            second.terminate()
            second.wait(20)


def test_a_command_in_a_bare_folder_finds_engines_for_itself_and_ends_them_after(tmp_path: Path) -> None:
    said = _run(
        "manage",
        "shell",
        "-c",
        "from django.db import connection as c; c.connect(); print(c.connection.info.user)",
        home=tmp_path,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.split()[-1] == "daybook_app"
    file = StateFile.read(tmp_path / "demo")
    assert file.processes == {}
    told = json.loads((tmp_path / "demo" / "about.json").read_text())
    cluster = Path(told["cluster"])
    assert not (cluster / "postmaster.pid").exists()
    if SYSTEM_DIR in cluster.parents:  # root's clusters lie outside the folder of the test
        shutil.rmtree(cluster.parent)
