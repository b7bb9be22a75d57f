"""state.json names what runs, and a crash is cleaned up by it, never more."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.runner.identity import ProcessIdentity
from config.runner.state_file import StateFile


def test_what_was_written_is_read(tmp_path: Path) -> None:
    me = ProcessIdentity.of_self()
    written = StateFile(tmp_path, me, "http://127.0.0.1:8000", True, {"web": 8000}, {"web": me})
    written.write()
    assert StateFile.read(tmp_path) == written


@pytest.mark.parametrize("damage", ["", "{", "null", "[1]", '{"ports": 3}', '{"ports": {"web": "x"}}'])
def test_a_damaged_file_tells_nothing(tmp_path: Path, damage: str) -> None:
    (tmp_path / "state.json").write_text(damage)
    assert StateFile.read(tmp_path) == StateFile(tmp_path)


def test_what_a_crash_left_is_ended_and_a_stranger_with_its_id_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(command, start_new_session=True) as left_over,
        subprocess.Popen(command, start_new_session=True) as stranger,
    ):
        identity = ProcessIdentity.of(left_over.pid)
        assert identity is not None
        recycled = ProcessIdentity(stranger.pid, "the boot before:77")
        StateFile(tmp_path, ProcessIdentity(1, "long ago"), processes={"worker": identity, "web": recycled}).write()
        try:
            assert StateFile.read(tmp_path).end_all() == ["worker"]
            assert left_over.wait() < 0
            assert stranger.poll() is None
            assert StateFile.read(tmp_path).processes == {}
        finally:
            stranger.kill()
            left_over.kill()
