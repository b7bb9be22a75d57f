"""The commands of `./run`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from config.runner.console import complain, say
from config.runner.errors import CANNOT_RUN, RunnerError
from config.runner.interruption import StopRequested
from config.runner.state import ROOT, Kind

_HELP = """\
./run                         a demonstration state, on http://127.0.0.1:8000 or the next free port
./run --live                  a live state, empty at first
./run demo [--json FILE] [--out DIR]
                              the main job from capture to a verified bundle, in a temporary state
./run manage CMD …            a command of the product, in the live state if there is one, else in the demo state
./run manage --state demo CMD …
./run restore --from PLACE --identity FILE [--backup NAME] [--survived FOLDER]
                              a state from a backup, with the key of a recovery sheet, on an empty machine
./run upgrade [--state NAME]  the database of a state to the installed major version of PostgreSQL
./run test [ARGS]             the tests (ARGS go to pytest)
./run check                   format, lint, types, import contracts, settings, migrations, table classes
./run bench [NAME] [--json FILE]
./run drill [NAME]            breakage on purpose
./run pictures                takes the pictures of the documentation anew

Exit codes: 0 done, or this state runs already; 1 findings or failures; 2 could not run.
States lie in $DAYBOOK_HOME, default .daybook/ beside this program."""

_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Do what `./run ARGUMENTS` means; return the exit code."""
    try:
        return _dispatch(list(arguments))
    except RunnerError as error:
        complain(str(error))
        return error.exit_code
    except (StopRequested, KeyboardInterrupt):
        return _INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    # Each command imports what it needs when it is called: ./run help must not wait for a database driver.
    match arguments:
        case []:
            return _serve(Kind.DEMO)
        case ["--live"]:
            return _serve(Kind.LIVE)
        case ["help" | "--help" | "-h"]:
            say(_HELP)
            return 0
        case ["manage", "--state", name, *rest] if name in (Kind.DEMO, Kind.LIVE):
            return _manage(rest, Kind(name))
        case ["manage", *rest] if not rest or rest[0] != "--state":
            return _manage(rest, None)
        case ["restore", *rest]:
            return _restore(rest)
        case ["upgrade", *rest] if not rest or (rest[0] == "--state" and rest[1:] in ([Kind.DEMO], [Kind.LIVE])):
            from config.runner.upgrading import upgrade

            return upgrade(Kind(rest[1]) if rest else None, say)
        case ["test", *rest]:
            return _test(rest)
        case ["check"]:
            from config.runner.checking import check

            return check()
        case [("demo" | "bench" | "drill" | "pictures") as name, *rest]:
            from config.runner.temporary_commands import run_temporary

            return run_temporary(name, rest)
    complain(f"./run does not know {' '.join(arguments)!r}.\n\n{_HELP}")
    return CANNOT_RUN


def _serve(kind: Kind) -> int:
    from config.runner.serving import serve

    try:
        return serve(kind)
    except StopRequested:  # Ctrl-C is how it is meant to end
        say("ended")
        return 0


def _restore(arguments: list[str]) -> int:
    from config.runner.restoring import restore

    parser = argparse.ArgumentParser(prog="./run restore")
    parser.add_argument("--from", dest="place", required=True, help="the second place, as BACKUP_URL named it")
    parser.add_argument("--identity", type=Path, required=True, help="a text file with the key of the recovery sheet")
    parser.add_argument("--backup", default="", help="the name of a backup (default: the newest)")
    parser.add_argument("--survived", type=Path, help="a folder with the log and the reserve of the lost machine")
    chosen = parser.parse_args(arguments)
    return restore(chosen.place, chosen.identity.absolute(), say, backup=chosen.backup, survived=chosen.survived)


def _manage(arguments: list[str], kind: Kind | None) -> int:
    from config.runner.managing import manage

    return manage(arguments, kind)


def _test(arguments: list[str]) -> int:
    """Become pytest; tests/conftest.py starts the engines and ends them."""
    from config.runner.npm import collect_design_system

    collect_design_system(complain, for_tests=True)
    chosen = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    # One more than there are processors: much of a test is waiting for engines, commits and child processes.
    # Neighbours stay in one process, so that what a folder's tests share is built once; who has none left takes over.
    processes = [] if chosen else ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    os.chdir(ROOT)
    # pytest-django reads the settings at once where they are named, before tests/conftest.py knows the addresses.
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    os.execve(sys.executable, [sys.executable, "-m", "pytest", "-rs", *processes, *arguments], env)  # noqa: S606
