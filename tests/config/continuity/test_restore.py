"""An empty machine, the sheet's key and the second place: that is all a restore has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from archive.access.actor import Actor
from archive.storage.models import StoredObject
from config.continuity.backups import backup_make
from config.continuity.file_place import FilePlace
from config.continuity.sheets import sheet_new
from config.runner.engines import Engines
from config.runner.environment import Role
from config.runner.state import ROOT, Kind, cluster_folder, read_about
from config.runner.upgrading import cluster_move
from tests.config.continuity.conftest import WHEN
from tests.config.continuity.house import House, house

pytestmark = [pytest.mark.long, pytest.mark.drilled("restore")]


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DAYBOOK_", "DATABASE_URL"))}
    env |= {"DAYBOOK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "config.runner", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_lost_state_comes_back_from_the_sheet_and_the_second_place_only(
    home: House, place: Path, tmp_path: Path
) -> None:
    from tests.foia.scene import Said, captured, page

    made = sheet_new(actor=Actor(process="test"), at=timezone.now())
    second = FilePlace(place)
    backup_make(second, at=timezone.now())
    captured(page("another"), *(Said(f"After the base backup, number {n}.") for n in range(5)), at=WHEN)
    home.manage("sequence", "--once", role=Role.SEQUENCER)
    last = backup_make(second, at=timezone.now())
    assert last.parent is not None
    key = tmp_path / "key.txt"
    key.write_text(made.identity)
    machine = (tmp_path / "machine").resolve()
    try:
        done = run(machine, "restore", "--from", place.as_uri(), "--identity", str(key))
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"Everything up to {last.started_at:%Y-%m-%d %H:%M:%S} UTC is here." in done.stdout
        assert "100 records proved" in done.stdout
        assert f"{StoredObject.objects.count()} evidence objects came back" in done.stdout
        state = read_about(machine / Kind.TEST)
        assert state.origin == home.state.origin
        for name in ("log-key", "recapture-key"):
            assert state.secrets.key_file(name).read_bytes() == home.state.secrets.key_file(name).read_bytes()
        again = run(machine, "restore", "--from", place.as_uri(), "--identity", str(key))
        assert again.returncode == 2
        assert "already" in again.stderr
    finally:
        shutil.rmtree(cluster_folder(machine), ignore_errors=True)


def test_a_wrong_key_makes_nothing(home: House, place: Path, tmp_path: Path) -> None:
    sheet_new(actor=Actor(process="test"), at=timezone.now())
    backup_make(FilePlace(place), at=timezone.now())
    key = tmp_path / "key.txt"
    from config.continuity.sealing import identity_new

    key.write_text(str(identity_new()))
    machine = (tmp_path / "machine").resolve()
    try:
        done = run(machine, "restore", "--from", place.as_uri(), "--identity", str(key))
        assert done.returncode == 2
        assert "Nothing was restored" in done.stderr
        assert not (machine / Kind.TEST).exists()
        assert not list(cluster_folder(machine).glob("restoring-*"))
    finally:
        shutil.rmtree(cluster_folder(machine), ignore_errors=True)


def test_an_upgrade_moves_every_row_and_keeps_the_old_cluster() -> None:
    with house() as own:
        old = own.engines.postgres
        with psycopg.connect(old.superuser_url("daybook"), autocommit=True) as session:
            session.execute("INSERT INTO compartment (code, name, sealed) VALUES ('kept', 'It''s kept', false)")
        _end(own)
        moved = cluster_move(old, old, own.state.directory, say=lambda line: None)
        assert moved.tables > 50
        assert (moved.aside / "PG_VERSION").is_file()
        running = Engines.of(own.state, own.engines.ports).service("postgres").spawn()
        try:
            running.wait_ready()
            with psycopg.connect(own.engines.database_url("daybook_app")) as session:
                row = session.execute("SELECT name FROM compartment WHERE code = 'kept'").fetchone()
            assert row == ("It's kept",)
            done = own.manage("table_classes")
            assert done is not None
        finally:
            running.popen.terminate()
            running.popen.wait()
            shutil.rmtree(moved.aside)


def _end(own: House) -> None:
    from config.runner.state_file import StateFile

    StateFile.read(own.state.directory).end_all()
