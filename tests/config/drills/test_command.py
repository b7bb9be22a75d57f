"""`./run drill` knows its drills, and says so when it does not."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.drills.__main__ import drills
from config.drills.names import DRILLS
from config.drills.results import DrillResult, result_read, result_write
from config.drills.small_disk import SmallDisk
from tests.fixtures import ROOT


def test_an_unknown_drill_is_refused_with_the_names_of_those_there_are(engines: object) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "config.drills", "flood"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert asked.stderr == f"There is no drill 'flood'. There are: {', '.join(sorted(drills()))}.\n"
    assert asked.stdout == ""


def test_every_drill_that_the_page_names_is_there_and_no_other() -> None:
    assert set(drills()) == set(DRILLS)


def test_the_last_result_of_a_drill_is_kept_and_read_again(tmp_path: Path) -> None:
    first = DrillResult("kill", 7, datetime(2026, 5, 1, tzinfo=UTC), False, 12.5, "0.1.0")
    assert result_read(tmp_path / "drills", "kill") is None
    result_write(tmp_path / "drills", first)
    assert result_read(tmp_path / "drills", "kill") == first
    result_write(tmp_path / "drills", replace(first, held=True))
    assert result_read(tmp_path / "drills", "kill") == replace(first, held=True)
    assert [path.name for path in (tmp_path / "drills").iterdir()] == ["kill.json"]


@pytest.mark.parametrize(
    "octets",
    [b"", b"{", b"[]", b"{}", b'{"name":"kill"}', b"\xff", b"9" * 10_000, b'{"name":"dba","at":"2026-05-01T00:00:00"}'],
)
def test_a_result_that_cannot_be_read_is_none(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "kill.json").write_bytes(octets)
    assert result_read(tmp_path, "kill") is None


def test_a_result_that_says_held_in_other_words_did_not_hold(tmp_path: Path) -> None:
    told = {"name": "kill", "seed": 1, "at": "2026-05-01T00:00:00+00:00", "held": "yes", "seconds": 1, "version": "1"}
    (tmp_path / "kill.json").write_text(json.dumps(told))
    read = result_read(tmp_path, "kill")
    assert read is not None
    assert not read.held


def test_a_small_disk_leaves_what_it_was_told_to_leave(tmp_path: Path) -> None:
    """The arithmetic alone, on a disk that is not small."""
    disk = SmallDisk(tmp_path)
    before = disk.free
    disk.leave(before - 8_000_000)
    assert disk.ballast.stat().st_size > 4_000_000
    disk.leave(before + 50_000_000)
    assert disk.ballast.stat().st_size == 0
