"""The engines of one test session: started when the first test needs them, migrated once, cloned for each process."""

from pathlib import Path

from config.runner import database
from config.runner.engines import NAMES as ENGINE_NAMES
from config.runner.engines import Engines
from config.runner.environment import URL_NAMES, Addresses, Role, environment
from config.runner.errors import RunnerError
from config.runner.lock import locked
from config.runner.migrating import migrate
from config.runner.state import State, read_about
from config.runner.state_file import StateFile

TEMPLATE = "daybook_template"
_READY = "template-ready"
_FAILED = "template-failed"


class TestEngines:
    """PostgreSQL and Valkey of a test session, as one of its processes sees them.

    Their ports are chosen when the session begins, so that settings can be read before anything runs.
    """

    __test__ = False

    def __init__(self, directory: Path, number: int, settings: str = "config.settings") -> None:
        """`number` tells the session's processes apart: 0 for a lone process, then 1, 2 …

        `settings` is the name of the settings module of every process of the session.
        """
        self.state: State = read_about(directory)
        with locked(directory / "choosing"):
            recorded = StateFile.read(directory)
            self.engines = Engines.of(self.state, recorded.ports)
            if not recorded.ports:
                recorded.ports = self.engines.ports
                recorded.write()
        self.number = number
        self.settings = settings
        self.database = f"daybook_test_{number}"

    @property
    def superuser_url(self) -> str:
        """The address of the `postgres` database for the cluster's superuser."""
        return self.engines.postgres.superuser_url()

    @property
    def log_key_file(self) -> Path:
        """The Ed25519 seed of the session's ledger; the product gives it to the sequencer only."""
        return self.state.secrets.key_file("log-key")

    def start(self) -> None:
        """Start the engines and migrate the template, unless another process of the session did.

        Raises RunnerError when that fails, and the same at every further call: engines that were started twice would
        outlive the session, which knows of the last ones only.
        """
        ready, failed = self.state.directory / _READY, self.state.directory / _FAILED
        with locked(self.state.directory / "starting"):
            if ready.exists():
                return
            if failed.exists():
                raise RunnerError(failed.read_text())
            try:
                self._start_engines()
                database.create_roles(self.superuser_url, self.engines.passwords())
                database.create_database(self.superuser_url, TEMPLATE)
                migrate(self.environment(Role.MIGRATE, TEMPLATE))
            except Exception as error:
                failed.write_text(f"The engines of the tests could not be made ready: {error}")
                raise
            ready.touch()

    def _start_engines(self) -> None:
        """Start both; the session's end finds them in state.json, whichever of its processes lives then."""
        file = StateFile.read(self.state.directory)
        self.engines.create_cluster_if_needed(say=lambda line: None)
        started = [self.engines.service(name).spawn() for name in ENGINE_NAMES]
        file.processes = {running.service.name: running.identity for running in started}
        file.write()
        for running in started:
            running.wait_ready()

    def clone(self, name: str) -> None:
        """Create database `name` from the migrated template."""
        database.clone_database(self.superuser_url, TEMPLATE, name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        database.drop_database(self.superuser_url, name)

    def url(self, role: str, name: str) -> str:
        """Return the address of database `name` for `app`, `migrate`, `sequencer` or `superuser`."""
        if role == "superuser":
            return self.engines.postgres.superuser_url(name)
        return self.engines.database_url(f"daybook_{role}", name)

    def environment(self, role: Role, name: str) -> dict[str, str]:
        """Return the whole environment of a process that works as `role` in database `name`."""
        databases = {role: self.engines.database_url(f"daybook_{role}", name) for role in URL_NAMES}
        addresses = Addresses(
            databases,
            self.engines.valkey.url(self.number),
            self.state.storage_url,
            stream=self.engines.stream_url(),
            programs=str(self.engines.postgres.binaries.bin),
        )
        return environment(self.state, addresses, role) | {"DJANGO_SETTINGS_MODULE": self.settings}
