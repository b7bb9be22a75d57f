"""The one lock between placing a hold and destroying a record (design rule 4).

Whoever places a hold takes it whole; whoever destroys one record takes the shared form before asking the guards and
keeps it to the commit. So a committed hold always wins, and a hold waits for one record at most.
"""

from django.db import connection

HOLDS = 0x4441_5942_4F4F_4B01
"""The advisory key. The destroying function names the same number."""


def holds_lock() -> None:
    """Keep every destruction out until the caller's transaction ends."""
    _take("SELECT pg_advisory_xact_lock(%s)")


def holds_lock_shared() -> None:
    """Keep every new hold out until the caller's transaction ends."""
    _take("SELECT pg_advisory_xact_lock_shared(%s)")


def _take(statement: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("The lock lasts as long as a transaction: open one first.")
    with connection.cursor() as cursor:
        cursor.execute(statement, [HOLDS])
