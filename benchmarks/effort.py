"""What an act costs in processor time: this process, its children, and the database's backend that serves it.

On a shared machine this says more than the clock on the wall.
"""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(slots=True)
class Effort:
    """Seconds: on the clock, of our processes, of the database's backend (none where /proc does not tell)."""

    elapsed: float = 0.0
    ours: float = 0.0
    backend: float | None = None


@contextmanager
def effort() -> Iterator[Effort]:
    """Measure a block; the answer is filled in when it ends. Children count once they were waited for."""
    measured = Effort()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    ours, backend, began = _ours(), _backend(pid), time.perf_counter()
    yield measured
    measured.elapsed = time.perf_counter() - began
    measured.ours = _ours() - ours
    after = _backend(pid)
    measured.backend = None if backend is None or after is None else after - backend


def _ours() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _backend(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
