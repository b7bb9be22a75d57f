"""`./run bench import`: versions a second from a table to committed rows, with full commitments, beside a bare COPY."""

import csv
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from archive.bulk import copy_rows
from archive.capture.tables.mapping import mapping_from
from archive.capture.tables.services import table_import
from archive.ledger.content_checks import CONTENTS
from archive.ledger.fsck import Finding
from archive.ledger.models import LedgerEvent
from benchmarks.effort import effort
from benchmarks.figures import Figure
from benchmarks.texts import Writer
from benchmarks.world import AT, page

ROWS = 20_000
MAPPING = {
    "network": "bench",
    "columns": {"id": "id", "content": "text", "published": "at", "author_id": "who", "url": "url"},
    "stats": {"likes": "likes", "shares": "shares"},
}


def measure() -> Iterator[Figure]:
    """Import ROWS rows once, into a database that was never warmed for them."""
    actor, account = page("bench-import")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        _write_table(path)
        floor = ROWS / _bare_copy(path)
        with effort() as used:
            report = table_import(
                actor=actor, account=account, path=path, mapping=mapping_from(MAPPING), now=timezone.now
            )
        size = path.stat().st_size
    if report.taken != ROWS:
        raise RuntimeError(f"{report.taken} of {ROWS} rows were taken.")
    yield Figure("import.versions", ROWS / used.elapsed, "versions/s", floor, "value >= 3000")
    yield Figure("import.bytes", size / used.elapsed / 1e6, "MB/s")
    yield Figure("import.cpu_ours", used.ours / ROWS * 1e6, "us/version")
    if used.backend is not None:
        yield Figure("import.cpu_database", used.backend / ROWS * 1e6, "us/version")
    yield _committed_again()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield Figure("import.bytes_per_version", cursor.fetchone()[0] / ROWS, "bytes")


def _committed_again() -> Figure:
    """Let fsck commit to everything once more, as it does every week; the floor reads the same rows and no more."""
    events = LedgerEvent.objects.count()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.fields, c.key, e.leaf FROM ledger_event_content c JOIN ledger_event e USING (event_id)"
        )
        read = len(cursor.fetchall())
    floor = read / (time.perf_counter() - began)
    began = time.perf_counter()
    found = [said for said in CONTENTS.run(0) if isinstance(said, Finding)]
    elapsed = time.perf_counter() - began
    if found or not events:
        raise RuntimeError("fsck found something wrong in what was just written, or nothing was.")
    return Figure("fsck.commitments", read / elapsed, "versions/s", floor, "value >= 15000")


def _write_table(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "at", "who", "url", "likes", "shares"])
        for n, text in enumerate(Writer().texts(ROWS)):
            at = f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}T{n % 24:02}:00:00Z"
            id_ = f"{10**14 + n * 7919}_{n}"
            writer.writerow([id_, text, at, n * n % 3_001, f"https://social.example/p/{id_}", n % 90, n % 7])


def _bare_copy(path: Path) -> float:
    """Return the seconds in which the same lines go into a plain table, one column, one transaction."""
    lines = path.read_text().split("\n")[1 : ROWS + 1]
    began = time.perf_counter()
    with transaction.atomic():
        copy_rows(
            "words",
            ("ref", "text", "compartment", "created_at"),
            ("uuid", "text", "varchar", "timestamptz"),
            [(uuid.uuid4(), line, "public", AT) for line in lines],
        )
    return time.perf_counter() - began
