"""`./run drill` knows its drills, and says so when it does not."""

import subprocess
import sys

from config.drills.__main__ import drills
from tests.fixtures import ROOT


def test_an_unknown_drill_is_refused_with_the_names_of_those_there_are(engines: object) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "config.drills", "flood"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert asked.stderr == f"There is no drill 'flood'. There are: {', '.join(sorted(drills()))}.\n"
    assert asked.stdout == ""
