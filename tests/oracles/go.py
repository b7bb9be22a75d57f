"""Go's own code for transparency logs (golang.org/x/mod/sumdb), from Debian's packages: it reads what we publish.

apt-get install --no-install-recommends golang-1.19-go golang-1.19-src golang-golang-x-mod-dev \\
    golang-golang-x-crypto-dev golang-golang-x-xerrors-dev
"""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "tlog" / "main.go"
_GOCODE = Path("/usr/share/gocode")
_PLACES = ("/usr/lib/go/bin", "/usr/lib/go-1.19/bin")


def go_program() -> str | None:
    """Return the path of `go` if it and Go's note and tlog are on this machine."""
    there = (_GOCODE / "src/golang.org/x/mod/sumdb/tlog").is_dir() and (_GOCODE / "src/golang.org/x/crypto").is_dir()
    return shutil.which("go", path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES])) if there else None


def go_build(go: str, folder: Path) -> Path:
    """Build the reader without modules and without a network; return the program."""
    built = folder / "tlog"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "GO111MODULE": "off",
        "GOPATH": str(_GOCODE),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-buildvcs=false",
        "CGO_ENABLED": "0",
        "HOME": str(folder),
    }
    subprocess.run([go, "build", "-o", str(built), str(SOURCE)], env=environment, check=True, capture_output=True)
    return built


def go_says(program: Path, *words: str, claims: str = "") -> str:
    """Run the reader; return its one line: OK and counts, or REFUSED and why."""
    done = subprocess.run([str(program), *words], input=claims, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
