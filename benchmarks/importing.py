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
from benchmarks.figures import Figure
from benchmarks.world import AT, page, texts

ROWS = 20_000


def measure() -> Iterator[Figure]:
    """Import ROWS rows once, into a database that was never warmed for them."""
    actor, account = page("bench-import")
    words = texts(ROWS)
    with transaction.atomic():
        began = time.perf_counter()
        copy_rows(
            "words",
            ("ref", "text", "compartment", "created_at"),
            ("uuid", "text", "varchar", "timestamptz"),
            [(uuid.uuid4(), text, "public", AT) for text in words],
        )
    floor = ROWS / (time.perf_counter() - began)
    mapping = mapping_from(
        {
            "network": "bench",
            "columns": {"id": "id", "content": "text", "published": "at", "author_id": "who"},
            "stats": {"likes": "likes"},
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "text", "at", "who", "likes"])
            for n, text in enumerate(words):
                writer.writerow([n, text, f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}T12:00:00Z", n % 700, n % 90])
        size = path.stat().st_size
        began = time.perf_counter()
        report = table_import(actor=actor, account=account, path=path, mapping=mapping, now=timezone.now)
        elapsed = time.perf_counter() - began
    if report.taken != ROWS:
        raise RuntimeError(f"{report.taken} of {ROWS} rows were taken.")
    yield Figure("import.versions", ROWS / elapsed, "versions/s", floor, "value >= 3000")
    yield Figure("import.bytes", size / elapsed / 1e6, "MB/s")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield Figure("import.bytes_per_version", cursor.fetchone()[0] / ROWS, "bytes")
