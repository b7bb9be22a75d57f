"""What the machine gives just now: on a shared one, two cores are seldom two."""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context

_SECONDS = 0.5


def describe() -> str:
    """Return a line that every reader of figures needs: cores, what they are worth together, load, Python."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_hashes, [0.01, 0.01]))  # both have started
        alone = pool.submit(_hashes, _SECONDS).result()
        together = sum(pool.map(_hashes, [_SECONDS, _SECONDS]))
    return (
        f"{os.cpu_count()} cores, of which two do {together / alone:.2f} times the work of one just now; "
        f"load {os.getloadavg()[0]:.1f}; SHA-256 of 64 bytes {alone / _SECONDS / 1e6:.2f} million a second; "
        f"Python {sys.version.split()[0]}. Each floor is measured in this same run."
    )


def _hashes(seconds: float) -> int:
    """Return how often this process hashes in so many seconds."""
    octets, count, end = bytes(64), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(1_000):
            sha256(octets).digest()
        count += 1_000
    return count
