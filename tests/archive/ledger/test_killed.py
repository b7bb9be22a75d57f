"""The sequencer is killed at random while writers write: a drill of ledger.md 7.4 small enough for every test run."""

import os
import random
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection, transaction

from archive.ledger.merkle import CompactRange, check_consistency, check_inclusion, leaf_hash
from archive.ledger.models import Checkpoint, Edge, LedgerEvent, PendingEvent, SequencedEvent
from archive.ledger.note import open_checkpoint, parse_vkey
from archive.ledger.selectors import consistency, inclusion_proofs
from archive.ledger.services import EventDraft, append_events
from tests.committed import CommittedDatabase
from tests.fixtures import ROOT

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Writers:
    """Threads that write events, roll some back, and remember each one that the database acknowledged."""

    def __init__(self, count: int) -> None:
        self.acknowledged: set[uuid.UUID] = set()
        self.failed: list[BaseException] = []
        self._ended = threading.Event()
        self._shared = os.urandom(16)
        self._threads = [threading.Thread(target=self._write, args=[i]) for i in range(count)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        chance = random.Random(number)
        try:
            while not self._ended.is_set():
                kept = chance.random() > 0.1
                with transaction.atomic():
                    events = append_events([self._draft(chance) for _ in range(chance.randint(1, 30))])
                    if not kept:
                        transaction.set_rollback(True)
                if kept:
                    self.acknowledged.update(event.event_id for event in events)
        except BaseException as error:
            self.failed.append(error)
        finally:
            connection.close()

    def _draft(self, chance: random.Random) -> EventDraft:
        return EventDraft(
            kind="heartbeat",
            schema="heartbeat/1",
            subject=self._shared if chance.random() < 0.05 else os.urandom(16),
            fields={"/a": chance.randrange(100)},
            compartment="public",
            at=AT,
        )


class SequencerProcess:
    """The real command as a process of its own."""

    def __init__(self, database: CommittedDatabase, *arguments: str, **change: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "sequence", *arguments],
            cwd=ROOT,
            env={**os.environ, **database.env_as("sequencer"), **change},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sees_checkpoints(self, count: int) -> None:
        """Read on until it has signed `count` more checkpoints; it goes on working meanwhile."""
        assert self._process.stdout is not None
        for _ in range(count):
            assert self._process.stdout.readline().startswith("checkpoint ")

    def kill(self) -> None:
        """SIGKILL, wherever it is in its work."""
        assert self._process.poll() is None
        self._process.kill()
        self._process.communicate()

    def end(self) -> tuple[int, str]:
        """Wait for its own end; return the exit code and what it said on standard error."""
        _, said = self._process.communicate(timeout=60)
        return self._process.returncode, said


@pytest.mark.commits
@pytest.mark.drilled("kill")
def test_a_killed_sequencer_loses_nothing_and_never_signs_two_histories(committed_db: CommittedDatabase) -> None:
    chance = random.Random(20260301)
    kills = 3
    beat = ("--interval", "0.01", "--poll", "0.01")
    working = SequencerProcess(committed_db, *beat)
    with Writers(2) as writers:
        for _ in range(kills):
            working.sees_checkpoints(1)  # it has the lock, so that the next one stands by
            standby = SequencerProcess(committed_db, *beat)
            working.sees_checkpoints(chance.randint(1, 20))
            working.kill()
            working = standby
        working.sees_checkpoints(1)
        working.kill()
    assert SequencerProcess(committed_db, "--once").end() == (0, "")

    assert not writers.failed
    assert not PendingEvent.objects.exists()
    ordered = list(SequencedEvent.objects.order_by("seq").values_list("seq", "event_id"))
    assert [seq for seq, _ in ordered] == list(range(len(ordered)))
    assert writers.acknowledged <= {event_id for _, event_id in ordered}
    assert {event_id for _, event_id in ordered} == set(LedgerEvent.objects.values_list("pk", flat=True))
    assert len(writers.acknowledged) > 100

    entries = dict(LedgerEvent.objects.values_list("pk", "leaf"))
    checkpoints = list(Checkpoint.objects.order_by("size"))
    assert len(checkpoints) > kills
    range_ = CompactRange()
    trusted = [parse_vkey(settings.DAYBOOK_LOG_VKEY)]
    for checkpoint in checkpoints:
        range_.extend(leaf_hash(bytes(entries[event_id])) for _, event_id in ordered[range_.size : checkpoint.size])
        signed = open_checkpoint(bytes(checkpoint.note), trusted)
        assert (signed.size, signed.root) == (checkpoint.size, bytes(checkpoint.root)) == (range_.size, range_.root())
    assert (Edge.objects.get().size, bytes(Edge.objects.get().root)) == (len(ordered), range_.root())
    for old, new in pairwise(checkpoints):
        check_consistency(old.size, new.size, bytes(old.root), bytes(new.root), consistency(old.size, new.size))
    last = checkpoints[-1]
    some = chance.sample(sorted(writers.acknowledged), 50)
    for event_id, proof in inclusion_proofs(some, size=last.size).items():
        check_inclusion(leaf_hash(bytes(entries[event_id])), proof.index, last.size, proof.path, bytes(last.root))


@pytest.mark.commits
def test_the_command_refuses_to_run_without_the_log_key_or_with_another(committed_db: CommittedDatabase) -> None:
    key = committed_db.env_as("sequencer")["DAYBOOK_LOG_VKEY"]
    for change in (
        {"DAYBOOK_LOG_KEY_FILE": ""},
        {"DAYBOOK_LOG_VKEY": key.replace(key[-5], "A" if key[-5] != "A" else "B")},
    ):
        code, said = SequencerProcess(committed_db, "--once", **change).end()
        assert code == 1
        assert "log key" in said
