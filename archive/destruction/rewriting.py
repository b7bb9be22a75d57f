"""Writing tables anew: PostgreSQL keeps a deleted row in its files until something else takes the place.

Destroying deletes rows; their bytes stay in the pages of the table, in the sample that the planner keeps of each
column, and in the write-ahead log. So the process `maintain` (as the owner of the tables) writes every table of content
and of work into new files, takes the samples again, and closes the log. A table is locked while that lasts, which is
why it is done at night. What a running transaction still sees is not removed; then the table is tried again, and named
if it stays so. Blocks that the disk has freed are not overwritten by us: that is the disk's encryption to answer for.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import Diagnostic

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.destruction.models import TableRewrite
from archive.records.models import Tombstone
from archive.tables import TableClass

TRIES = 4
PAUSE = 5.0  #: seconds between two tries of what was left
LOCK_PATIENCE = "20s"  #: a table that is not free by then is tried again later
LOG_TRIES = 12
SAMPLES = "pg_statistic"
_SEEN = re.compile(r"^(\d+) dead row versions cannot be removed yet", re.M)


def rewrite_due() -> bool:
    """Tell whether something was destroyed since the last time that everything was written anew."""
    newest = Tombstone.objects.order_by("-at").values_list("at", flat=True).first()
    return newest is not None and rewritten_since(newest) is None


def rewritten_since(instant: datetime) -> TableRewrite | None:
    """Return the first whole rewriting that began after `instant`: what was deleted before lies in no table's file."""
    return TableRewrite.objects.filter(began_at__gte=instant, left=[]).order_by("began_at").first()


def tables_rewritable() -> list[str]:
    """Return the tables that are written anew: all from which rows go. Evidence is inserted only and has none."""
    names = {name for name, kind in settings.LIBRARY_TABLES.items() if kind != TableClass.EVIDENCE}
    for model in apps.get_models():
        kind = getattr(model, "table_class", None)
        if kind is not None and kind != TableClass.EVIDENCE:
            names.add(model._meta.db_table)
    return [*sorted(names), SAMPLES]


def tables_rewrite(
    *, now: Callable[[], datetime], tell: Callable[[str], None], pause: Callable[[float], None] = time.sleep
) -> TableRewrite:
    """Write every table of content and work anew, and close the write-ahead log; return the row that says so.

    Works as the owner of the tables and outside of a transaction. A table that is in use all the time, or of which a
    running transaction still sees deleted rows, is tried again and at last named in `left`.
    """
    began, wanted = now(), tables_rewritable()
    before = _size(wanted)
    left = wanted
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE)
        left = [name for name in left if not _rewritten(name, tell)]
        if not left:
            break
    closed = _log_closed(pause, tell)
    with transaction.atomic():
        row = TableRewrite.objects.create(
            began_at=began,
            ended_at=now(),
            tables=len(wanted) - len(left),
            left=left,
            bytes_before=before,
            bytes_after=_size(wanted),
            log_closed=closed,
        )
        audit(Actor(process="maintain"), "tables.rewrite", at=row.ended_at, count=row.tables)
    return row


def _rewritten(name: str, tell: Callable[[str], None]) -> bool:
    """Write one table anew; tell whether nothing that was deleted is left in it."""
    table = sql.Identifier(name)
    try:
        with connection.cursor() as cursor, _details() as said:
            cursor.execute(f"SET lock_timeout = '{LOCK_PATIENCE}'")
            cursor.execute(sql.SQL("VACUUM (FULL, VERBOSE) {}").format(table))
            if name != SAMPLES:
                cursor.execute(sql.SQL("ANALYZE {}").format(table))
    except OperationalError as error:
        tell(f"{name}: {error}")
        return False
    seen = [int(found[1]) for detail in said if (found := _SEEN.search(detail))]
    if not seen or any(seen):
        tell(f"{name}: a running transaction still sees rows that were deleted")
        return False
    return True


@contextmanager
def _details() -> Iterator[list[str]]:
    """Collect what the server says while it works."""
    said: list[str] = []

    def hear(diagnostic: Diagnostic) -> None:
        said.append(diagnostic.message_detail or "")

    connection.ensure_connection()
    session: Any = connection.connection
    session.add_notice_handler(hear)
    try:
        yield said
    finally:
        session.remove_notice_handler(hear)


def _log_closed(pause: Callable[[float], None], tell: Callable[[str], None]) -> bool:
    """Begin a new file of the write-ahead log and have the old ones deleted; tell whether they are.

    Needs rights that our own cluster gives; the administrator of another one may have other ways.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW wal_recycle")
            if cursor.fetchone()[0] != "off":
                tell("wal_recycle is on: old files of the write-ahead log are used again as they are")
                return False
            cursor.execute("SET ROLE daybook_migrate")
            cursor.execute("SELECT pg_switch_wal()")
            cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn() + 1)")
            first = cursor.fetchone()[0]
            for attempt in range(LOG_TRIES):
                if attempt:
                    pause(PAUSE)
                cursor.execute("SET ROLE pg_checkpoint")
                cursor.execute("CHECKPOINT")
                cursor.execute("SET ROLE daybook_migrate")
                cursor.execute(
                    "SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name < %s", [first]
                )
                if not cursor.fetchone()[0]:
                    return True
            tell("the database still keeps older files of its write-ahead log")
    except Exception as error:  # whatever an administrator has not granted: said, and no reason to fail
        tell(f"the write-ahead log was not closed: {error}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE daybook_owner")
    return False


def _size(tables: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(to_regclass(t))), 0)::bigint FROM unnest(%s::text[]) t",
            [tables],
        )
        return int(cursor.fetchone()[0])
