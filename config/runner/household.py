"""Everything that runs for one state, from the engines up, for as long as this process wants it."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from config.runner import database
from config.runner.engines import Engines, usable_ports
from config.runner.environment import URL_NAMES, Addresses, Role, environment
from config.runner.errors import AlreadyRunning
from config.runner.identity import ProcessIdentity
from config.runner.interruption import Interruption
from config.runner.lock import FileLock
from config.runner.migrating import migrate, migrations_digest
from config.runner.outside import Outside
from config.runner.processes import Process, choose_ports, neighbours, service_of
from config.runner.service import Running, Service
from config.runner.state import Kind, State
from config.runner.state_file import StateFile
from config.runner.supervisor import Supervisor

Say = Callable[[str], None]


class Household:
    """The engines and processes of a state that this process holds. Made by `household`."""

    def __init__(self, state: State, file: StateFile, interruption: Interruption, say: Say) -> None:
        self.state = state
        self.file = file
        self.tables_changed = False
        self._say = say
        self._outside = Outside.of(state)
        self._engines = Engines.of(state, usable_ports(file))
        self._supervisor = Supervisor(file, interruption, say)

    @property
    def addresses(self) -> Addresses:
        """Where the engines and the store are."""
        return addresses_of(self._engines, self._outside)

    def environment(self, role: Role = Role.APP) -> dict[str, str]:
        """Return the environment of a process that works as `role`."""
        return environment(self.state, self.addresses, role) | neighbours(self.state, self.file.ports)

    def start_engines(self) -> None:
        """Start our engines, make roles and database, and bring the tables up to date."""
        embedded = [
            name
            for name, outside in (("postgres", self._outside.databases), ("valkey", self._outside.redis))
            if outside is None
        ]
        if "postgres" in embedded:
            self._engines.create_cluster_if_needed(self._say)
        self.file.ports |= self._engines.ports
        started = [self._supervisor.start(partial(self._engines.service, name)) for name in embedded]
        for running in started:
            running.wait_ready()
            self._say(f"{running.service.name} ready on port {self.file.ports[running.service.name]}")
        self._bring_up_to_date()
        self.file.ready = True
        self.file.write()

    def waits_for_set_up(self) -> bool:
        """Tell whether this is a live state into which nobody can sign in yet."""
        return self.state.kind is Kind.LIVE and database.nobody_signs_in(self.addresses.database(Role.APP))

    def choose_ports(self, processes: Sequence[Process]) -> None:
        """Settle on which ports `processes` will listen, so that each can be told of the others."""
        chosen = choose_ports(self.file.ports, self._wanted(processes), anywhere=self.state.temporary)
        self.file.ports |= chosen

    def start_processes(self, processes: Sequence[Process], meanwhile: Callable[[], None] = lambda: None) -> None:
        """Start the product's processes: first those that listen, which must answer, then the others.

        `meanwhile` is done while those that listen begin.
        """
        wanted = self._wanted(processes)
        listening = self._begin([one for one in wanted if one.listens])
        meanwhile()
        self._await(listening)
        self._await(self._begin([one for one in wanted if not one.listens]))

    def _begin(self, processes: Sequence[Process]) -> list[Running]:
        services = [service_of(process, self.state, self.addresses, self.file.ports) for process in processes]
        return [self._supervisor.start(partial(_same, service)) for service in services]

    def _await(self, started: Sequence[Running]) -> None:
        for running in started:
            running.wait_ready()
            self._say(f"{running.service.name} started")

    def run(self, command: Sequence[str], role: Role = Role.APP, cwd: Path | None = None) -> int:
        """Run a program of ours with the state's environment, looking after everything meanwhile; return its exit code.

        It shares our terminal. When this process is asked to end, so is the program.
        """
        child = subprocess.Popen([sys.executable, "-P", *command], env=self.environment(role), cwd=cwd)
        try:
            self._supervisor.watch(done=lambda: child.poll() is not None)
        finally:
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        return child.returncode

    def watch(self) -> None:
        """Look after everything until this process is asked to end."""
        self._supervisor.watch()

    def stop(self) -> None:
        """End everything that was started."""
        self._supervisor.stop()

    def _wanted(self, processes: Sequence[Process]) -> tuple[Process, ...]:
        return tuple(process for process in processes if self.state.kind in process.kinds)

    def _bring_up_to_date(self) -> None:
        if self._outside.databases is not None:
            migrate(self.environment(Role.MIGRATE))
            return
        self._engines.set_up()
        superuser_url, wanted = self._engines.postgres.superuser_url(), migrations_digest()
        if database.read_mark(superuser_url) != wanted:
            self._say("bringing the tables up to date")
            migrate(self.environment(Role.MIGRATE))
            database.write_mark(superuser_url, wanted)
            self.tables_changed = True


def addresses_of(engines: Engines, outside: Outside) -> Addresses:
    """Return the addresses of a state's engines, ours or the department's own."""
    databases = outside.databases or {role: engines.database_url(f"daybook_{role}") for role in URL_NAMES}
    storage = outside.storage or engines.state.storage_url
    return Addresses(
        databases,
        outside.redis or engines.valkey.url(),
        storage,
        outside.storage_copy or "",
        backup=outside.backup or "",
        public_store=outside.public_store or engines.state.public_store_url,
        stream="" if outside.databases else engines.stream_url(),
        programs="" if outside.databases else str(engines.postgres.binaries.bin),
    )


def _same(service: Service) -> Service:
    return service


@contextmanager
def household(state: State, say: Say) -> Iterator[Household]:
    """Hold a state for a block: what a crash left is ended first, and whatever the block starts ends with it.

    Raises AlreadyRunning when another process holds the state.
    """
    lock = FileLock(state.lock_file)
    if not state.temporary and not lock.acquire():
        raise AlreadyRunning(f"The {state.kind} state is in use by another Daybook process.")
    interruption = Interruption()
    try:
        with interruption.installed():
            file = StateFile.read(state.directory)
            left = file.end_all()
            if left:
                say(f"ended what a crash had left running: {', '.join(left)}")
            file.runner = ProcessIdentity.of_self()
            file.write()
            home = Household(state, file, interruption, say)
            try:
                yield home
            finally:
                home.stop()
    finally:
        lock.release()
