"""The database roles, who may do what before any table exists, and databases made from a template."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
from psycopg import sql

DATABASE = "daybook"
OWNER = "daybook_owner"
LOGIN_ROLES = ("daybook_migrate", "daybook_app", "daybook_sequencer")
#: Streams the whole cluster to a backup (REPLICATION), and has no right in any database: it cannot even connect to one.
BACKUP_ROLE = "daybook_backup"
#: Serves strangers: it sees a schema of views and the inbox, and nothing else (foia/portal/face.py).
PUBLIC_ROLE = "daybook_public"
ROLES_WITH_PASSWORD = (*LOGIN_ROLES, BACKUP_ROLE, PUBLIC_ROLE)

# NOINHERIT: who may become another role must say so (SET ROLE); being a member gives nothing by itself.
_ROLES: tuple[tuple[str, LiteralString], ...] = (
    (OWNER, "NOLOGIN NOINHERIT"),
    ("daybook_destroyer", "NOLOGIN NOINHERIT"),
    ("daybook_migrate", "LOGIN NOINHERIT"),
    ("daybook_app", "LOGIN NOINHERIT"),
    ("daybook_sequencer", "LOGIN NOINHERIT"),
    (BACKUP_ROLE, "LOGIN REPLICATION NOINHERIT"),
    (PUBLIC_ROLE, "LOGIN NOINHERIT"),
)

_RIGHTS: LiteralString = """
GRANT daybook_owner TO daybook_migrate;
GRANT daybook_destroyer TO daybook_owner; -- so that a migration can give it the function that destroys
GRANT pg_checkpoint TO daybook_migrate; -- after a destruction the tables are written anew and the log is closed
ALTER ROLE daybook_app SET work_mem = '64MB';
ALTER ROLE daybook_app SET random_page_cost = '1.1';
ALTER ROLE daybook_app SET jit = 'off';
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
ALTER ROLE daybook_app SET max_parallel_workers_per_gather = '0';
ALTER ROLE daybook_public SET search_path = 'daybook_face';
ALTER ROLE daybook_public SET statement_timeout = '10s';
ALTER ROLE daybook_public SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE daybook_public CONNECTION LIMIT 40;
"""

# CREATE for the destroyer: PostgreSQL asks it of the new owner of a function. It cannot log in to use it.
_SCHEMA: LiteralString = """
ALTER SCHEMA public OWNER TO daybook_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO daybook_migrate, daybook_app, daybook_sequencer;
GRANT USAGE, CREATE ON SCHEMA public TO daybook_destroyer;
GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO daybook_migrate;
"""


def create_roles(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Create the missing roles and give the login roles their passwords; calling it again changes nothing."""
    with psycopg.connect(superuser_url, autocommit=True) as connection, connection.transaction():
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role, attributes in _ROLES:
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {} " + attributes).format(sql.Identifier(role)))
        for role in ROLES_WITH_PASSWORD:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
            )
        connection.execute(_RIGHTS)


def create_database(superuser_url: str, name: str = DATABASE) -> None:
    """Create an empty database owned by daybook_owner, closed to everybody but our roles, unless it exists.

    `superuser_url` leads to another database of the same cluster.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if not _exists(connection, name):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                    sql.Identifier(name), sql.Identifier(OWNER)
                )
            )
    with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection, connection.transaction():
        _close(connection, name)
        connection.execute(_SCHEMA)


def clone_database(superuser_url: str, template: str, name: str) -> None:
    """Create database `name` as a copy of `template`, to which nobody may be connected."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY WAL_LOG").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
        _close(connection, name)  # a copy does not take over the rights on the database itself


def drop_database(superuser_url: str, name: str) -> None:
    """Remove a database and end the sessions in it."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def read_mark(superuser_url: str, name: str = DATABASE) -> str | None:
    """Return the mark that `write_mark` left on a database; it travels with its backups."""
    with psycopg.connect(superuser_url, dbname=name) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return row[0] if row else None


def write_mark(superuser_url: str, mark: str, name: str = DATABASE) -> None:
    """Leave a short text on a database."""
    with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection:
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(mark)))


def nobody_signs_in(app_url: str) -> bool:
    """Tell whether no person of a database has chosen a password: the state waits to be set up."""
    with psycopg.connect(app_url) as connection:
        row = connection.execute("SELECT EXISTS (SELECT 1 FROM person WHERE password NOT LIKE '!%')").fetchone()
    return row is not None and not row[0]


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _close(connection: psycopg.Connection, name: str) -> None:
    database = sql.Identifier(name)
    roles = sql.SQL(", ").join(sql.Identifier(role) for role in (*LOGIN_ROLES, PUBLIC_ROLE))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))
