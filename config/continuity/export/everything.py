"""`manage export-all`: tables as JSON lines, media as files, the log as static files, with a table of contents.

Streaming: a row, a chunk or a tile at a time. The tables are read in one snapshot; a run that goes on after a kill
reads the rest in another, and bag-info.txt says so.
"""

import csv
import io
import mimetypes
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department
from archive.access.policy import require
from archive.ledger.models import LOG, Checkpoint
from archive.ledger.tiles import WIDTH, TileName, pack_entries, tile_names
from archive.packages.index import index_head
from archive.packages.names import INDEX
from archive.packages.staging import ManifestDigest
from archive.packages.texts import bundle_texts
from archive.records.models import Media
from archive.storage.contract import Damaged, Missing
from archive.storage.models import StoredObject
from archive.storage.services import object_chunks
from archive.storage.summary import levels_stated
from config.continuity.export.bag import ExportBag
from config.continuity.export.contents import contents_csv, readme
from config.continuity.export.seal import seal_commit, seal_files, seal_reference
from config.continuity.export.tables import table_rows, tables
from config.continuity.log_back import stored_entries, stored_tile

Say = Callable[[str], object]
_BATCH = 500
_HASH = 32


def export_all(
    folder: Path,
    *,
    actor: Actor,
    at: datetime,
    say: Say,
    seal: bool = True,
    wait: Callable[[float], object] = time.sleep,
) -> ExportBag:
    """Write everything into `folder`, or go on there; seal it in the log and return the finished bag.

    `wait(seconds)` is called between two looks for the checkpoint that covers the seal. Without `seal` the bag says
    that it has none: for a log that cannot sign, such as one that was restored and not yet recovered.

    Needs the capability `export.all`, whatever compartments are open to the actor otherwise: it takes all of them.
    Raises Denied, or ContinuityError for a folder that holds something else.
    """
    require(actor, "export.all", at)
    bag = ExportBag(folder)
    bag.begin()
    with transaction.atomic():
        audit(actor, "export.all.begun", at=at, compartment="restricted", object_kind="export", object_ref=folder.name)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in tables():
            path = f"data/tables/{table.name}.jsonl"
            if not bag.has(path):
                say(f"{bag.add(path, table_rows(table)).rows:>12,} rows  {table.name}")
        head = Checkpoint.objects.filter(log_id=LOG).order_by("-size").first()
        if head is not None:
            _log(bag, head, say)
    lost = _objects(bag, say)
    if not bag.has("data/left-out.csv"):
        bag.add("data/left-out.csv", [_csv([("object", "why"), *lost])], rows=len(lost))
    if not bag.has(INDEX):
        bag.add(INDEX, [index_head()], rows=0)
    if not bag.has("data/contents.csv"):
        bag.add("data/contents.csv", [contents_csv(bag.rows(), tables())])
    department = Department.objects.first()
    storage = levels_stated(at=at)
    payload = bag.manifest()
    event_id = _sealed(bag, payload, storage=storage, at=at) if seal else None
    info = [
        ("Source-Organization", department.name if department else "not set up"),
        ("External-Identifier", seal_reference(event_id) if event_id else "none: not sealed in the log"),
        ("Bagging-Date", f"{at:%Y-%m-%d}"),
        ("External-Description", "Everything that this Daybook holds, in open formats; see README.txt"),
        ("Bag-Software-Agent", f"Daybook {settings.VERSION}"),
        ("Daybook-Log-Origin", settings.DAYBOOK_LOG_ORIGIN),
        ("Daybook-Log-Key", settings.DAYBOOK_LOG_VKEY or "none"),
        ("Daybook-Log-Size", str(head.size if head else 0)),
        ("Daybook-Storage", storage),
        ("Daybook-Snapshots", "more than one: the export was interrupted and went on" if bag.resumed else "one"),
    ]
    if department and department.demonstration:
        info.append(("Daybook-Demonstration", "DEMONSTRATION: everything here is invented"))
    proof = seal_files(event_id, wait=wait) if event_id else ()
    bag.close(info, [*_texts(department, sealed=seal), *proof])
    with transaction.atomic():
        audit(
            actor,
            "export.all.done",
            at=at,
            compartment="restricted",
            object_kind="export",
            object_ref=folder.name,
            count=bag.files,
        )
    return bag


def _sealed(bag: ExportBag, payload: ManifestDigest, *, storage: str, at: datetime) -> UUID:
    """Return the event that seals the payload: of this run, or of one before that was ended while it waited."""
    told = bag.note_path.read_text().split() if bag.note_path.exists() else []
    if told[:1] == [payload.sha256.hex()]:
        return UUID(told[1])
    event_id = seal_commit(payload, storage=storage, at=at)
    bag.note_path.write_text(f"{payload.sha256.hex()} {event_id}\n")
    return event_id


def _texts(department: Department | None, *, sealed: bool) -> Iterator[tuple[str, bytes]]:
    """Yield our README, with the program and the commands that every bundle has where there is a seal to check."""
    demonstration = bool(department and department.demonstration)
    if not sealed:
        yield "README.txt", readme(demonstration=demonstration, sealed=False)
        return
    texts = dict(
        bundle_texts(
            department.name if department else "not set up",
            "Everything that this Daybook holds",
            "DEMONSTRATION" if demonstration else "",
            settings.DAYBOOK_LOG_ORIGIN,
        )
    )
    yield from (texts | {"README.txt": readme(demonstration=demonstration, sealed=True)}).items()


def _log(bag: ExportBag, head: Checkpoint, say: Say) -> None:
    """Write the log as C2SP tlog-tiles: the newest checkpoint, tiles of hashes and bundles of entries."""
    for name in tile_names(head.size):
        _once(bag, f"data/log/{name.path()}", partial(_tile, name))
        if name.level == 0:
            entries = TileName(None, name.n, name.width)
            _once(bag, f"data/log/{entries.path()}", partial(_entries, entries))
    _once(bag, "data/log/checkpoint", lambda: bytes(head.note))
    say(f"{head.size:>12,} entries  of the log, up to its newest checkpoint")


def _once(bag: ExportBag, path: str, octets: Callable[[], bytes]) -> None:
    if not bag.has(path):
        bag.add(path, [octets()], rows=0)


def _tile(name: TileName) -> bytes:
    return stored_tile(name.level or 0, name.n)[: name.width * _HASH]


def _entries(name: TileName) -> bytes:
    return pack_entries(stored_entries(name.n * WIDTH, name.n * WIDTH + name.width))


def _objects(bag: ExportBag, say: Say) -> list[tuple[str, str]]:
    """Write evidence objects in the order of their keys; return those that could not be, with the reason."""
    lost: list[tuple[str, str]] = []
    after, count = UUID(bag.last_object) if bag.last_object else UUID(int=0), 0
    while batch := list(StoredObject.objects.filter(key__gt=after, gone_at=None).order_by("key")[:_BATCH]):
        kinds = dict(Media.objects.filter(stored__in=batch).values_list("stored_id", "media_type"))
        for stored in batch:
            after = stored.key
            if stored.doomed_at:
                lost.append((str(stored.key), "its record was destroyed; the bytes are about to go"))
                continue
            ending = mimetypes.guess_extension(kinds.get(stored.pk, ""), strict=True) or ".bin"
            try:
                bag.add(f"data/objects/{str(stored.key)[:2]}/{stored.key}{ending}", object_chunks(stored), rows=0)
            except (Missing, Damaged) as error:
                lost.append((str(stored.key), str(error)))
                continue
            count += 1
            if count % 1_000 == 0:
                say(f"{count:>12,} objects so far")
    say(f"{count:>12,} objects")
    return lost


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8")
