"""The database plumbing that every other test stands on."""

import subprocess
import sys
import threading

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from config.runner.errors import RunnerError
from config.runner.state import ROOT, Kind
from config.runner.state_file import StateFile
from config.runner.temporary import TemporaryState
from config.runner.testing import TestEngines
from tests.committed import CommittedDatabase


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        user, name = cursor.fetchone()
        return user, name


@pytest.mark.django_db
def test_tests_connect_as_the_app_role_to_a_clone_of_the_template(engines: TestEngines) -> None:
    assert _who() == ("daybook_app", engines.database)


@pytest.mark.commits
def test_a_test_that_commits_has_a_database_of_its_own(engines: TestEngines, committed_db: CommittedDatabase) -> None:
    assert _who() == ("daybook_app", committed_db.name)
    assert committed_db.name != engines.database


@pytest.mark.commits
def test_threads_of_a_committing_test_reach_the_same_database(committed_db: CommittedDatabase) -> None:
    seen = []

    def look() -> None:
        seen.append(_who())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [("daybook_app", committed_db.name)]


@pytest.mark.parametrize("role", ["app", "migrate", "sequencer"])
def test_a_second_connection_has_the_role_that_was_asked_for(committed_db: CommittedDatabase, role: str) -> None:
    found = committed_db.connect(role).execute("SELECT session_user, current_database()").fetchone()
    assert found == (f"daybook_{role}", committed_db.name)


def test_the_superuser_helper_is_a_superuser(committed_db: CommittedDatabase) -> None:
    connection = committed_db.connect("superuser")
    assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


def test_a_child_process_reaches_the_database_of_the_test(committed_db: CommittedDatabase) -> None:
    code = "from django.db import connection as c; c.ensure_connection(); print(c.connection.info.dbname)"
    child = subprocess.run(
        [sys.executable, "-c", code], env=committed_db.env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == committed_db.name


@pytest.mark.django_db
def test_flush_is_an_error() -> None:
    with pytest.raises(AssertionError, match="commits"):
        call_command("flush", interactive=False)


def test_the_session_has_a_broker_behind_a_password(engines: TestEngines) -> None:
    import redis

    with redis.Redis.from_url(engines.engines.valkey.url(engines.number)) as broker:
        assert broker.ping() is True
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=engines.engines.valkey.port) as stranger:
        stranger.ping()


def test_only_the_sequencer_learns_where_the_log_key_lies(committed_db: CommittedDatabase) -> None:
    assert "DAYBOOK_LOG_KEY_FILE" in committed_db.env_as("sequencer")
    for role in ("app", "migrate"):
        assert "DAYBOOK_LOG_KEY_FILE" not in committed_db.env_as(role)
    assert "DATABASE_URL_MIGRATE" not in committed_db.env


def test_a_wrong_password_opens_nothing(engines: TestEngines) -> None:
    url = engines.url("app", engines.database).replace(engines.engines.passwords()["daybook_app"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_engines_that_cannot_be_made_ready_are_started_once_and_end_with_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(env: object) -> None:
        raise RunnerError("no tables")

    monkeypatch.setattr("config.runner.testing.migrate", refuse)
    temporary = TemporaryState(Kind.TEST, durable=False)
    try:
        for number in (1, 2):
            with pytest.raises(RunnerError, match="no tables"):
                TestEngines(temporary.state.directory, number).start()
        started = StateFile.read(temporary.state.directory).processes
        assert all(identity.alive() for identity in started.values())
    finally:
        temporary.close()
    assert [name for name, identity in started.items() if identity.alive()] == []
