"""The drill `dba`: a database administrator changes one thing at a time, behind every guard, and fsck must name it.

Each case says what is changed, how it is put back, and the code that the next fsck must give. Everything else goes on
meanwhile: web, worker and sequencer work on the same database.
"""

import secrets
from dataclasses import dataclass

import psycopg
from django.utils import timezone

from archive.capture.media import TASK as MEDIA
from archive.capture.schedule import capture_request
from archive.ledger.fsck import fsck
from archive.ledger.models import FsckRun, Tile
from config.demo.founding import demonstration_found, sandbox_address
from config.demo.waiting import job_done, jobs_done, wait_for
from config.drills.kill import at_rest
from config.drills.living import Living
from config.drills.telling import told
from sandbox.puppeteer import Puppeteer

COMMENTS = 260

_FIRST = "(SELECT event_id FROM ledger_seq ORDER BY seq LIMIT 1)"


@dataclass(frozen=True, slots=True)
class Case:
    """One change: the table whose guard is switched off, what is done to it, what undoes it, and the code expected."""

    name: str
    table: str
    change: str
    undo: str
    code: str


def _flip(name: str, table: str, column: str, where: str, code: str) -> Case:
    """Return the case that flips one bit; doing it again puts it back."""
    change = f"UPDATE {table} SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1) WHERE {where}"  # noqa: S608
    return Case(name, table, change, change, code)


def _taken(name: str, table: str, where: str, code: str) -> Case:
    """Return the case that deletes rows, which are put back from a copy."""
    return Case(
        name,
        table,
        f"CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {where}; DELETE FROM {table} WHERE {where}",  # noqa: S608
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept",  # noqa: S608
        code,
    )


CASES = (
    _flip("leaf", "ledger_event", "leaf", f"event_id = {_FIRST}", "entry.changed"),
    _flip("tile", "ledger_tile", "hashes", "level = 0 AND n = 0", "tile.changed"),
    _flip("edge", "ledger_edge", "root", "true", "edge.root"),
    _flip(
        "checkpoint",
        "ledger_checkpoint",
        "note",
        "size = (SELECT min(size) FROM ledger_checkpoint)",
        "checkpoint.signature",
    ),
    _flip("content", "ledger_event_content", "key", f"event_id = {_FIRST}", "content.changed"),
    _flip("slice", "exchange_slice", "raw", "id = (SELECT min(id) FROM exchange_slice)", "slice.changed"),
    Case(
        "business row",
        "version",
        "UPDATE version SET posted_at = posted_at - interval '1 day' WHERE posted_at IS NOT NULL",
        "UPDATE version SET posted_at = posted_at + interval '1 day' WHERE posted_at IS NOT NULL",
        "version.changed",
    ),
    Case(
        "audit entry",
        "audit_entry",
        "UPDATE audit_entry SET action = action || '.' WHERE id = (SELECT min(entry_id) FROM audit_batch_entry)",
        "UPDATE audit_entry SET action = rtrim(action, '.') WHERE id = (SELECT min(entry_id) FROM audit_batch_entry)",
        "audit.changed",
    ),
    _flip("media", "stored_object", "sha256", "id = (SELECT min(stored_id) FROM media)", "media.changed"),
    _taken("place", "ledger_seq", "seq = 3", "log.gap"),
    _taken("content taken", "ledger_event_content", f"event_id = {_FIRST}", "content.missing"),
)


def dba(seed: int) -> bool:
    """Capture a little, then do every case; tell whether each was named and nothing else stayed behind."""
    url, token, control = sandbox_address()
    cast = demonstration_found(password=secrets.token_hex(12), sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    network.post("Road closed at Main St.", key="dba-post")
    network.attach("map", "The closed part of Main St.", key="dba-post")
    network.account("ann")
    for n in range(COMMENTS):
        network.comment("ann", f"Comment {n} of {seed}", to_key="dba-post")
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    job_done(job.pk)
    jobs_done(MEDIA)
    wait_for("A log at rest with a full tile", lambda: at_rest() if Tile.objects.exists() else None)
    with Living.here().superuser() as session:
        held = _told("before", "")
        for case in CASES:
            _done(session, case.table, case.change)
            try:
                held = _told(case.name, case.code) and held
            finally:
                _done(session, case.table, case.undo)
        return _told("after", "") and held


def _done(session: psycopg.Connection, table: str, statement: str) -> None:
    with session.transaction():
        session.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        session.execute(statement.encode())
        session.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL".encode())


def _told(name: str, code: str) -> bool:
    """Run fsck and print what it named; tell whether it named `code`, or nothing where that is empty."""
    run = FsckRun.objects.create(started_at=timezone.now())
    fsck(run, now=timezone.now, tell=lambda _name, _rows: None, cursor={})
    found = set(run.found.values_list("code", flat=True))
    held = code in found if code else not found
    said = f"named {code}" if held and code else ", ".join(sorted(found)) or "no finding"
    return told(name, said, held=held)
