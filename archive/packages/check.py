"""Judging a bundle with our own copy of the program that lies in it, run as an outsider runs it."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from archive.packages.errors import BadZip, NotABundle
from archive.packages.texts import VERIFIER
from archive.packages.unpack import zip_unpack


class Verdict(NamedTuple):
    """The exit code of `verify.py` (0 holds, 1 wrong, 2 not all checked) and its report."""

    code: int
    report: str


def bundle_check(
    path: Path, vkeys: Sequence[str], *, witnesses: Sequence[str] = (), tsa_roots: Sequence[str] = ()
) -> Verdict:
    """Check an unpacked bundle, or the zip of one, with the public log keys `vkeys`.

    `witnesses` are the keys of witnesses, `tsa_roots` the paths of certificates, that the caller trusts.

    A zip that is damaged or unsafe is wrong (1) and is not unpacked further; a path that is neither folder nor zip
    could not be checked (2). The program runs as a process of its own, without our packages and without a network.
    """
    given = (("--vkey", vkeys), ("--witness", witnesses), ("--tsa-root", tsa_roots))
    words = [word for name, values in given for value in values for word in (name, value)]
    if path.is_dir():
        return _run(path, words)
    if not path.is_file():
        return Verdict(2, f"Cannot check: there is no bundle {path}.\n")
    with tempfile.TemporaryDirectory(prefix="daybook-verify-") as folder:
        try:
            top = zip_unpack(path, Path(folder))
        except NotABundle as error:
            return Verdict(2, f"Cannot check: {error}\n")
        except BadZip as error:
            return Verdict(1, f"DOES NOT HOLD: findings: 1.\n\nWrong\n  [{error.finding}] {path.name}: {error}\n")
        return _run(top, words)


def _run(top: Path, words: Sequence[str]) -> Verdict:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *words, "--", str(top.absolute())],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
    )
    return Verdict(done.returncode if done.returncode in (0, 1, 2) else 2, done.stdout + done.stderr)
