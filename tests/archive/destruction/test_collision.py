"""A capture that meets a destruction half-way begins that exchange again; nothing is lost and nothing counted twice."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, connections
from pytest_django import Settings

from archive.access.actor import Actor
from archive.capture import commit
from archive.capture.models import Exchange, RunClosed
from archive.collisions import ATTEMPTS, redo
from archive.destruction.services import destroy_record
from archive.records.models import Author, Record, Tombstone
from tests.archive.capture.networks import Network, page_on, read, sandbox
from tests.archive.capture.world import AT
from tests.archive.destruction import scene
from tests.committed import CommittedDatabase

pytestmark = pytest.mark.commits


@pytest.fixture
def manager(committed_db: CommittedDatabase, settings: Settings) -> Actor:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    settings.CAPTURE_LISTENERS = []
    scene.department()
    return scene.person("manager", "records-manager")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with sandbox(tmp_path) as running:
        running.puppeteer.post("Road closed at Main St.", key="post")
        running.puppeteer.account("ann")
        running.puppeteer.comment("ann", "A comment by ann", to_key="post", key="first")
        yield running


def elsewhere(work: object) -> None:
    """Do `work` on a connection of its own, to its end."""

    def there() -> None:
        try:
            work()  # type: ignore[operator]
        finally:
            connections.close_all()

    thread = threading.Thread(target=there)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_an_author_who_goes_between_the_look_and_the_insert_costs_one_more_go(
    network: Network, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = page_on(network)
    read(account, AT)
    [first] = Record.objects.filter(kind="comment").values_list("pk", flat=True)
    warrant = scene.order(first)
    network.puppeteer.delete(key="first")
    network.puppeteer.comment("ann", "Another by ann", to_key="post", key="second")
    find = commit._authors
    goes: list[str] = []

    def find_and_lose(name: str, stable_ids: set[str]) -> dict[str, int]:
        found = find(name, stable_ids)
        if stable_ids:
            goes.append("again" if goes else "lost")
        if goes == ["lost"]:
            elsewhere(lambda: destroy_record(record_id=first, warrant=warrant, actor=manager, at=AT))
        return found

    monkeypatch.setattr(commit, "_authors", find_and_lose)
    later = AT + timedelta(days=1)
    run = read(account, later)

    assert goes == ["lost", "again"]
    assert Tombstone.objects.filter(record_id=first).exists()
    [second] = Record.objects.filter(kind="comment").exclude(pk=first)
    assert second.versions.count() == 1
    assert Author.objects.filter(current__record=second).exists()
    counts = RunClosed.objects.get(run=run).coverage["counts"]
    assert counts["taken"] == 1
    assert counts["exchanges"] == Exchange.objects.filter(run=run).count()


def test_a_collision_that_never_ends_is_raised_in_the_end(committed_db: CommittedDatabase) -> None:
    goes = []

    def lose() -> None:
        goes.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = 'foreign_key_violation'; END $$")

    with pytest.raises(IntegrityError):
        redo(lose)
    assert len(goes) == ATTEMPTS


def test_another_fault_is_raised_at_once(committed_db: CommittedDatabase) -> None:
    goes = []

    def fail() -> None:
        goes.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'unique_violation'; END $$")

    with pytest.raises(IntegrityError):
        redo(fail)
    assert len(goes) == 1
