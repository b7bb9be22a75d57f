"""What each role may do before any table exists, seen from the role itself."""

import psycopg
import pytest
from psycopg import errors

from config.runner import database
from config.runner.testing import TestEngines
from tests.committed import CommittedDatabase


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.t (x int)",
        "CREATE TEMPORARY TABLE t (x int)",
        "CREATE SCHEMA s",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE daybook_owner",
        "SET ROLE daybook_destroyer",
        "SET ROLE daybook_migrate",
        "CREATE ROLE r",
        "SET session_replication_role = replica",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
@pytest.mark.parametrize("role", ["app", "sequencer"])
def test_programs_own_nothing_and_become_nobody_else(
    committed_db: CommittedDatabase, role: str, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        committed_db.connect(role).execute(statement)


def test_who_migrates_does_so_as_the_owner(committed_db: CommittedDatabase) -> None:
    connection = committed_db.connect("migrate")
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE t (x int)")
    connection.execute("SET ROLE daybook_owner")
    connection.execute("CREATE TABLE t (x int)")
    owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 't'").fetchone()
    assert owner == ("daybook_owner",)


def test_the_owner_can_give_the_function_that_destroys_to_its_role(committed_db: CommittedDatabase) -> None:
    connection = committed_db.connect("migrate")
    connection.execute("SET ROLE daybook_owner")
    connection.execute("CREATE FUNCTION f() RETURNS name LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user'")
    connection.execute("ALTER FUNCTION f() OWNER TO daybook_destroyer")
    connection.execute("SET ROLE daybook_destroyer")
    connection.execute("GRANT EXECUTE ON FUNCTION f() TO daybook_app")
    assert committed_db.connect("app").execute("SELECT f()").fetchone() == ("daybook_destroyer",)


@pytest.mark.parametrize("role", ["daybook_owner", "daybook_destroyer"])
def test_owner_and_destroyer_cannot_log_in(engines: TestEngines, role: str) -> None:
    with psycopg.connect(engines.superuser_url, autocommit=True) as superuser:
        found = superuser.execute(
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
        ).fetchone()
    assert found == (False, False, False, False)


@pytest.mark.parametrize("name", ["postgres", "template1"])
def test_roles_reach_only_databases_that_are_theirs(engines: TestEngines, name: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(engines.url("app", name))


def test_the_app_has_the_settings_that_its_searches_count_on(committed_db: CommittedDatabase) -> None:
    connection = committed_db.connect("app")
    names = ("work_mem", "random_page_cost", "jit", "max_parallel_workers_per_gather", "timezone")
    found = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names]
    assert found == [("64MB",), ("1.1",), ("off",), ("0",), ("UTC",)]


def test_making_roles_and_databases_again_changes_nothing(
    engines: TestEngines, committed_db: CommittedDatabase
) -> None:
    database.create_roles(engines.superuser_url, engines.engines.passwords())
    database.create_database(engines.superuser_url, committed_db.name)
    with pytest.raises(errors.InsufficientPrivilege):
        committed_db.connect("app").execute("CREATE TABLE t (x int)")


def test_a_mark_on_a_database_is_read_back(engines: TestEngines, committed_db: CommittedDatabase) -> None:
    assert database.read_mark(engines.superuser_url, committed_db.name) is None
    database.write_mark(engines.superuser_url, "it's here", committed_db.name)
    assert database.read_mark(engines.superuser_url, committed_db.name) == "it's here"
