"""Bringing the tables of a database up to the product's, as the owner of the tables."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config.runner.errors import RunnerError
from config.runner.state import ROOT


def migrate(env: Mapping[str, str]) -> None:
    """Run Django's migrations; `env` is the environment of the role that migrates.

    Raises RunnerError with what Django said when they fail.
    """
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "manage.py"), "migrate", "--no-input", "--skip-checks", "--verbosity=0"],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RunnerError(f"The tables could not be brought up to date:\n{done.stdout.strip()}")


def migrations_digest(root: Path = ROOT) -> str:
    """Return a digest of everything that decides what the tables look like: our migrations and the libraries'."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    for path in sorted(root.glob("*/migrations/*.py")):
        digest.update(f"\n{path.relative_to(root)}\n".encode() + path.read_bytes())
    return f"migrations sha256:{digest.hexdigest()}"
