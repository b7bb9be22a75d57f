"""The processes of a Daybook, apart from its engines. This is the one list of them."""

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from config.runner.environment import Addresses, Role, environment, stranger_environment
from config.runner.ports import LOOPBACK, answers, first_free_port, free_port, is_free
from config.runner.service import Service
from config.runner.state import ROOT, Kind, State

_PYTHON = (sys.executable, "-P")


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of process: its Python command, the role that it works as, and in which states it exists.

    The command is split at spaces; then {port}, {state} and {root} are filled in.
    """

    name: str
    command: str
    role: Role | None = Role.APP  #: None for a stranger, who learns no address or secret of ours
    kinds: frozenset[Kind] = frozenset(Kind)
    port: int | None = None  #: the port it listens on, or the next free one; 0 for any free port
    speaks_http: bool = False

    @property
    def listens(self) -> bool:
        """Tell whether others connect to it."""
        return self.port is not None


_CELERY = "-m celery -A config"

PROCESSES = (
    Process(
        "sandbox",
        "-m sandbox --port {port} --state-dir {state}/sandbox --story",
        role=None,
        kinds=frozenset({Kind.DEMO}),
        port=0,
    ),
    Process("web", f"-m config.web --face staff --bind {LOOPBACK}:{{port}}", port=8000, speaks_http=True),
    Process(
        "public",
        f"-m config.web --face public --bind {LOOPBACK}:{{port}} --workers 1",
        role=Role.PUBLIC,
        kinds=frozenset({Kind.LIVE}),
        port=8100,
        speaks_http=True,
    ),
    # Two pool processes: a task that waits for a network must not hold up an urgent one.
    Process(
        "worker",
        f"{_CELERY} worker --queues urgent,capture,default,heavy --pool prefork --concurrency 2 --without-gossip "
        "--without-mingle --loglevel INFO",
    ),
    Process("beat", f"{_CELERY} beat --schedule {{state}}/beat-schedule --pidfile="),
    Process("sequence", "{root}/manage.py sequence", role=Role.SEQUENCER),
    Process("backup", "{root}/manage.py backup --keep-on", role=Role.BACKUP, kinds=frozenset({Kind.LIVE})),
    Process("maintain", "{root}/manage.py maintain --keep-on", role=Role.MIGRATE, kinds=frozenset({Kind.LIVE})),
)


def choose_ports(
    recorded: Mapping[str, int], processes: tuple[Process, ...], *, anywhere: bool = False
) -> dict[str, int]:
    """Return a free port for each process that listens: its preferred one or the next, or the one it had before.

    `anywhere`: prefer none. Two temporary states that begin at once would both find the preferred one free.
    """
    ports: dict[str, int] = {}
    for process in processes:
        if process.port and not anywhere:
            ports[process.name] = first_free_port(process.port)
        elif process.listens:
            before = recorded.get(process.name)
            ports[process.name] = before if before and is_free(before) else free_port()
    return ports


def service_of(process: Process, state: State, addresses: Addresses, ports: Mapping[str, int]) -> Service:
    """Return `process` as a service of `state`."""
    port = ports.get(process.name)
    filled = tuple(part.format(port=port, state=state.directory, root=ROOT) for part in process.command.split())
    ready = None
    if port is not None:
        ready = partial(_answers_http, port) if process.speaks_http else partial(answers, port)
    return Service(
        name=process.name,
        argv=(*_PYTHON, *filled),
        env=_face(ports) | environment(state, addresses, process.role)
        if process.role
        else stranger_environment() | _sandbox_tokens(state),
        log=state.logs / f"{process.name}.log",
        cwd=ROOT,
        ready=ready,
    )


def neighbours(state: State, ports: Mapping[str, int]) -> dict[str, str]:
    """Tell a command in a demo state where the sandbox network is, and the tokens by which it is read and acted on."""
    if state.kind is not Kind.DEMO or "sandbox" not in ports:
        return {}
    return {"DAYBOOK_SANDBOX_URL": f"http://{LOOPBACK}:{ports['sandbox']}", **_sandbox_tokens(state)}


def _face(ports: Mapping[str, int]) -> dict[str, str]:
    """Tell where our own public face is; what the person named in the environment stands before it."""
    return {"DAYBOOK_PUBLIC_ADDRESS": f"http://{LOOPBACK}:{ports['public']}"} if "public" in ports else {}


def _sandbox_tokens(state: State) -> dict[str, str]:
    return {
        "SANDBOX_TOKEN": state.secrets.password("sandbox-token"),
        "SANDBOX_CONTROL_TOKEN": state.secrets.password("sandbox-control-token"),
    }


def _answers_http(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
