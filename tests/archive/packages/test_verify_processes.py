"""A large bundle is checked in several processes; what is found does not depend on how many, nor on their luck."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.packages import verify
from archive.packages.texts import VERIFIER
from tests.archive.packages.bundles import VKEY


@pytest.fixture
def broken(top: Path) -> Path:
    (top / "data/records/TEST-000002.json").write_bytes(b"[]")
    (top / "data/records/TEST-000003.json").write_bytes((top / "data/records/TEST-000004.json").read_bytes())
    (top / "proofs/TEST-000001.tlog-proof").write_bytes(b"x")
    return top


def judged(top: Path, processes: int) -> tuple[int, list[str]]:
    bundle = verify.Bundle(str(top), [verify.key_parse(VKEY)])
    return bundle.run(processes), "\n".join(verify.report(bundle)).splitlines()


def test_the_report_is_the_same_in_one_process_and_in_three(
    broken: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "CHUNK", 1)
    assert judged(broken, 3) == judged(broken, 1)
    assert judged(good, 3) == judged(good, 1)
    assert judged(good, 3)[0] == 0


def test_processes_that_are_killed_leave_nothing_unchecked(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "CHUNK", 1)
    alone, parent, check = judged(broken, 1), os.getpid(), verify.Bundle.check_record

    def dying(self: verify.Bundle, path: str) -> None:
        if os.getpid() != parent and path.endswith("3.json"):
            os._exit(9)
        check(self, path)

    monkeypatch.setattr(verify.Bundle, "check_record", dying)
    assert judged(broken, 2) == alone


def test_where_no_process_can_be_started_one_does_it(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "CHUNK", 1)
    alone = judged(broken, 1)

    def refused() -> int:
        raise OSError("no more processes")

    monkeypatch.setattr(os, "fork", refused)
    assert judged(broken, 2) == alone


def test_it_works_where_processes_begin_anew_as_on_other_systems(good: Path, broken: Path, tmp_path: Path) -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    program = tmp_path / "spawning.py"
    program.write_text(
        text.replace('sys.platform == "linux"', "False").replace("CHUNK = 20_000, 100, 200", "CHUNK = 20_000, 100, 1")
    )
    assert program.read_text() != text
    command = [sys.executable, "-I", "-S", str(program), "--vkey", VKEY]
    done = subprocess.run([*command, str(good)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([*command, str(broken)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == judged(broken, 1)
