"""What is exported can be counted, opened and checked by programs that know nothing of Daybook."""

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import bagit
import pytest
from django.db import connection

from archive.access.actor import Actor
from archive.access.models import AuditEntry, User
from archive.access.policy import Denied
from archive.access.services import user_appoint
from archive.ledger.models import EventContent
from archive.packages.texts import VERIFIER
from config.continuity.errors import ContinuityError
from config.continuity.export.everything import export_all
from config.continuity.export.tables import LEFT_OUT, tables
from config.runner.environment import Role
from tests.config.continuity.conftest import WHEN
from tests.config.continuity.house import House


def administrator() -> Actor:
    user_appoint(username="admin", name="Robin", offices=["administrator"], password="only for tests 1", at=WHEN)
    return Actor(user=User.objects.get(username="admin"))


def exported(home: House, folder: Path, actor: Actor | None = None) -> Path:
    """Export everything; the sequencer runs once while the export waits for it."""

    def sequence(seconds: float) -> None:
        home.manage("sequence", "--once", role=Role.SEQUENCER)

    export_all(folder, actor=actor or administrator(), at=WHEN, say=lambda line: None, wait=sequence)
    return folder


def judged(home: House, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let the program that checks bundles judge the folder: ours, not the one that lies in it."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), "--vkey", home.env(Role.APP)["DAYBOOK_LOG_VKEY"], str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def counts() -> dict[str, int]:
    """Return how many rows each exported table has."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables():
            cursor.execute(f'SELECT count(*) FROM "{table.name}"')
            found[table.name] = cursor.fetchone()[0]
    return found


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    with (folder / "data" / "tables" / f"{table}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_the_counts_are_rebuilt_from_the_files_alone(home: House, tmp_path: Path) -> None:
    actor = administrator()
    before = counts()
    folder = exported(home, tmp_path / "all", actor)
    with (folder / "data" / "contents.csv").open(encoding="utf-8", newline="") as file:
        contents = {line["path"]: line for line in csv.DictReader(file)}
    names = {table.name for table in tables()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        there = {name for (name,) in cursor.fetchall()}
    for name in names:
        written = len(rows(folder, name))
        begun = 1 if name in ("audit_entry", "audit_pending") else 0  # the entry that says that it began
        assert written == before[name] + begun, name
        assert int(contents[f"data/tables/{name}.jsonl"]["rows"]) == written
    library = {name for name in there if name.startswith(("django_", "auth_", "person_groups", "person_user"))}
    assert there - names - library == set(LEFT_OUT)
    records, versions = rows(folder, "record"), rows(folder, "version")
    assert {row["record_id"] for row in versions} == {row["id"] for row in records}
    texts = [json.loads(str(row["fields"])) for row in rows(folder, "ledger_event_content")]
    assert sum("river" in json.dumps(text) for text in texts) >= 120


def test_pictures_and_the_log_are_files_that_can_be_checked(home: House, tmp_path: Path) -> None:
    folder = exported(home, tmp_path / "all")
    stored = {row["id"]: row for row in rows(folder, "stored_object")}
    for row in rows(folder, "media"):
        one = stored[row["stored_id"]]
        path = folder / "data" / "objects" / str(one["key"])[:2] / f"{one['key']}.png"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == str(one["sha256"]).removeprefix("\\x")
        assert path.read_bytes().startswith(b"\x89PNG")
    origin, size, _ = (folder / "data" / "log" / "checkpoint").read_text().split("\n", 2)
    assert origin == home.state.origin
    entries = b"".join(
        path.read_bytes() for path in sorted((folder / "data/log/tile/entries").rglob("*")) if path.is_file()
    )
    count, at = 0, 0
    while at < len(entries):
        at += 2 + int.from_bytes(entries[at : at + 2])
        count += 1
    assert count == int(size)


def test_bagit_accepts_the_bag_and_names_what_was_changed(home: House, tmp_path: Path) -> None:
    folder = exported(home, tmp_path / "all")
    assert (
        subprocess.run([sys.executable, "-m", "bagit", "--validate", str(folder)], capture_output=True).returncode == 0
    )
    bagit.Bag(str(folder)).validate()
    target = folder / "data" / "tables" / "record.jsonl"
    target.write_bytes(target.read_bytes().replace(b"comment", b"CoMMent", 1))
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder)).validate()


def test_the_program_that_checks_bundles_accepts_it_and_names_what_was_changed(home: House, tmp_path: Path) -> None:
    folder = exported(home, tmp_path / "all")
    assert judged(home, folder).stdout.startswith("HOLDS")
    assert judged(home, folder).returncode == 0
    target = folder / "data" / "tables" / "version.jsonl"
    octets = target.read_bytes()
    target.write_bytes(octets[:-3] + bytes([octets[-3] ^ 1]) + octets[-2:])
    manifest = folder / "manifest-sha256.txt"
    assert judged(home, folder).returncode == 1
    assert "[file.changed] data/tables/version.jsonl" in judged(home, folder).stdout
    old, new = hashlib.sha256(octets).hexdigest(), hashlib.sha256(target.read_bytes()).hexdigest()
    before = manifest.read_bytes()
    manifest.write_bytes(before.replace(old.encode(), new.encode()))
    tags = folder / "tagmanifest-sha256.txt"
    was, now = (hashlib.sha256(each).hexdigest().encode() for each in (before, manifest.read_bytes()))
    tags.write_bytes(tags.read_bytes().replace(was, now))
    bagit.Bag(str(folder)).validate()  # to a bag's own rules all is well
    assert "[manifest.seal] manifest-sha256.txt" in judged(home, folder).stdout
    assert judged(home, folder).returncode == 1


def test_without_a_sequencer_everything_is_written_and_the_next_call_seals_it(home: House, tmp_path: Path) -> None:
    folder, waited = tmp_path / "all", list[float]()
    with pytest.raises(ContinuityError, match="has not signed"):
        export_all(folder, actor=administrator(), at=WHEN, say=lambda line: None, wait=waited.append)
    assert len(waited) > 10
    seals = EventContent.objects.filter(schema="production.sealed/1").count()
    assert judged(home, exported(home, folder)).returncode == 0
    again = EventContent.objects.filter(schema="production.sealed/1").count()
    assert again == seals, "the seal of the first call was used"


def test_an_export_without_a_seal_says_so(home: House, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    export_all(folder, actor=administrator(), at=WHEN, say=lambda line: None, seal=False)
    bagit.Bag(str(folder)).validate()
    assert "not sealed in the log" in (folder / "README.txt").read_text()
    assert judged(home, folder).returncode == 1


def test_no_secret_of_the_house_is_exported(home: House, tmp_path: Path) -> None:
    folder = exported(home, tmp_path / "all")
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for path in (home.state.directory / "secrets").iterdir():
        assert path.read_bytes() not in everything, path.name
    assert all("password" not in row for row in rows(folder, "person"))
    assert b"scrypt$" not in everything


def test_a_run_that_was_killed_goes_on_and_says_that_it_did(home: House, tmp_path: Path) -> None:
    folder = tmp_path / "all"

    class Killed(Exception):
        pass

    def say(line: str) -> None:
        if line.endswith(" record"):
            raise Killed

    with pytest.raises(Killed):
        export_all(folder, actor=administrator(), at=WHEN, say=say)
    written = (folder / "data" / "tables" / "account.jsonl").stat().st_mtime_ns
    with (folder / ".finished").open("ab") as file:
        file.write(b"0123 half a line")
    exported(home, folder)
    assert (folder / "data" / "tables" / "account.jsonl").stat().st_mtime_ns == written
    bagit.Bag(str(folder)).validate()
    assert "went on" in (folder / "bag-info.txt").read_text()
    assert "\nDaybook-Storage: file: " in (folder / "bag-info.txt").read_text()
    with pytest.raises(ContinuityError, match="not empty"):
        exported(home, folder)


def test_only_an_administrator_exports_and_it_is_audited(home: House, tmp_path: Path) -> None:
    for office in ("records-manager", "chief", "auditor"):
        user_appoint(username=f"x-{office}", name=office, offices=[office], password="only for tests 1", at=WHEN)
        with pytest.raises(Denied):
            export_all(
                tmp_path / office, actor=Actor(user=User.objects.get(username=f"x-{office}")), at=WHEN, say=print
            )
        assert not (tmp_path / office).exists()
    before = AuditEntry.objects.filter(action__startswith="export.all").count()
    exported(home, tmp_path / "all")
    assert AuditEntry.objects.filter(action__startswith="export.all").count() == before + 2
