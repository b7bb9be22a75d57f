"""verify.py as an outsider runs it: alone, on any Python from 3.8 on, without network and without writing."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.packages.texts import VERIFIER
from tests.archive.packages.bundles import STRANGER, VKEY
from tests.archive.packages.judge import run

PYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]


def test_it_is_short_enough_to_be_read() -> None:
    lines = VERIFIER.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 600
    assert max(map(len, lines)) <= 120


def test_its_syntax_is_that_of_python_3_8_and_it_imports_the_standard_library_only() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not imported & {"socket", "ssl", "http", "urllib", "ctypes", "tempfile"}


@pytest.mark.parametrize("version", PYTHONS)
def test_it_runs_on_every_python_that_is_here(good: Path, version: str) -> None:
    homes = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    python = str(homes[0]) if homes else shutil.which(f"python{version}")
    if not python:
        pytest.skip(f"no Python {version} on this machine")
    done = run("--vkey", VKEY, str(good), python=python)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("HOLDS")


def test_the_folder_it_lies_in_is_judged_when_none_is_named(good: Path, tmp_path: Path) -> None:
    own = [sys.executable, "-I", "-S", str(good / "verify.py")]
    done = subprocess.run([*own, "--vkey", VKEY], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert run("--vkey", VKEY, folder=good).returncode == 1  # the pristine copy lies in no bundle


def test_the_copy_in_the_bundle_is_the_pristine_one(good: Path) -> None:
    assert (good / "verify.py").read_bytes() == VERIFIER.read_bytes()


def test_exit_codes(top: Path) -> None:
    assert run("--vkey", VKEY, str(top)).returncode == 0
    assert run(str(top)).returncode == 2
    assert run("--vkey", STRANGER.verifier().vkey(), str(top)).returncode == 1
    assert run("--vkey", STRANGER.verifier().vkey(), "--vkey", VKEY, str(top)).returncode == 0
    assert run("--vkey", VKEY[:-2], str(top)).returncode == 2
    assert run("--vkey", VKEY, str(top / "none")).returncode == 2
    (top / "data/letter.pdf").write_bytes(b"")
    assert run("--vkey", VKEY, str(top)).returncode == 1
    assert run(str(top)).returncode == 1


def test_what_is_wrong_is_printed_with_its_file_and_without_a_traceback(top: Path) -> None:
    (top / "data/letter.pdf").write_bytes(b"")
    (top / "data/records/TEST-000001.json").write_bytes(b"[" * 90_000)
    done = run("--vkey", VKEY, str(top))
    assert done.stdout.startswith("DOES NOT HOLD: findings: ")
    assert "  [file.changed] data/letter.pdf: changed: its SHA-256 is not the one in the manifest\n" in done.stdout
    assert done.stderr == ""


def test_it_prints_anywhere_even_where_there_is_no_unicode(top: Path) -> None:
    (top / "data/é☃.pdf").write_bytes(b"")
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), "--vkey", VKEY, str(top)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")


SPY = """
import json, os, runpy, sys
seen = []
def spy(event, arguments):
    if event.split(".")[0] in ("socket", "subprocess", "ctypes", "shutil", "urllib", "http"):
        seen.append(event)
    if event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"):
        seen.append(event)
    if event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
        seen.append(f"write {arguments[0]}")
sys.addaudithook(spy)
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    sys.stderr.write(json.dumps([end.code, seen]))
"""


def test_it_opens_no_socket_starts_no_process_and_writes_nothing(good: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SPY, str(VERIFIER), "--vkey", VKEY, str(good)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stderr) == [0, []]


def test_the_kernel_is_asked_for_no_network(good: Path, tmp_path: Path) -> None:
    strace, calls = shutil.which("strace"), tmp_path / "calls"
    if not strace:
        pytest.skip("no strace on this machine")
    program = tmp_path / "verify.py"  # in several processes
    program.write_text(VERIFIER.read_text(encoding="utf-8").replace("= 20_000, 100, 200", "= 20_000, 100, 1"))
    watched = [strace, "-f", "-qq", "-e", "trace=%network,process", "-o", str(calls)]
    command = [sys.executable, "-I", "-S", str(program), "--vkey", VKEY, str(good)]
    done = subprocess.run([*watched, *command], capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr.lower():
        pytest.skip("strace may not look at processes here")
    assert done.returncode == 0, done.stderr
    seen = calls.read_text()
    assert "clone" in seen or "fork" in seen
    for call in ("socket(", "connect(", "socketpair(", "sendto(", "bind("):
        assert call not in seen
    assert seen.count("execve(") == 1
