"""A pristine verify.py, asked in this process or run as an outsider runs it."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from archive.packages import verify
from archive.packages.texts import VERIFIER
from tests.archive.packages.bundles import VKEY


class Judgement(NamedTuple):
    """Exit code, what is wrong (file, code, sentence), the report, and the same of what was not checked."""

    code: int
    wrong: list[tuple[str, str, str]]
    report: str
    unchecked: list[tuple[str, str, str]]

    def names(self, file: str, reason: str = "") -> bool:
        """Say whether this file is named, for a reason that has this in it."""
        return self.code == 1 and any(path == file and reason in f"[{code}] {why}" for path, code, why in self.wrong)

    @property
    def codes(self) -> list[tuple[str, str]]:
        """File and code of all that is wrong or unchecked, sorted."""
        return sorted((path, code) for path, code, _ in [*self.wrong, *self.unchecked])


def judge(top: Path, *vkeys: str) -> Judgement:
    """Judge an unpacked bundle with these keys, by default the log's own."""
    bundle = verify.Bundle(str(top), [verify.key_parse(vkey) for vkey in vkeys or [VKEY]])
    code = bundle.run()
    return Judgement(code, bundle.found["wrong"], "\n".join(verify.report(bundle)), bundle.found["unchecked"])


def run(*arguments: str, python: str = sys.executable, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the verifier in a process of its own, with nothing but the standard library."""
    return subprocess.run(
        [python, "-I", "-S", str(VERIFIER), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
