"""Set-based writes: identities taken in one go, rows sent by COPY. Both need the caller's open transaction."""

from collections.abc import Iterable, Sequence

from django.db import connection


def take_ids(table: str, how_many: int) -> list[int]:
    """Reserve `how_many` identities of `table`, in rising order. Gaps after a rollback are harmless."""
    if how_many == 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(of.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) of,"
            " generate_series(1, %s)",
            [table, how_many],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert `rows` into `table` by binary COPY; return how many.

    `types` are PostgreSQL type names, one a column. Raises RuntimeError outside a transaction, and the database's own
    error when a constraint refuses.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Bulk rows belong into the transaction of their act.")
    count = 0
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(types))
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_text_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert `rows` by COPY in text form, for columns whose type has no binary writer (`tsvector`)."""
    if not connection.in_atomic_block:
        raise RuntimeError("Bulk rows belong into the transaction of their act.")
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
