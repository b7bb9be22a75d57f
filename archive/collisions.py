"""Two transactions that want the same rows: the one that the database ends begins again from its start."""

from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

#: Serialization failure, deadlock, and a key that pointed to what was destroyed after it was read.
LOST = frozenset({"40001", "40P01", "23503"})
ATTEMPTS = 5

T = TypeVar("T")


def redo(work: Callable[[], T]) -> T:
    """Do `work` in a transaction of its own, up to five times while it loses collisions; return what it returns.

    `work` must leave nothing behind in memory that a second go would count twice. Raises what the database raised at
    the last attempt, and at once when a transaction is already open: then it is the outer work that must begin again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except DatabaseError as error:
            lost = getattr(error.__cause__, "sqlstate", None) in LOST
            if not lost or attempt == ATTEMPTS or connection.in_atomic_block:
                raise
    raise AssertionError("unreachable")
