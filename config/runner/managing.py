"""`./run manage CMD …`: a command of the product in the environment of a lasting state."""

import os
import sys
import time
from collections.abc import Sequence

from config.runner.console import complain
from config.runner.engines import Engines
from config.runner.environment import Role, environment
from config.runner.errors import AlreadyRunning
from config.runner.household import addresses_of, household
from config.runner.lock import FileLock
from config.runner.outside import Outside
from config.runner.processes import PROCESSES, neighbours
from config.runner.serving import fill_demo
from config.runner.state import ROOT, Kind, State, home_folder, open_state, state_exists
from config.runner.state_file import StateFile

#: Commands that need other rights than the app has.
_ROLES = {
    "migrate": Role.MIGRATE,
    "makemigrations": Role.MIGRATE,
    "showmigrations": Role.MIGRATE,
    "maintain": Role.MIGRATE,
    "sequence": Role.SEQUENCER,
    "ledger": Role.SEQUENCER,
    "backup": Role.BACKUP,
    "recovery-sheet": Role.BACKUP,
    "restore-test": Role.BACKUP,
    "restore-objects": Role.BACKUP,
}
_PATIENCE = 120.0


def manage(arguments: Sequence[str], kind: Kind | None) -> int:
    """Run `manage.py ARGUMENTS` and return its exit code.

    Without `kind` the live state is used if there is one, else the demo state. Engines that do not run are started for
    the command and ended after it.
    """
    home = home_folder()
    state = open_state(kind or (Kind.LIVE if state_exists(Kind.LIVE, home) else Kind.DEMO), home)
    role = _ROLES.get(arguments[0] if arguments else "", Role.APP)
    if arguments[:1] == ["web"] and "public" in arguments:
        role = Role.PUBLIC
    command = [str(ROOT / "manage.py"), *arguments]
    deadline = time.monotonic() + _PATIENCE
    while True:
        _become_command_if_engines_run(state, command, role)
        try:
            return _with_own_engines(state, command, role)
        except AlreadyRunning:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)  # another process starts or ends the engines just now


def _become_command_if_engines_run(state: State, command: Sequence[str], role: Role) -> None:
    """Turn this process into the command when the engines run; return when they do not.

    The command keeps the shared lock, so that another command that started the engines does not end them under it.
    """
    use = FileLock(state.use_file)
    use.acquire(wait=True, shared=True)
    file = StateFile.read(state.directory)
    if not (file.ready and file.runner and file.runner.alive()):
        use.release()
        return
    env = environment(state, addresses_of(Engines.of(state, file.ports), Outside.of(state)), role)
    use.outlive_exec()
    os.execve(sys.executable, [sys.executable, "-P", *command], env | neighbours(state, file.ports))  # noqa: S606


def _with_own_engines(state: State, command: Sequence[str], role: Role) -> int:
    use = FileLock(state.use_file)
    try:
        with household(state, complain) as home:
            home.start_engines()
            if state.kind is Kind.DEMO and home.tables_changed:
                home.choose_ports(PROCESSES)  # the demonstration's page names its network, which may never have run
                fill_demo(home)
            code = home.run(command, role)
            use.acquire(wait=True)  # held until the engines have ended; whoever waits for it then starts its own
            return code
    finally:
        use.release()
