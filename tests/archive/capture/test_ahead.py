"""A large table is prepared by a second process: the same records come of it, and its death loses nothing."""

import hashlib
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import orjson
import pytest

from archive.accounts.models import Account
from archive.capture.models import Slice
from archive.capture.tables.ahead import PreparerLost, Table, stretches_ahead, stretches_prepare
from archive.capture.tables.mapping import mapping_from
from archive.capture.tables.services import AHEAD_FROM, Report, table_import
from archive.jobs.models import Job, JobState
from archive.ledger.commitment import commit
from archive.ledger.encoding import base64url
from archive.ledger.models import EventContent, LedgerEvent
from archive.records.models import Record, SearchDocument, Version
from tests.archive.capture.test_tables import HEAD, PLAIN, page, written
from tests.archive.capture.world import AT

ROWS = 1_100
BODY = "road " * 3 + "x" * 2_100


def large(tmp_path: Path) -> Path:
    """Return a table that is large enough for a second process, with one bad row."""
    rows = [b"%d,%s,\n" % (n, BODY.encode()) for n in range(ROWS)]
    rows[700] = b"ragged\n"
    path = written(tmp_path, HEAD + b"".join(rows))
    assert path.stat().st_size > AHEAD_FROM
    return path


def table(path: Path) -> Table:
    """Return the whole table, in stretches of 500."""
    return Table(path, mapping_from(PLAIN), ["id", "text", "at"], len(HEAD), 1, 500, uuid.uuid4(), "public")


@pytest.mark.django_db
def test_what_was_prepared_ahead_is_committed_as_if_it_were_made_here(tmp_path: Path) -> None:
    actor, account = page()
    helpers: set[str] = set()

    def watch(report: Report) -> None:
        helpers.update(process.name for process in multiprocessing.active_children())

    report = table_import(
        actor=actor, account=account, path=large(tmp_path), mapping=mapping_from(PLAIN), now=lambda: AT, watch=watch
    )
    assert helpers == {"prepare"}
    assert (report.rows, report.taken, report.codes) == (ROWS, ROWS - 1, {"ragged-row": 1})
    assert Record.objects.count() == SearchDocument.objects.count() == ROWS - 1
    for version in Version.objects.select_related("exchange", "record").order_by("?")[:20]:
        check_version(version, account)


def check_version(version: Version, account: Account) -> None:
    """The version's event commits to its own slice, exchange and account, under its own key."""
    content = EventContent.objects.get(pk=version.event_id)
    event = LedgerEvent.objects.get(pk=version.event_id)
    fields = orjson.loads(bytes(content.fields))
    raw = bytes(Slice.objects.get(version=version).raw)
    assert fields["/raw/slice/sha256"] == base64url(hashlib.sha256(raw).digest())
    assert BODY.encode() in raw
    assert (fields["/raw/exchange"], fields["/account"]) == (str(version.exchange.ref), str(account.ref))
    assert bytes(event.subject) == bytes(version.record.subject)
    assert commit(content.schema, fields, bytes(content.key)).entry == bytes(event.leaf)


def test_both_ways_give_the_same_stretches(tmp_path: Path) -> None:
    path = large(tmp_path)
    here = list(stretches_prepare(table(path), lambda: AT))
    with stretches_ahead(table(path), lambda: AT) as given:
        there = list(given)
    assert [s.rows for s in here] == [500, 500, 100]
    for one, other in zip(here, there, strict=True):
        assert (one.at, one.body, one.end, one.rows, one.items, one.bad) == (
            other.at,
            other.body,
            other.end,
            other.rows,
            other.items,
            other.bad,
        )
        assert [(p.digest, p.words) for p in one.prepared] == [(p.digest, p.words) for p in other.prepared]
    assert not multiprocessing.active_children()


@pytest.mark.django_db
def test_when_the_second_process_dies_the_import_can_go_on_at_once(tmp_path: Path) -> None:
    path = large(tmp_path)
    actor, account = page()

    def kill(report: Report) -> None:
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    with pytest.raises(PreparerLost):
        table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT, watch=kill)
    assert Job.objects.get().state == JobState.WAITING
    assert Record.objects.count() in (500, 999)  # the second stretch may have been on its way
    report = table_import(actor=actor, account=account, path=path, mapping=mapping_from(PLAIN), now=lambda: AT)
    assert (report.rows, report.taken, report.repeated) == (ROWS, ROWS - 1, 0)


def test_it_ends_with_the_process_that_it_works_for(tmp_path: Path) -> None:
    path = large(tmp_path)
    program = (
        "import sys, uuid, datetime, pathlib, multiprocessing, time\n"
        "from archive.capture.tables.ahead import Table, stretches_ahead\n"
        "from archive.capture.tables.mapping import mapping_from\n"
        "if __name__ == '__main__':\n"
        f"    table = Table(pathlib.Path({str(path)!r}), mapping_from({PLAIN!r}), ['id', 'text', 'at'],"
        f" {len(HEAD)}, 1, 500, uuid.uuid4(), 'public')\n"
        "    with stretches_ahead(table, lambda: datetime.datetime.now(datetime.UTC)) as given:\n"
        "        next(given)\n"
        "        print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    script = tmp_path / "asks.py"
    script.write_text(program)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as asks:
        assert asks.stdout is not None
        preparer = os.pidfd_open(int(asks.stdout.readline()))
        asks.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([preparer], [], [], 60)
    os.close(preparer)
    assert ended
