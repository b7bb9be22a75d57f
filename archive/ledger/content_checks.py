"""What events say held against the log: every field is committed to again, on all processors."""

import multiprocessing
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import orjson
from django.db import connection

from archive.ledger.commitment import commit
from archive.ledger.encoding import base64url
from archive.ledger.errors import LedgerError
from archive.ledger.fsck import Finding, Step
from archive.ledger.merkle import leaf_hash
from archive.ledger.models import EventContent

STRETCH = 4_000
PIECE = 250

#: event id, schema, fields, key, leaf, subject, n, and the leaf of the event before it
Row = tuple[uuid.UUID, str, bytes, bytes, bytes | None, bytes | None, int, bytes | None]


class ContentCheck:
    """Every event whose content is here: its fields and key make its entry, and it names the event before it."""

    name = "commitments"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield contents that are not what was committed to. Goes by event id, and starts over when stopped."""
        processes = os.cpu_count() or 1
        context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
        daemon = multiprocessing.current_process().daemon  # a worker of a task queue may not start processes
        few = EventContent.objects.order_by("pk")[STRETCH : STRETCH + 1].first() is None
        if processes == 1 or daemon or few:
            for rows in _stretches():
                yield from _found([_judge(rows)], len(rows))
            return
        connection.close()  # a child must not share it
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            for rows in _stretches():
                pieces = [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]
                yield from _found(pool.map(_judge, pieces), len(rows))


def _found(judged: Any, count: int) -> Iterator[Finding | Step]:
    for findings in judged:
        yield from findings
    yield Step(count, 0)


def _stretches() -> Iterator[list[Row]]:
    last = uuid.UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.event_id, c.schema, c.fields, c.key, e.leaf, e.subject, e.n, p.leaf FROM"
                " (SELECT * FROM ledger_event_content WHERE event_id > %s ORDER BY event_id LIMIT %s) c"
                " LEFT JOIN ledger_event e USING (event_id)"
                " LEFT JOIN ledger_event p ON p.log_id = e.log_id AND p.subject = e.subject AND p.n = e.n - 1"
                " ORDER BY c.event_id",
                [last, STRETCH],
            )
            rows = [
                (row[0], row[1], bytes(row[2]), bytes(row[3]), _bytes(row[4]), _bytes(row[5]), row[6], _bytes(row[7]))
                for row in cursor.fetchall()
            ]
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _bytes(octets: Any) -> bytes | None:
    return None if octets is None else bytes(octets)


def _judge(rows: list[Row]) -> list[Finding]:
    found = []
    for event_id, schema, fields, key, leaf, subject, n, before in rows:
        place = f"event {event_id}"
        if leaf is None or subject is None:
            found.append(Finding("content.event-missing", place, "its event", "none"))
            continue
        try:
            said = orjson.loads(fields)
            made = commit(schema, said, key).entry
        except (LedgerError, ValueError, TypeError, AttributeError) as error:
            found.append(Finding("content.unreadable", place, "canonical fields", type(error).__name__))
            continue
        if made != leaf:
            found.append(Finding("content.changed", place, leaf.decode("ascii", "replace"), made.decode("ascii")))
            continue
        prev = None if before is None else base64url(leaf_hash(before))
        chain = (said.get("/event/subject"), said.get("/event/n"), said.get("/event/prev"))
        if chain != (base64url(subject), n, prev):
            found.append(Finding("chain.link", place, f"{base64url(subject)} {n} {prev}", " ".join(map(str, chain))))
    return found


CONTENTS = ContentCheck()
