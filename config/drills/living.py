"""The living state that a drill breaks: its superuser, its programs with their rights, and their logs."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from config.runner.database import DATABASE, LOGIN_ROLES
from config.runner.engines import Engines
from config.runner.environment import Role, environment
from config.runner.household import addresses_of
from config.runner.outside import Outside
from config.runner.ports import LOOPBACK
from config.runner.state import ROOT, State, read_about
from config.runner.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Living:
    """The state in whose household the drill runs."""

    state: State
    engines: Engines

    @classmethod
    def here(cls) -> "Living":
        """Return the state that the environment names."""
        state = read_about(Path(os.environ["DAYBOOK_STATE_DIR"]))
        return cls(state, Engines.of(state, StateFile.read(state.directory).ports))

    def superuser(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """Open a session of the superuser, in autocommit mode."""
        return psycopg.connect(self.engines.postgres.superuser_url(database), autocommit=True)

    def manage(self, role: Role, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `manage ARGUMENTS` with the rights that `role` has."""
        env = environment(self.state, addresses_of(self.engines, Outside()), role)
        return subprocess.run(
            [sys.executable, "-P", str(ROOT / "manage.py"), *arguments],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    def log(self, process: str) -> str:
        """Return what a process wrote to its log so far."""
        path = self.state.logs / f"{process}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def page(self, path: str) -> httpx.Response:
        """Fetch a page that needs no sign-in."""
        port = StateFile.read(self.state.directory).ports["web"]
        return httpx.get(f"http://{LOOPBACK}:{port}{path}", timeout=30, trust_env=False)


def database_copied(living: Living, copy: str) -> None:
    """Keep the database as it is now under another name; whoever is connected is sent away for that moment."""
    with living.superuser("postgres") as session:
        _shut(session)
        try:
            session.execute(
                sql.SQL("CREATE DATABASE {} OWNER daybook_owner TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(copy), sql.Identifier(DATABASE)
                )
            )
        finally:
            session.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(DATABASE)))


def database_put_back(living: Living, copy: str) -> None:
    """Put the copy in the place of the database, as a restore does; nothing else of the state is touched."""
    name, roles = sql.Identifier(DATABASE), sql.SQL(", ").join(map(sql.Identifier, LOGIN_ROLES))
    with living.superuser("postgres") as session:
        _shut(session)
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(copy), name))
        session.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        session.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, roles))


def _shut(session: psycopg.Connection[Any]) -> None:
    session.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(DATABASE)))
    session.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        [DATABASE],
    )
