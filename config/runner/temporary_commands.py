"""`./run demo`, `bench` and `drill`: programs that work on a state of their own, which is gone after them.

This is the place where such a program is registered: a module that `python -m` can run, with the kind of state and the
processes that it wants around it.
"""

import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.runner.console import complain
from config.runner.errors import CANNOT_RUN
from config.runner.household import household
from config.runner.npm import collect_design_system
from config.runner.processes import PROCESSES, Process
from config.runner.state import Kind
from config.runner.temporary import TemporaryState


@dataclass(frozen=True, slots=True)
class TemporaryCommand:
    """What a command runs, and on what; `settings` hold for every process of the state unless the caller set them."""

    module: str
    kind: Kind
    processes: tuple[Process, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


COMMANDS = {
    "demo": TemporaryCommand("config.demo", Kind.DEMO, PROCESSES),
    "bench": TemporaryCommand("benchmarks", Kind.TEST),
    # A killed worker's job waits for the end of its lease; a drill does not wait two minutes for each.
    # The marks of free space are those of the small disk of the drill `diskfull`.
    "drill": TemporaryCommand(
        "config.drills",
        Kind.DEMO,
        PROCESSES,
        {
            "DAYBOOK_JOBS_LEASE_SECONDS": "15",
            "DAYBOOK_SPACE_FIRST_MARK_MB": "300",
            "DAYBOOK_SPACE_SECOND_MARK_MB": "150",
            "DAYBOOK_SPACE_LARGE_OBJECT_KB": "40",
        },
    ),
    "pictures": TemporaryCommand("config.demo.pictures", Kind.DEMO, PROCESSES),
}


def run_temporary(name: str, arguments: Sequence[str]) -> int:
    """Run the command `name` in a temporary state; return its exit code, or 2 when there is no such command."""
    command = COMMANDS.get(name)
    if command is None or importlib.util.find_spec(command.module) is None:
        complain(f"This Daybook has no command {name!r}. Call ./run help to see what there is.")
        return CANNOT_RUN
    for setting, value in command.settings.items():
        os.environ.setdefault(setting, value)
    temporary = TemporaryState(command.kind, durable=True)
    try:
        with household(temporary.state, complain) as home:
            if command.processes:
                collect_design_system(complain, for_tests=False)
            home.start_engines()
            home.choose_ports(command.processes)
            home.start_processes(command.processes)
            return home.run(["-m", command.module, *arguments])
    finally:
        temporary.close()
