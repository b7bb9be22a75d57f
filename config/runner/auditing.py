"""Whether what a running Daybook needs has known vulnerabilities: asked of the public lists, where there is a network.

Without one it says that nothing was checked, and is no failure: whether a list answers is not a property of the code.
"""

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from config.runner.console import say
from config.runner.state import ROOT

UNCHECKED = "not checked"
_SERVICE = ("api.osv.dev", 443)
_SECONDS = 90


def main() -> int:
    """Ask pip-audit about requirements.txt; return 1 when something is known, else 0."""
    try:
        socket.create_connection(_SERVICE, timeout=3).close()
    except OSError:
        say(f"{UNCHECKED}: the list of known vulnerabilities ({_SERVICE[0]}) cannot be reached from here")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "audit.json"
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.txt")]
        command += ["--require-hashes", "--disable-pip", "--vulnerability-service", "osv", "--progress-spinner", "off"]
        command += ["--format", "json", "--output", str(answer), "--timeout", "10"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"{UNCHECKED}: no answer within {_SECONDS} seconds")
            return 0
        if not answer.exists():
            say(f"{UNCHECKED}: {done.stderr.strip()[-300:]}")
            return 0
        return judge(answer.read_text())


def judge(answer: str) -> int:
    """Say what pip-audit found, one line for each finding; return 1 if there is any."""
    found = [
        (one["name"], one.get("version", ""), each)
        for one in json.loads(answer)["dependencies"]
        for each in one.get("vulns", [])
    ]
    for name, version, each in found:
        say(f"{name} {version}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no release yet'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
