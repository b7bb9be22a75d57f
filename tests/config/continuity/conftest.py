"""One state with a page of captured records for the tests of backups; each test has a second place of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from config.runner.environment import Role
from tests.config.continuity.house import House, at_home, house

#: An hour after the comments of the scene say that they were published.
WHEN = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="package")
def built(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The state: 120 comments and a picture, all in the log."""
    with house() as made, django_db_blocker.unblock():
        with at_home(made, tmp_path_factory.mktemp("nowhere")):
            from tests.foia.scene import Said, captured, media_of, page, picture, staff  # needs Django to be set up

            staff()
            account = page()
            records = captured(
                account, *(Said(f"Comment number {n} about the river walk.") for n in range(120)), at=WHEN
            )
            [pictured] = captured(account, Said("A picture of it.", attachments=("The walk",)), at=WHEN)
            media_of(pictured, picture())
            assert records
        made.manage("sequence", "--once", role=Role.SEQUENCER)
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty second place."""
    folder = tmp_path / "second"
    folder.mkdir()
    return folder


@pytest.fixture
def home(built: House, place: Path, django_db_blocker: Any) -> Iterator[House]:
    """The state, with Django of this process at work in it and no backup or sheet of another test."""
    with django_db_blocker.unblock(), at_home(built, place):
        yield built
        _forget(built)


def _forget(built: House) -> None:
    with psycopg.connect(built.engines.postgres.superuser_url("daybook"), autocommit=True) as session:
        for table in ("backup_proof", "backup_copy", "backup_run", "backup_sheet_read", "backup_sheet"):
            name = sql.Identifier(table)
            session.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(name))
            session.execute(sql.SQL("DELETE FROM {}").format(name))
            session.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(name))
