"""The virtual environment is found whole, or found out."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from config.runner import bootstrap
from config.runner.state import ROOT

_PIN = "one==1.0 --hash=sha256:00\n"


class Installed:
    """A virtual environment as an installation leaves it, with one package; nothing is downloaded."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)], check=True)
        (self.site,) = self.venv.glob("lib/python3.*/site-packages")
        self.package = self.site / "one"
        self.package.mkdir()
        (self.package / "__init__.py").touch()
        self.metadata = self.site / "one-1.0.dist-info"
        self.metadata.mkdir()
        (self.metadata / "RECORD").write_text("one/__init__.py,,\none-1.0.dist-info/RECORD,,\n../../../bin/one,,\n")
        (root / "requirements.txt").write_text(_PIN)
        self.stamp()

    def digests(self) -> dict[str, str]:
        return bootstrap.digests_of(("requirements.txt",), self.root)

    def stamp(self) -> None:
        bootstrap._write_stamp(self.venv, self.digests())

    def is_whole(self) -> bool:
        return bootstrap.is_whole(self.venv, self.digests())


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


def test_a_whole_environment_is_left_alone_without_pip_or_network(installed: Installed) -> None:
    assert installed.is_whole()
    before = sorted(installed.venv.rglob("*"))
    bootstrap.ensure_installed(installed.venv, ("requirements.txt",), installed.root)  # there is no pip to call
    assert sorted(installed.venv.rglob("*")) == before


def test_changed_requirements_are_installed(installed: Installed) -> None:
    (installed.root / "requirements.txt").write_text(_PIN.replace("1.0", "1.1"))
    assert not installed.is_whole()


def test_an_installation_that_never_ended_is_found_out(installed: Installed) -> None:
    (installed.venv / "daybook-installed.json").unlink()
    assert not installed.is_whole()


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"files": 3}', '{"files": {}, "entries": null}'])
def test_a_damaged_stamp_is_no_stamp(installed: Installed, stamp: str) -> None:
    (installed.venv / "daybook-installed.json").write_text(stamp)
    assert not installed.is_whole()


def test_a_package_that_was_removed_by_hand_is_missed(installed: Installed) -> None:
    (installed.package / "__init__.py").unlink()
    installed.package.rmdir()
    assert not installed.is_whole()
    assert bootstrap._has_lost_files(installed.venv)


def test_an_interpreter_that_has_gone_is_found_out(installed: Installed) -> None:
    python = installed.venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nonexistent/python3")
    assert not installed.is_whole()


def test_what_a_killed_pip_left_is_forgotten_so_that_pip_installs_it_again(installed: Installed) -> None:
    (installed.metadata / "RECORD").unlink()
    (installed.site / "~ne").mkdir()
    bootstrap._forget_half_installed(installed.venv)
    assert not installed.metadata.exists()
    assert not (installed.site / "~ne").exists()


def test_an_index_that_cannot_be_reached_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "requirements.txt").write_text(_PIN)
    with pytest.raises(bootstrap.CannotInstall, match="Is the package index reachable"):
        bootstrap.ensure_installed(tmp_path / ".venv", ("requirements.txt",), tmp_path)
    assert not bootstrap.is_whole(tmp_path / ".venv", bootstrap.digests_of(("requirements.txt",), tmp_path))


def test_two_installations_at_once_take_turns(installed: Installed, capsys: pytest.CaptureFixture[str]) -> None:
    with (installed.root / "requirements.txt").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError), (installed.root / "requirements.txt").open("rb") as mine:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with bootstrap._alone(installed.root / "requirements.txt"):
        assert "waiting" not in capsys.readouterr().out


def test_only_commands_for_work_install_the_tools_of_work() -> None:
    assert bootstrap.files_for(["test", "-x"]) == bootstrap.FOR_WORK
    assert bootstrap.files_for(["demo"]) == bootstrap.FOR_ALL
    assert bootstrap.files_for([]) == bootstrap.FOR_ALL


def test_without_a_new_enough_python_the_first_line_says_so(tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "readlink"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    lonely = tmp_path / "run"
    lonely.write_text((ROOT / "run").read_text())
    said = subprocess.run(
        ["/usr/bin/env", "bash", str(lonely)], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "Python 3.11 or later" in said.stderr
