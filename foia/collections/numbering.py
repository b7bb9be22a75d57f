"""Numbers that are given once: a block at a time, by one atomic statement (legal.md 6.6)."""

from django.db import connection


def counter_take(scope: str, how_many: int) -> int:
    """Reserve `how_many` consecutive numbers of `scope` and return the first.

    Concurrent callers wait for each other on the row and get blocks that do not overlap. Must be called in the
    transaction of the act, so that a failed act returns its numbers only while nobody saw them; raises RuntimeError
    otherwise.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Numbers are taken in the transaction that uses them.")
    if how_many < 1:
        raise ValueError("A block has at least one number.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO counter AS c (scope, next) VALUES (%s, 1 + %s)"
            " ON CONFLICT (scope) DO UPDATE SET next = c.next + %s RETURNING next - %s",
            [scope, how_many, how_many, how_many],
        )
        [first] = cursor.fetchone()
    return int(first)
