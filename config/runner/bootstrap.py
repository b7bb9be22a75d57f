"""Makes .venv hold what the lock files say, then hands over to the runner inside it.

Runs under any Python 3.11+ with nothing but the standard library, before anything is installed. A virtual environment
that is missing, damaged or half installed is mended; when all is in place nothing is written and no network is needed.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOR_ALL = ("requirements.txt",)
FOR_WORK = ("requirements.txt", "requirements-dev.txt")
COMMANDS_FOR_WORK = frozenset({"test", "check", "bench", "drill", "pictures"})
_STAMP = "daybook-installed.json"


@dataclass(frozen=True)
class _Stamp:
    """What the last whole installation wrote down: the digests of its files, the names in site-packages."""

    files: dict[str, str]
    entries: frozenset[str]


class CannotInstall(Exception):
    """The message says what to do."""


def main(arguments: list[str]) -> None:
    """Install what the command needs, and become the runner."""
    venv = ROOT / ".venv"
    try:
        ensure_installed(venv, files_for(arguments))
    except CannotInstall as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    python = str(venv / "bin" / "python")
    # Without compiled files every start of every process would compile the house anew: several seconds each.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    os.execve(  # noqa: S606
        python, [python, "-P", "-m", "config.runner", *arguments], env | {"PYTHONPATH": str(ROOT)}
    )


def files_for(arguments: list[str]) -> tuple[str, ...]:
    """Return the requirement files that a command needs."""
    return FOR_WORK if arguments and arguments[0] in COMMANDS_FOR_WORK else FOR_ALL


def digests_of(files: tuple[str, ...], root: Path) -> dict[str, str]:
    """Return the digest of each requirement file by its name."""
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in files}


def ensure_installed(venv: Path, files: tuple[str, ...], root: Path = ROOT) -> None:
    """Make `venv` hold the packages of the hashed requirement `files` of `root`.

    Raises CannotInstall with a sentence that says what to do.
    """
    digests = digests_of(files, root)
    if is_whole(venv, digests):
        return
    with _alone(root / files[0]):
        if is_whole(venv, digests):  # somebody else has just done it
            return
        _make_venv(venv)
        _forget_half_installed(venv)
        _pip_install(venv, files, root)
        if _has_lost_files(venv):
            _say("some packages have lost files; installing everything anew")
            shutil.rmtree(venv)
            _make_venv(venv)
            _pip_install(venv, files, root)
        _write_stamp(venv, {**_read_stamp(venv).files, **digests})


def is_whole(venv: Path, digests: dict[str, str]) -> bool:
    """Tell whether the virtual environment runs, was installed from these files, and has lost no package since."""
    stamp = _read_stamp(venv)
    return (
        all(stamp.files.get(name) == digest for name, digest in digests.items())
        and stamp.entries <= _entries(venv)
        and _runs(venv)
    )


def _runs(venv: Path) -> bool:
    if Path(sys.prefix) == venv:
        return True
    try:
        checked = [str(venv / "bin" / "python"), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(checked, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _has_pip(venv: Path) -> bool:
    asked = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def _make_venv(venv: Path) -> None:
    if _runs(venv) and _has_pip(venv):
        return
    if venv.exists():
        _say(f"{venv.name} is damaged; making it anew")
        shutil.rmtree(venv)
    base = getattr(sys, "_base_executable", None) or sys.executable
    _say(f"making {venv.name} with Python {sys.version.split()[0]}")
    made = subprocess.run([base, "-m", "venv", str(venv)], check=False, capture_output=True, text=True)
    if made.returncode:
        raise CannotInstall(f"{base} could not make {venv}:\n{made.stdout}{made.stderr}".rstrip())


def _forget_half_installed(venv: Path) -> None:
    """Remove what a killed pip left: packages without their list of files, and folders under a passing name."""
    for site in _sites(venv):
        for path in site.iterdir():
            half = path.name.endswith(".dist-info") and not (path / "RECORD").is_file()
            if half or path.name.startswith("~"):
                shutil.rmtree(path, ignore_errors=True)


def _has_lost_files(venv: Path) -> bool:
    """Tell whether a module or folder that a package says it has is not there."""
    for site in _sites(venv):
        present = set(os.listdir(site))
        for record in site.glob("*.dist-info/RECORD"):
            named = {line.split("/")[0].split(",")[0] for line in record.read_text().splitlines()}
            if named - present - {"..", "__pycache__", ""} - {name for name in named if name.startswith('"')}:
                return True
    return False


def _pip_install(venv: Path, files: tuple[str, ...], root: Path) -> None:
    total = len(
        {line.split("==")[0] for name in files for line in (root / name).read_text().splitlines() if "==" in line}
    )
    _say(f"installing {total} packages from {' and '.join(files)}")
    # What is used is compiled at its first use; compiling everything would take half of the time of a first start.
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-compile"]
    command += [part for name in files for part in ("-r", str(root / name))]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root) as pip:
        assert pip.stdout is not None  # noqa: S101
        count = 0
        for line in pip.stdout:
            said.append(line.rstrip())
            found = re.match(r"(?:Collecting |Processing \S*/)([\w.-]+?)(?:[=<>~! ]|-\d|$)", line)
            if found:
                count += 1
                _say(f"  {count:>3} of {total}  {found[1]}")
            elif line.startswith("Installing collected packages"):
                _say("  unpacking")
    if pip.returncode:
        told = "\n".join(said[-15:])
        raise CannotInstall(
            f"{told}\n\nThe packages could not be installed. Is the package index reachable? Call ./run again; if this "
            f"stays so, delete {venv} first."
        )


def _sites(venv: Path) -> list[Path]:
    return sorted(venv.glob("lib/python3.*/site-packages"))


def _entries(venv: Path) -> set[str]:
    return {name for site in _sites(venv) for name in os.listdir(site)}


def _read_stamp(venv: Path) -> _Stamp:
    try:
        told = json.loads((venv / _STAMP).read_text())
        return _Stamp(dict(told["files"]), frozenset(told["entries"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Stamp({}, frozenset())


def _write_stamp(venv: Path, digests: dict[str, str]) -> None:
    entries = sorted(name for name in _entries(venv) if name != "__pycache__")
    half = venv / f".{_STAMP}"
    half.write_text(json.dumps({"files": digests, "entries": entries}) + "\n")
    half.replace(venv / _STAMP)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process install at a time; the kernel opens the lock when it dies."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another installation to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
