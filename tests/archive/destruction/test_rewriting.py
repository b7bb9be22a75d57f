"""After a destruction the files of the database still hold what went, until the tables are written anew."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from archive.destruction.models import TableRewrite
from archive.destruction.rewriting import SAMPLES, rewrite_due, rewritten_since, tables_rewritable
from archive.destruction.services import destroy_record
from archive.management.commands.maintain import is_night
from tests.archive.destruction.scene import AT, comments, department, order, page, person
from tests.committed import CommittedDatabase
from tests.fixtures import ROOT

PLANTED = "qzplantedwordthatnobodysays"


def files_with(database: CommittedDatabase, word: str) -> list[str]:
    """Return the files of this database in which the word stands."""
    session = database.connect("superuser")
    session.execute("CHECKPOINT")
    [(oid,)] = session.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    folder = Path(database.engines.state.cluster) / "base" / str(oid)
    return [path.name for path in folder.iterdir() if word.encode() in path.read_bytes()]


def maintained(database: CommittedDatabase, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "maintain", *arguments],
        env=database.env_as("migrate"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.commits
def test_a_destroyed_word_leaves_the_files_when_the_tables_are_written_anew(
    committed_db: CommittedDatabase, settings: Settings
) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    [record, _] = comments(page(), {"1": f"One {PLANTED} two", "2": "Another comment"})
    committed_db.connect("superuser").execute("ANALYZE")
    destroy_record(record_id=record, warrant=order(record), actor=person("manager", "records-manager"), at=AT)
    assert files_with(committed_db, PLANTED), "otherwise this test could not fail"
    assert rewrite_due()
    done = maintained(committed_db)
    assert done.returncode == 0, done.stderr
    assert "left: none" in done.stdout
    assert files_with(committed_db, PLANTED) == []
    assert not rewrite_due()
    assert rewritten_since(AT) == TableRewrite.objects.get()
    assert "Nothing was destroyed" in maintained(committed_db).stdout


def test_every_table_from_which_rows_go_is_written_anew() -> None:
    names = tables_rewritable()
    assert {"words", "exchange_slice", "ledger_event_content", "search_token", "stored_object", "job"} <= set(names)
    assert not {"version", "ledger_event", "audit_entry", "tombstone"} & set(names)
    assert names[-1] == SAMPLES, "the samples are taken again before they are written anew"


@pytest.mark.django_db
def test_tables_are_locked_only_in_the_night_of_the_department() -> None:
    at = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)  # half past two in Chicago
    assert not is_night(at), "there is no department yet"
    department()
    assert is_night(at)
    assert not is_night(at + timedelta(hours=6))
