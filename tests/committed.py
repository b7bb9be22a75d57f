"""A database of one test's own, in which it may commit."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

import psycopg

from config.runner.environment import Role
from config.runner.testing import TestEngines


@dataclass(slots=True)
class CommittedDatabase:
    """The clone of one test. What it opens is closed when the test ends."""

    name: str
    engines: TestEngines
    _opened: list[psycopg.Connection] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """The environment of a child process that works as the app in this database."""
        return self.env_as("app")

    def env_as(self, role: str) -> dict[str, str]:
        """Return the environment of a child process that works as `app`, `migrate` or `sequencer`."""
        outside = self.engines.state.directory / "outside" / self.name
        return self.engines.environment(Role(role), self.name) | {
            "DAYBOOK_LOG_PUBLICATION_URL": f"file://{outside}/log",
            "DAYBOOK_LOG_RESERVE_URL": f"file://{outside}/reserve",
        }

    def url(self, role: str = "app") -> str:
        """Return the address for `app`, `migrate`, `sequencer` or `superuser`."""
        return self.engines.url(role, self.name)

    def connect(self, role: str = "app", *, autocommit: bool = True) -> psycopg.Connection:
        """Open a second connection as `app`, `migrate`, `sequencer` or `superuser`."""
        connection = psycopg.connect(self.url(role), autocommit=autocommit)
        self._opened.append(connection)
        return connection

    def close(self) -> None:
        """Close what `connect` opened."""
        for connection in self._opened:
            connection.close()


@contextmanager
def committed_database(engines: TestEngines) -> Iterator[CommittedDatabase]:
    """Clone the template, connect Django to the clone for a block, and drop it after."""
    from django.db import connection, connections

    database = CommittedDatabase(f"daybook_commits_{engines.number}_{secrets.token_hex(4)}", engines)
    engines.clone(database.name)
    usual = connection.settings_dict["NAME"]
    connection.close()
    # Threads of the test open connections of their own from `databases`; this thread's has a copy of the entry.
    connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = database.name
    try:
        with mock.patch.dict(os.environ, database.env):
            yield database
    finally:
        connection.close()
        connections.databases["default"]["NAME"] = connection.settings_dict["NAME"] = usual
        database.close()
        engines.drop(database.name)
