"""PostgreSQL and Valkey of one state: made, started, ended, and the addresses by which programs reach them."""

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.runner import database
from config.runner.binaries import SYSTEM_DIR, PostgresBinaries, binaries_in_place, binaries_kept
from config.runner.errors import EngineFailed
from config.runner.ports import free_port, is_free
from config.runner.postgres import PostgresCluster
from config.runner.service import Service
from config.runner.state import State
from config.runner.state_file import StateFile
from config.runner.valkey import ValkeyServer

NAMES = ("postgres", "valkey")


@dataclass(frozen=True, slots=True)
class Engines:
    """The two engines of a state, whether they run or not."""

    state: State
    postgres: PostgresCluster
    valkey: ValkeyServer

    @classmethod
    def of(cls, state: State, recorded: Mapping[str, int]) -> "Engines":
        """Return the engines on the ports that state.json tells, choosing ports that it does not tell."""
        ports = dict(recorded)
        for name in NAMES:
            ports.setdefault(name, free_port(avoid=frozenset(ports.values())))
        return cls(
            state,
            PostgresCluster(
                binaries=_binaries(state),
                directory=state.cluster,
                port=ports["postgres"],
                password=state.secrets.password("postgres"),
                log=state.logs / "postgres.log",
                durable=state.durable,
            ),
            ValkeyServer(
                directory=state.directory / "valkey",
                port=ports["valkey"],
                password=state.secrets.password("valkey"),
                log=state.logs / "valkey.log",
                durable=state.durable,
            ),
        )

    @property
    def ports(self) -> dict[str, int]:
        """The port of each engine by its name."""
        return {"postgres": self.postgres.port, "valkey": self.valkey.port}

    def create_cluster_if_needed(self, say: Callable[[str], None]) -> None:
        """Create the PostgreSQL cluster on the first call.

        A cluster whose state is gone (root's lie in another folder than the state) is moved aside and kept: its
        passwords went with its state. Raises EngineFailed when a cluster that was there has gone: an empty one must
        never take its place unseen.
        """
        witness = self.state.directory / "cluster-made"
        if self.postgres.exists():
            if witness.exists():
                return
            aside = self.postgres.directory.with_name(f"{self.postgres.directory.name}-left-{uuid.uuid4().hex[:8]}")
            self.postgres.directory.rename(aside)
            say(f"a database whose state is gone lay here; it was moved to {aside}, and nothing of it was deleted")
        if witness.exists():
            raise EngineFailed(
                f"The database folder {self.postgres.directory} of this state is gone. Put it back, or restore a "
                f"backup. (To begin anew instead, remove {self.state.directory}.)"
            )
        say(f"creating a PostgreSQL {self.postgres.binaries.version} cluster")
        self.postgres.create()
        witness.touch()
        if not self.state.temporary and self.state.directory.parent not in self.state.cluster.parents:
            (self.state.cluster.parent / "home.txt").write_text(f"{self.state.directory.parent}\n")

    def service(self, name: str) -> Service:
        """Return one engine, configured for its next start."""
        return self.postgres.prepare() if name == "postgres" else self.valkey.prepare()

    def set_up(self) -> None:
        """Make the roles and the database where they are missing; PostgreSQL must run."""
        database.create_roles(self.postgres.superuser_url(), self.passwords())
        database.create_database(self.postgres.superuser_url())

    def passwords(self) -> dict[str, str]:
        """Return the password of each login role."""
        return {role: self.state.secrets.password(role) for role in database.ROLES_WITH_PASSWORD}

    def database_url(self, role: str, name: str = database.DATABASE) -> str:
        """Return the address of a database for a login role."""
        return self.postgres.url(role, self.passwords()[role], name)

    def stream_url(self) -> str:
        """Return the address by which a backup streams the whole cluster."""
        return self.postgres.url(database.BACKUP_ROLE, self.passwords()[database.BACKUP_ROLE], "replication")


def usable_ports(file: StateFile) -> dict[str, int]:
    """Return the recorded ports that can be used again; the engines must not run."""
    return {name: port for name, port in file.ports.items() if name in NAMES and is_free(port)}


def _binaries(state: State) -> PostgresBinaries:
    if os.geteuid() == 0:
        return binaries_kept(SYSTEM_DIR)
    return binaries_in_place() if state.temporary else binaries_kept(state.directory.parent)
