"""A state of the tests' own, with a PostgreSQL that knows which blocks changed: the shared one does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.runner import database
from config.runner.engines import Engines
from config.runner.environment import Role, environment
from config.runner.household import addresses_of
from config.runner.migrating import migrate
from config.runner.outside import Outside
from config.runner.state import ROOT, Kind, State
from config.runner.state_file import StateFile
from config.runner.temporary import TemporaryState


@dataclass(slots=True)
class House:
    """A running PostgreSQL with migrated tables, and the environment of its processes."""

    state: State
    engines: Engines

    def env(self, role: Role, place: Path | None = None) -> dict[str, str]:
        """Return the environment of a process of this state; `place` is the second place."""
        outside = Outside(backup=place.as_uri() if place else None)
        return environment(self.state, addresses_of(self.engines, outside), role)

    def manage(self, *arguments: str, role: Role = Role.APP, place: Path | None = None, typed: str = "") -> str:
        """Run a command and return what it said; raise AssertionError with its complaint when it fails."""
        done = subprocess.run(
            [sys.executable, "-P", str(ROOT / "manage.py"), *arguments],
            env=self.env(role, place),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def house() -> Iterator[House]:
    """Make such a state for a block."""
    temporary = TemporaryState(Kind.TEST, durable=True)
    try:
        state = temporary.state
        engines = Engines.of(state, {})
        engines.create_cluster_if_needed(say=lambda line: None)
        file = StateFile(state.directory)
        running = engines.service("postgres").spawn()
        file.ports, file.processes = engines.ports, {"postgres": running.identity}
        file.write()
        running.wait_ready()
        engines.set_up()
        built = House(state, engines)
        migrate(built.env(Role.MIGRATE))
        yield built
    finally:
        temporary.close()


@contextmanager
def at_home(built: House, place: Path) -> Iterator[None]:
    """Let Django of this process work in that state for a block, as the process that makes backups does."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import override_settings

    env = built.env(Role.BACKUP, place)
    cluster, passwords = built.engines.postgres, built.engines.passwords()
    theirs = {
        "NAME": database.DATABASE,
        "USER": "daybook_app",
        "PASSWORD": passwords["daybook_app"],
        "PORT": str(cluster.port),
    }
    connection.close()
    usual = {name: connection.settings_dict[name] for name in theirs}
    connection.settings_dict.update(theirs)
    before = dict(os.environ)
    os.environ.update(env)
    try:
        with override_settings(
            DAYBOOK_STATE_DIR=built.state.directory,
            DAYBOOK_LOG_ORIGIN=built.state.origin,
            DAYBOOK_LOG_VKEY=env["DAYBOOK_LOG_VKEY"],
            STORAGE_URL=built.state.storage_url,
            BACKUP_URL=place.as_uri(),
            STREAM_URL=env["DAYBOOK_STREAM_URL"],
            POSTGRES_PROGRAMS=env["DAYBOOK_POSTGRES_PROGRAMS"],
        ):
            assert settings.BACKUP_URL
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        connection.close()
        connection.settings_dict.update(usual)
