"""A pristine verify.py, asked in this process or run as an outsider runs it."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from archive.packages import verify
from archive.packages.texts import VERIFIER
from tests.archive.packages.bundles import VKEY


class Judgement(NamedTuple):
    """Exit code, the files named as wrong with the reasons, and the report."""

    code: int
    wrong: list[tuple[str, str]]
    report: str

    def names(self, file: str, reason: str = "") -> bool:
        """Say whether this file is named, for a reason that has this in it."""
        return self.code == 1 and any(path == file and reason in why for path, why in self.wrong)


def judge(top: Path, *vkeys: str) -> Judgement:
    """Judge an unpacked bundle with these keys, by default the log's own."""
    bundle = verify.Bundle(str(top), [verify.key_parse(vkey) for vkey in vkeys or [VKEY]])
    bundle.run()
    code = 1 if bundle.bag.wrong else 2 if bundle.bag.unchecked else 0
    return Judgement(code, bundle.bag.wrong, "\n".join(verify.report(bundle)))


def run(*arguments: str, python: str = sys.executable, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the verifier in a process of its own, with nothing but the standard library."""
    return subprocess.run(
        [python, "-I", "-S", str(VERIFIER), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
