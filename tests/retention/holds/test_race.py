"""A hold placed at any point of an execution wins, or finds the record gone; without the lock it loses.

The hold is placed by a second connection while the destruction stands before one of its statements, for each of them in
turn. Either the hold's commit waits until the destruction is over, and then the hold does not claim the record; or it
commits first, and then the record is whole.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import Settings

from archive.access.actor import Actor
from archive.capture.models import Slice
from archive.destruction import blockers
from archive.destruction.errors import NotDestroyed
from archive.destruction.holdings import Holding
from archive.destruction.services import destroy_record
from archive.records.models import Tombstone
from retention.holds import services
from retention.holds.models import HoldItem, HoldKind
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.committed import CommittedDatabase

pytestmark = pytest.mark.commits

MOST_STATEMENTS = 60


@dataclass
class Placing:
    """Another person places a hold on `record` while this thread stands still."""

    record: int
    counsel: Actor
    database: CommittedDatabase
    thread: threading.Thread | None = None
    failed: list[BaseException] = field(default_factory=list)

    def begin(self) -> None:
        """Start placing, and return when the hold is committed or waits for a lock."""
        self.thread = threading.Thread(target=self._place)
        self.thread.start()
        with self.database.connect("superuser") as watcher:
            while self.thread.is_alive():
                waiting = watcher.execute(
                    "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                    " WHERE NOT l.granted AND a.datname = current_database()"
                ).fetchone()
                if waiting != (0,):
                    return
                self.thread.join(0.005)

    def end(self) -> None:
        assert self.thread is not None
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.failed:
            raise self.failed[0]

    def _place(self) -> None:
        try:
            services.hold_place(
                kind=HoldKind.LEGAL, reason="x", holdings=[Holding("record", self.record)], actor=self.counsel, at=AT
            )
        except BaseException as error:
            self.failed.append(error)
        finally:
            connections.close_all()


@contextmanager
def before_statement(number: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Call `act` once, before statement `number` (from 0) of the block; yield the statements as they run."""
    seen: list[str] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if len(seen) == number:
            seen.append(sql)
            act()
        else:
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


def race(point: int, counsel: Actor, manager: Actor, database: CommittedDatabase, account: Any) -> tuple[bool, str]:
    """Run one race. Return whether the point exists, and who won: hold, destruction, or nobody."""
    [record] = scene.comments(account, {f"race-{point}": "hello"})
    warrant = scene.order(record)
    placing = Placing(record, counsel, database)
    with before_statement(point, placing.begin) as seen, suppress(NotDestroyed):
        destroy_record(record_id=record, warrant=warrant, actor=manager, at=AT)
    if len(seen) <= point:
        return False, ""
    placing.end()
    destroyed = Tombstone.objects.filter(record_id=record).exists()
    claimed = HoldItem.objects.filter(holding_id=record).exists()
    assert destroyed != Slice.objects.filter(record_id=record).exists()
    return True, {(True, True): "nobody", (True, False): "destruction", (False, True): "hold"}[destroyed, claimed]


def race_at_every_point(database: CommittedDatabase, settings: Settings) -> dict[int, str]:
    settings.DESTRUCTION_GUARDS = settings.REQUIRED_GUARDS = ["retention.holds.guards.GUARD"]
    settings.CAPTURE_LISTENERS = []
    counsel, manager = scene.person("counsel", "counsel"), scene.person("manager", "records-manager")
    account = scene.page()
    won: dict[int, str] = {}
    for point in range(MOST_STATEMENTS):
        exists, winner = race(point, counsel, manager, database, account)
        if not exists:
            return won
        won[point] = winner
    raise AssertionError("The execution has more statements than the test knows.")


def test_a_hold_placed_at_every_point_of_an_execution_wins_or_finds_the_record_gone(
    committed_db: CommittedDatabase, settings: Settings
) -> None:
    won = race_at_every_point(committed_db, settings)
    assert len(won) > 10
    assert "nobody" not in won.values(), won
    assert {"hold", "destruction"} == set(won.values()), won


def test_without_the_lock_the_same_race_destroys_what_a_committed_hold_claims(
    committed_db: CommittedDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "holds_lock", lambda: None)
    monkeypatch.setattr(blockers, "holds_lock", lambda: None)
    won = race_at_every_point(committed_db, settings)
    assert "nobody" in won.values(), won
