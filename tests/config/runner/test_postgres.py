"""The launcher of PostgreSQL: a real cluster, its settings, and the crashes it gets over."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.runner.engines import Engines
from config.runner.errors import EngineFailed, UpgradeNeeded
from config.runner.identity import ProcessIdentity
from config.runner.service import Running
from config.runner.state import ROOT, Kind
from config.runner.state_file import StateFile
from config.runner.temporary import TemporaryState


class Cluster:
    """A PostgreSQL of the test's own."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.postgres = engines.postgres
        self._file = StateFile(engines.state.directory)

    def start(self) -> Running:
        running = self.postgres.prepare().spawn()
        self._file.processes["postgres"] = running.identity
        self._file.write()
        running.wait_ready()
        return running

    def ask(self, question: str) -> object:
        with psycopg.connect(self.postgres.superuser_url()) as connection:
            row = connection.execute(question.encode()).fetchone()
            return row[0] if row else None


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    temporary = TemporaryState(Kind.TEST, durable=False)
    try:
        engines = Engines.of(temporary.state, {})
        engines.create_cluster_if_needed(lambda line: None)
        yield Cluster(engines)
    finally:
        temporary.close()


@pytest.fixture
def running(cluster: Cluster) -> Iterator[Running]:
    running = cluster.start()
    yield running
    running.identity.send(signal.SIGINT)
    running.popen.wait(20)


def test_the_server_is_set_as_the_product_counts_on(cluster: Cluster, running: Running) -> None:
    wanted = {
        "data_checksums": "on",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "jit": "off",
        "TimeZone": "UTC",
        "password_encryption": "scram-sha-256",
        "server_encoding": "UTF8",
    }
    assert {name: cluster.ask(f"SHOW {name}") for name in wanted} == wanted
    provider = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'template0'"
    assert cluster.ask(provider) == "b C.UTF-8"


def test_the_log_holds_nothing_that_a_failing_statement_said(cluster: Cluster, running: Running) -> None:
    with pytest.raises(psycopg.Error):
        cluster.ask("DO $$ BEGIN RAISE EXCEPTION 'refused' USING DETAIL = 'a citizen''s words'; END $$")
    log = cluster.postgres.log.read_text()
    assert "refused" in log
    assert "citizen" not in log


def test_the_server_never_runs_as_root(cluster: Cluster, running: Running) -> None:
    owner = (
        os.stat(f"/proc/{running.identity.pid}") if Path("/proc/self").exists() else cluster.postgres.directory.stat()
    )
    assert owner.st_uid != 0
    assert owner.st_uid == cluster.postgres.directory.stat().st_uid


def test_a_killed_server_starts_again_with_what_was_committed(cluster: Cluster) -> None:
    first = cluster.start()
    with psycopg.connect(cluster.postgres.superuser_url(), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")  # as in every state but those of tests
        connection.execute("CREATE TABLE kept AS SELECT 7 AS x")
    first.identity.send(signal.SIGKILL)
    first.popen.wait(20)
    again = cluster.start()
    try:
        assert cluster.ask("SELECT x FROM kept") == 7
    finally:
        again.identity.send(signal.SIGINT)
        again.popen.wait(20)


def test_a_pid_file_of_a_crash_does_not_stand_in_the_way_of_a_recycled_id(cluster: Cluster) -> None:
    account = cluster.postgres.directory.stat()
    as_the_server = {"user": account.st_uid, "group": account.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], **as_the_server) as stranger:  # type: ignore[call-overload]
        try:
            pid_file = cluster.postgres.directory / "postmaster.pid"
            pid_file.write_text(f"{stranger.pid}\n{cluster.postgres.directory}\n1\n1\n\n127.0.0.1\n\nready\n")
            os.chown(pid_file, account.st_uid, account.st_gid)
            running = cluster.start()
            assert stranger.poll() is None
            running.identity.send(signal.SIGINT)
            running.popen.wait(20)
        finally:
            stranger.kill()


@pytest.mark.parametrize(("version", "sentence"), [("17", "./run upgrade"), ("99", "newer than the installed")])
def test_a_cluster_of_another_major_version_is_left_alone(cluster: Cluster, version: str, sentence: str) -> None:
    told = cluster.postgres.directory / "PG_VERSION"
    before = told.read_text()
    told.write_text(version)
    try:
        with pytest.raises(UpgradeNeeded, match=sentence):
            cluster.postgres.prepare()
    finally:
        told.write_text(before)


def test_a_cluster_that_has_gone_is_not_replaced_by_an_empty_one(cluster: Cluster) -> None:
    cluster.postgres.directory.rename(cluster.postgres.directory.with_name("elsewhere"))
    try:
        with pytest.raises(EngineFailed, match="is gone"):
            cluster.engines.create_cluster_if_needed(lambda line: None)
    finally:
        cluster.postgres.directory.with_name("elsewhere").rename(cluster.postgres.directory)


def test_a_cluster_whose_state_has_gone_is_moved_aside_and_kept(cluster: Cluster) -> None:
    directory, witness = cluster.postgres.directory, cluster.engines.state.directory / "cluster-made"
    before, said = sorted(path.name for path in directory.iterdir()), list[str]()
    witness.unlink()
    cluster.engines.create_cluster_if_needed(said.append)
    [aside] = directory.parent.glob(f"{directory.name}-left-*")
    assert sorted(path.name for path in aside.iterdir()) == before
    assert str(aside) in said[0]
    assert cluster.postgres.exists()
    assert witness.exists()
    shutil.rmtree(directory)
    aside.rename(directory)


_ENV = {"PYTHONPATH": str(ROOT), "PATH": os.defpath}
_MAKE_AND_DIE = """
import os, signal
from config.runner.engines import Engines
from config.runner.state import Kind
from config.runner.state_file import StateFile
from config.runner.temporary import TemporaryState
state = TemporaryState(Kind.TEST, durable=False).state
engines = Engines.of(state, {})
engines.create_cluster_if_needed(lambda line: None)
running = engines.service("postgres").spawn()
StateFile(state.directory, processes={"postgres": running.identity}).write()
running.wait_ready()
print(state.directory, state.cluster, running.identity.pid, running.identity.started, sep="\\t", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _as_nobody() -> dict[str, object]:
    """Arguments that make a child an ordinary user; skips where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("only root can start a process as another user; the other test runs as an ordinary user already")
    nobody = pwd.getpwnam("nobody")
    account: dict[str, object] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}
    can = [sys.executable, "-c", "import config.runner.postgres"]
    try:
        subprocess.run(can, capture_output=True, check=True, env=_ENV, **account)  # type: ignore[call-overload]
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("the user nobody cannot reach this Python or this folder")
    return account


@pytest.mark.parametrize("account", ["caller", "nobody"])
def test_what_a_killed_session_left_is_swept_away(account: str) -> None:
    run_as = _as_nobody() if account == "nobody" else {}
    made = subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-c", _MAKE_AND_DIE], capture_output=True, text=True, check=False, env=_ENV, **run_as
    )
    assert made.returncode == -signal.SIGKILL, made.stderr
    directory, cluster, pid, started = made.stdout.strip().split("\t")
    left_over = ProcessIdentity(int(pid), started)
    assert left_over.alive()
    code = "from config.runner.temporary import sweep; sweep()"
    subprocess.run([sys.executable, "-c", code], check=True, env=_ENV, **run_as)  # type: ignore[call-overload]
    assert not left_over.alive()
    assert not Path(directory).exists()
    assert not Path(cluster).exists()
