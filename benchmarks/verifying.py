"""`./run bench verify`: a bundle of 10,000 records, built in flat memory and checked by the stand-alone verifier."""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.packages import verify
from benchmarks.bundles import VKEY
from benchmarks.figures import Figure

RECORDS, FEW = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class Built:
    """What `benchmarks.bundles` prints: the zip, how long it took, and the peak of memory in MiB."""

    zip: str
    seconds: float
    peak: float


def measure() -> Iterator[Figure]:
    """Build twice, each in a process of its own, unpack the large one and verify it."""
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as name:
        folder = Path(name)
        few, many = _built(FEW, folder), _built(RECORDS, folder)
        yield Figure("verify.export_peak", many.peak, "MiB", few.peak, "ratio <= 1.1")
        top = _unpacked(Path(many.zip), folder)
        floor = _stored(top, folder / "floor.zip")
        yield Figure("verify.records_exported", RECORDS / many.seconds, "records/s", RECORDS / floor)
        summed = _seconds(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], top)[0]
        seconds, peak = _seconds([sys.executable, "-I", "-S", verify.__file__, "--vkey", VKEY, str(top)], folder)
        yield Figure("verify.seconds", seconds, "s", summed, "value <= 5")
        yield Figure("verify.peak", peak, "MiB")
        size = sum(path.stat().st_size for path in top.rglob("*") if path.is_file())
        yield Figure("verify.bytes_per_record", size / RECORDS, "bytes")


def _built(count: int, folder: Path) -> Built:
    command = [sys.executable, "-P", "-m", "benchmarks.bundles", str(count), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Built(**json.loads(done.stdout))


def _unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


def _stored(top: Path, path: Path) -> float:
    """Return the seconds in which the same files go into a zip without any check: what `zip -0` does."""
    began = time.perf_counter()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(top.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(top).as_posix())
    return time.perf_counter() - began


def _seconds(command: list[str], folder: Path) -> tuple[float, float]:
    """Return the seconds that a program took, which must end well, and its peak of memory in MiB."""
    began = time.perf_counter()
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}.")
    return time.perf_counter() - began, used.ru_maxrss / 1024
