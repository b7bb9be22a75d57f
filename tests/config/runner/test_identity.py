"""A process is known by its id and its start; what an old id names now is left alone."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from config.runner.identity import ProcessIdentity, end_processes

_SLEEP = "import time; print('up', flush=True); time.sleep(60)"
_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + _SLEEP


def _start(code: str) -> subprocess.Popen[str]:
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    return child


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[str]]:
    with _start(_SLEEP) as child:
        yield child
        child.kill()


def _identity(child: subprocess.Popen[str]) -> ProcessIdentity:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    return identity


def test_a_living_process_is_the_one_that_was_seen(sleeper: subprocess.Popen[str]) -> None:
    assert _identity(sleeper).alive()


def test_a_recycled_process_id_is_neither_believed_nor_signalled(sleeper: subprocess.Popen[str]) -> None:
    earlier = ProcessIdentity(sleeper.pid, "another boot:1")
    assert not earlier.alive()
    assert not earlier.send(signal.SIGKILL)
    end_processes([earlier], ((signal.SIGTERM, 0.2), (signal.SIGKILL, 0.2)))
    assert sleeper.poll() is None


def test_an_ended_process_that_nobody_has_waited_for_counts_as_gone(sleeper: subprocess.Popen[str]) -> None:
    identity = _identity(sleeper)
    end_processes([identity], ((signal.SIGTERM, 10),))
    assert not identity.alive()
    assert sleeper.wait() == -signal.SIGTERM


def test_a_process_that_is_deaf_to_the_first_signal_gets_the_next() -> None:
    with _start(_DEAF) as deaf:
        end_processes([_identity(deaf)], ((signal.SIGTERM, 0.2), (signal.SIGKILL, 10)))
        assert deaf.wait() == -signal.SIGKILL


def test_a_hurry_cuts_the_waiting_short() -> None:
    with _start(_DEAF) as deaf:
        end_processes([_identity(deaf)], ((signal.SIGTERM, 600), (signal.SIGKILL, 10)), hurry=lambda: True)
        assert deaf.wait() == -signal.SIGKILL


def test_there_is_no_identity_of_a_process_that_does_not_exist() -> None:
    with _start(_SLEEP) as child:
        child.kill()
        child.wait()
        assert ProcessIdentity.of(child.pid) is None
