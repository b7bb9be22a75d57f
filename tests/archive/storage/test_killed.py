"""Killed at any line, nothing that was put is lost sight of."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from archive.storage.models import ObjectIntent
from archive.storage.services import SWEEP_AFTER, intents_sweep, object_put

pytestmark = pytest.mark.commits
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = AT + SWEEP_AFTER + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The store of these tests."""
    (tmp_path / "store").mkdir()
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return tmp_path / "store"


def there(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def killed(chunks: Iterator[bytes]) -> None:
    """Put in a child process that is killed, at the latest when the bytes are written."""
    connection.close()
    if (child := os.fork()) == 0:
        try:
            object_put(chunks, compartment="public", at=AT)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_after_the_bytes_were_written_the_intent_is_there_and_the_sweeper_clears_up(folder: Path) -> None:
    killed(iter([b"whole, and acknowledged to nobody"]))
    [intent] = ObjectIntent.objects.all()
    assert there(folder) == [str(intent.key)]
    assert intents_sweep(at=LATER) == 1
    assert there(folder) == []


def test_killed_while_the_bytes_were_written_the_half_file_goes_too(folder: Path) -> None:
    def source() -> Iterator[bytes]:
        yield bytes(1 << 20)
        os.kill(os.getpid(), signal.SIGKILL)

    killed(source())
    assert len(there(folder)) == 1
    assert intents_sweep(at=LATER) == 1
    assert there(folder) == []
