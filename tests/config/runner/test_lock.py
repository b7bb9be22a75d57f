"""Locks die with their holder."""

import subprocess
import sys
from pathlib import Path

from config.runner.lock import FileLock
from config.runner.state import ROOT

_HOLD = """
import sys, time
from pathlib import Path
from config.runner.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
time.sleep(60)
"""


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_shared_holders_keep_out_an_exclusive_one(tmp_path: Path) -> None:
    readers = [FileLock(tmp_path / "lock") for _ in range(2)]
    assert all(reader.acquire(shared=True) for reader in readers)
    assert not FileLock(tmp_path / "lock").acquire()
    for reader in readers:
        reader.release()


def test_a_killed_holder_leaves_no_stale_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        lock = FileLock(path)
        assert not lock.acquire()
        holder.kill()
    assert lock.acquire()
    lock.release()
