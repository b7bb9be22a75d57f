"""`./run upgrade`: the database of a state moves to the installed major of PostgreSQL; the old one is kept aside.

The state keeps the programs that wrote its cluster. They start it once more; the new `pg_dump` reads it, a new cluster
is filled beside it, both are counted and compared row by row, and only then do the names change; last, records
are proved.
Killed at any line before, nothing has changed; killed between the two renames, the next call finishes them.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from config.runner import database
from config.runner.binaries import SYSTEM_DIR, PostgresBinaries, binaries_installed_in
from config.runner.engines import Engines
from config.runner.errors import EngineFailed, RunnerError
from config.runner.household import household
from config.runner.lock import FileLock
from config.runner.ports import free_port
from config.runner.postgres import PostgresCluster
from config.runner.secret_files import SecretFiles
from config.runner.service import Running
from config.runner.state import ROOT, Kind, State, home_folder, open_state, state_exists

Say = Callable[[str], None]
_END_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Moved:
    """A database that was moved: how many tables and rows are the same in both."""

    tables: int
    rows: int
    aside: Path


def upgrade(kind: Kind | None, say: Say) -> int:
    """Upgrade a lasting state and prove it. Raises RunnerError, with the state as it was, when it cannot be done."""
    home = home_folder()
    kind = kind or (Kind.LIVE if state_exists(Kind.LIVE, home) else Kind.DEMO)
    if not state_exists(kind, home):
        raise RunnerError(f"There is no {kind} state in {home}.")
    state = open_state(kind, home)
    lock = FileLock(state.lock_file)
    if not lock.acquire():
        raise RunnerError(f"The {kind} state is in use; end it first (Ctrl-C where it runs).")
    try:
        installed = Engines.of(state, {}).postgres
        _finish_renames(installed.directory, say)
        major = int((installed.directory / "PG_VERSION").read_text())
        if major == installed.binaries.major:
            say(f"The {kind} state is of PostgreSQL {major} already; nothing was changed.")
            return 0
        if major > installed.binaries.major:
            raise RunnerError(
                f"This state is of PostgreSQL {major}, newer than the installed one. Nothing was changed."
            )
        base = SYSTEM_DIR if os.geteuid() == 0 else home
        old = replace(installed, binaries=_kept(base, major), port=free_port())
        moved = cluster_move(old, installed, state.directory, say)
        say(f"{moved.tables} tables with {moved.rows:,} rows are the same in both")
    finally:
        lock.release()
    return _prove(state, moved, say)


def cluster_move(old: PostgresCluster, new: PostgresCluster, work: Path, say: Say) -> Moved:
    """Fill a new cluster from the old one and let it take its name; the old one is kept under another.

    `new` has the directory of `old` and other programs. Raises EngineFailed or RunnerError; then the old one is in its
    place, as it was. `work` is a folder with room for a dump.
    """
    fresh = replace(new, directory=new.directory.with_name(f"{new.directory.name}.upgrading"), port=free_port())
    shutil.rmtree(fresh.directory, ignore_errors=True)
    dump = work / "upgrade.dump"
    dump.unlink(missing_ok=True)
    try:
        with _running(old, say):
            before = _counts(old)
            mark = database.read_mark(old.superuser_url())
            say(f"reading PostgreSQL {old.binaries.version}")
            _program(new, "pg_dump", old, ["--format=custom", "--compress=1", f"--file={dump}", database.DATABASE])
        say(f"filling PostgreSQL {new.binaries.version}")
        fresh.create()
        with _running(fresh, say):
            database.create_roles(fresh.superuser_url(), _passwords(work))
            database.create_database(fresh.superuser_url())
            _program(new, "pg_restore", fresh, ["--exit-on-error", f"--dbname={database.DATABASE}", str(dump)])
            with psycopg.connect(fresh.superuser_url(database.DATABASE), autocommit=True) as session:
                session.execute("ANALYZE")
            after = _counts(fresh)
            if mark:
                database.write_mark(fresh.superuser_url(), mark)
        _require_same(before, after)
    except BaseException:
        shutil.rmtree(fresh.directory, ignore_errors=True)
        raise
    finally:
        dump.unlink(missing_ok=True)
    aside = old.directory.with_name(
        f"{old.directory.name}.postgres-{old.binaries.major}-{datetime.now(UTC):%Y%m%d%H%M%S}"
    )
    fresh.directory.rename(_ready(new.directory))
    old.directory.rename(aside)
    _ready(new.directory).rename(new.directory)
    return Moved(len(after), sum(count for count, _ in after.values()), aside)


def _require_same(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> None:
    if before != after:
        named = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        raise RunnerError(f"The new database differs in {', '.join(named[:5])}. The old one is in its place.")


def _finish_renames(directory: Path, say: Say) -> None:
    """Give the new cluster its name when the call before was killed between the renames."""
    ready = _ready(directory)
    if ready.is_dir() and not directory.exists():
        ready.rename(directory)
        say("the upgrade that was cut short is finished")


def _ready(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.upgraded")


def _prove(state: State, moved: Moved, say: Say) -> int:
    with household(state, say) as held:
        held.start_engines()
        code = held.run([str(ROOT / "manage.py"), "prove-records"])
        if any(ROOT.glob("*/management/commands/fsck.py")):
            code = max(code, held.run([str(ROOT / "manage.py"), "fsck"]))
    if code:
        say(f"The new database does not hold; see above. The old one is in {moved.aside}.")
        return 1
    say(f"Upgraded. The old database is kept in {moved.aside}.")
    say("Remove it when you trust the new one, at the latest when the horizon of backups has passed: it still holds")
    say("what is destroyed from now on.")
    return 0


def _kept(base: Path, major: int) -> PostgresBinaries:
    """Return the newest programs of a major version that the states of `base` kept."""
    found = [one for one in binaries_installed_in(base) if one.major == major]
    if not found:
        raise EngineFailed(
            f"The programs of PostgreSQL {major} are no longer in {base / 'pg'}. Install the Daybook that wrote this "
            "state once more and start it, or restore a backup with it."
        )
    return max(found, key=lambda one: [int(part) for part in one.version.split(".")])


@contextmanager
def _running(cluster: PostgresCluster, say: Say) -> Iterator[None]:
    running: Running = cluster.prepare().spawn()
    try:
        running.wait_ready()
        yield
    finally:
        running.identity.send(signal.SIGINT)
        try:
            running.popen.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            say("PostgreSQL takes long to end; it is killed")
            running.identity.send(signal.SIGKILL)
            running.popen.wait()


def _program(new: PostgresCluster, name: str, at: PostgresCluster, arguments: list[str]) -> None:
    where = ["--host=127.0.0.1", f"--port={at.port}", "--username=postgres", "--no-password"]
    done = subprocess.run(
        [new.binaries.program(name), *where, *arguments],
        env={"LC_ALL": "C", "PATH": os.defpath, "PGPASSWORD": at.password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineFailed(f"{name} failed; nothing was changed:\n{done.stderr.strip()[-2_000:]}")


def _counts(cluster: PostgresCluster) -> dict[str, tuple[int, str]]:
    """Return how many rows each table has, and a digest of them that does not depend on their order."""
    with psycopg.connect(cluster.superuser_url(database.DATABASE), autocommit=True) as session:
        tables = session.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        counted = {}
        for (name,) in tables.fetchall():
            row = session.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t"
                ).format(sql.Identifier(name))
            ).fetchone()
            assert row is not None  # noqa: S101
            counted[str(name)] = (int(row[0]), str(row[1]))
        return counted


def _passwords(state_directory: Path) -> dict[str, str]:
    secrets = SecretFiles(state_directory / "secrets")
    return {role: secrets.password(role) for role in database.ROLES_WITH_PASSWORD}
