"""`./run restore`: an empty machine, the key from the recovery sheet and the second place become a state again."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.runner.binaries import SYSTEM_DIR, PostgresBinaries, binaries_kept
from config.runner.environment import Role, stranger_environment
from config.runner.errors import CANNOT_RUN, RunnerError
from config.runner.folders import PRIVATE, make_folder, mode_of_new_folders
from config.runner.household import Household, household
from config.runner.outside import Outside
from config.runner.postgres import give_to_engine
from config.runner.state import ROOT, Kind, State, cluster_folder, home_folder, read_about, state_exists, write_about

Say = Callable[[str], None]
_MANAGE = str(ROOT / "manage.py")


def restore(place: str, identity: Path, say: Say, *, backup: str = "", survived: Path | None = None) -> int:
    """Make the state that the newest backup holds (or `backup`), prove it, and say what is lost.

    `survived` is a folder with what was saved of the log outside the lost machine: `log` (its published files) and
    `reserve` (the sizes that were ever signed for). With it the log goes on where it was; without it, from the backup.

    Returns 0 when all that the backup names is there and holds, 1 when something does not; raises RunnerError, with
    nothing made, when it cannot be done. A state that exists is never touched.
    """
    home = home_folder()
    if not identity.is_file():
        raise RunnerError(f"{identity} is not there. It must hold the key from the recovery sheet.")
    base = SYSTEM_DIR if os.geteuid() == 0 else home
    binaries = binaries_kept(base)
    make_folder(home, PRIVATE)
    fetched = make_folder(cluster_folder(home), mode_of_new_folders()) / f"restoring-{secrets.token_hex(4)}"
    try:
        _fetch(place, identity, fetched, binaries, backup)
        told = json.loads((fetched / "manifest.json").read_text())
        state = _settle(fetched, told, home)
        _keep_log(state, survived)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
    say(f"the {state.kind} state is in {state.directory}")
    with household(state, say) as held:
        held.start_engines()
        held.choose_ports(())
        return _finish(held, told, place, identity, say)


def _fetch(place: str, identity: Path, into: Path, binaries: PostgresBinaries, backup: str) -> None:
    command = [sys.executable, "-P", "-m", "config.continuity.restoring", "--from", place]
    command += ["--identity", str(identity), "--into", str(into), "--programs", str(binaries.bin)]
    command += ["--backup", backup] if backup else []
    if subprocess.run(command, env=stranger_environment(), check=False).returncode:
        raise RunnerError("Nothing was restored, and nothing was changed.")


def _settle(fetched: Path, told: dict[str, Any], home: Path) -> State:
    """Put what was fetched into its place, the database first and about.json last: without it there is no state."""
    before = read_about(fetched / "state")
    kind = before.kind
    if state_exists(kind, home) or (home / kind).exists():
        raise RunnerError(
            f"There is a {kind} state in {home / kind} already. Move it aside first; nothing was changed."
        )
    cluster = cluster_folder(home) / kind
    if cluster.exists():
        raise RunnerError(f"There is a database in {cluster} already. Move it aside first; nothing was changed.")
    directory = home / kind
    state = replace(before, kind=kind, directory=directory, cluster=cluster, temporary=False, durable=True)
    if not told["cluster"] and Outside.of(state).databases is None:
        raise RunnerError(
            "This backup holds no database: its operator backs it up. Restore it first, then call this again with "
            "DATABASE_URL, DATABASE_URL_MIGRATE and DATABASE_URL_SEQUENCER set."
        )
    make_folder(directory / "logs", PRIVATE)
    if told["cluster"]:
        give_to_engine(fetched / "cluster")
        (fetched / "cluster").rename(cluster)
        (directory / "cluster-made").touch()
        if directory.parent not in cluster.parents:
            (cluster.parent / "home.txt").write_text(f"{home}\n")
    shutil.move(fetched / "state" / "secrets", directory / "secrets")
    (directory / "secrets").chmod(PRIVATE)
    shutil.move(fetched / "state" / "settings.json", directory / "settings-restored.json")
    make_folder(directory / "store", PRIVATE)  # an evidence store that is not there is not taken for an empty one
    write_about(state, directory)
    return state


def _keep_log(state: State, survived: Path | None) -> None:
    """Take over what survived of the log; it never comes from the backup, which is older."""
    if survived is None:
        return
    for name, target in (("log", state.directory / "log"), ("reserve", state.reserve)):
        if (survived / name).is_dir() and not target.exists():
            shutil.copytree(survived / name, target)


def _finish(held: Household, told: dict[str, Any], place: str, identity: Path, say: Say) -> int:
    code = held.run([_MANAGE, "restore-objects", "--from", place, "--identity", str(identity)], Role.BACKUP)
    if code == CANNOT_RUN:
        raise RunnerError(
            "The evidence objects could not be fetched. The state is there: call this step again with "
            f"./run manage restore-objects --from {place} --identity {identity}"
        )
    known = _commands(held)
    if "ledger" in known:
        code = max(code, held.run([_MANAGE, "ledger", "recover"], Role.SEQUENCER))
        code = max(code, held.run([_MANAGE, "restore-log"]))
        code = max(code, held.run([_MANAGE, "sequence", "--once"], Role.SEQUENCER))
    code = max(code, held.run([_MANAGE, "prove-records"]))
    if "fsck" in known:
        code = max(code, held.run([_MANAGE, "fsck"]))
    _tell(told, say, held.state, whole=code == 0)
    return 1 if code else 0


def _commands(held: Household) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", _MANAGE, "help", "--commands"],
        env=held.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return set(done.stdout.split())


def _tell(told: dict[str, Any], say: Say, state: State, *, whole: bool) -> None:
    began = datetime.fromisoformat(told["began"])
    age = datetime.now(UTC) - began
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    say("")
    say(f"Everything up to {began:%Y-%m-%d %H:%M:%S} UTC is here{'' if whole else ', except for what is named above'}.")
    say(
        f"Lost is what was written after it: {hours} h {minutes} min lie between it and now. Captures read again "
        "what the networks still show; decisions, requests and uploads of that time have to be entered again."
    )
    say(
        "What was destroyed after it is here again: look at dispositions that were executed since, and at the log, "
        "which names them."
    )
    say(f"The settings of the lost machine are in {state.directory / 'settings-restored.json'}; none was taken over.")
    say(
        f"Next: ./run{' --live' if state.kind is Kind.LIVE else ''}, then a new recovery sheet; this one has been open."
    )
