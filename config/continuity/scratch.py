"""A restore into a scratch place, and records proved in it.

Monthly, the database is sealed to the sheet *and* to a second key that is drawn for this one backup and lives in the
memory of this process only. The backup is then fetched from the second place, opened by that key, put together, started
as a PostgreSQL of its own, and records are proved against the checkpoint in the signed manifest. The key ends with the
run. What this shows and what only the sheet's own key can show: docs/decisions/0007-backup.md.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from archive.access.audit import audit
from archive.ledger.note import Verifier
from archive.storage.backups import BackupProof, BackupRun, ProofKind
from archive.storage.contract import StoreError
from config.continuity.backups import ACTOR, backup_make
from config.continuity.copying import attempts_found
from config.continuity.errors import ContinuityError, NotProved
from config.continuity.manifest import Manifest, manifest_read
from config.continuity.place import Place
from config.continuity.proving import RECORDS
from config.continuity.restoring import chain_of, cluster_fetch, newest_manifest, state_fetch, trusted_by
from config.continuity.sealing import identity_new, unseal
from config.continuity.sheets import trusted_signers
from config.runner.binaries import PostgresBinaries
from config.runner.errors import RunnerError
from config.runner.folders import make_folder, mode_of_new_folders
from config.runner.ports import free_port
from config.runner.postgres import PostgresCluster, give_to_engine
from config.runner.state import ROOT, read_about
from config.runner.state_file import StateFile

_PREFIX = ".scratch-"


@dataclass(slots=True)
class Scratch:
    """A restored database that runs in a scratch place."""

    manifest: Manifest
    folder: Path
    cluster: PostgresCluster

    def url(self, role: str) -> str:
        """Return the address of the database for a role, whose password came with the backup."""
        password = (self.folder / "state" / "secrets" / role).read_text()
        return self.cluster.url(role, password, "daybook")

    def prove(self, records: int) -> dict[str, Any]:
        """Prove records against the checkpoint of the manifest in a process that has this database only."""
        note = self.folder / "checkpoint"
        note.write_text(self.manifest.checkpoint)
        command = [sys.executable, "-P", str(ROOT / "manage.py"), "prove-records", "--json", f"--records={records}"]
        command += [f"--vkey={self.manifest.vkey}", *([f"--checkpoint={note}"] if self.manifest.checkpoint else [])]
        env = {name: value for name, value in os.environ.items() if not name.startswith("DAYBOOK_STREAM")}
        env |= {"DATABASE_URL": self.url("daybook_app"), "DAYBOOK_ROLE": "app", "DAYBOOK_STATE_DIR": str(self.folder)}
        env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=ROOT)
        try:
            told: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            lines = done.stderr.strip().splitlines() or ["it said nothing"]
            raise NotProved(f"The restored database could not be read: {lines[-1]}") from None
        return told


def backup_prove(place: Place, *, at: datetime, records: int = RECORDS) -> BackupProof:
    """Make a whole backup and an increment, restore them from the second place into a scratch place, prove records.

    Objects are not opened: they are sealed to the sheet alone. Raises what `backup_make` raises; what the restore shows
    is in the proof.
    """
    identity = identity_new()
    backup_make(place, at=at, base=True, also_to=[identity.to_public()])
    run = backup_make(place, at=timezone.now(), also_to=[identity.to_public()])
    begun = time.monotonic()
    proved, finding = 0, ""
    try:
        with restored(place, identity, trusted_signers(), name=run.name) as scratch:
            told = scratch.prove(records)
        proved, finding = int(told["records"]), "; ".join(told["findings"][:3])
    except (ContinuityError, StoreError, RunnerError) as error:
        finding = str(error)
    return _note(run, ProofKind.SCRATCH, proved, 0, time.monotonic() - begun, finding)


def sheet_prove(place: Place, identity: Any, *, records: int = RECORDS) -> BackupProof:
    """Restore the newest backup that the sheet's key opens into a scratch place, prove records and open objects.

    Raises WrongKey, NotOurs, and what the second place raises before anything was restored.
    """
    begun = time.monotonic()
    trusted = trusted_by(identity, place)
    manifest = newest_manifest(place, trusted)
    run = BackupRun.objects.get(name=manifest.name)
    proved, opened, finding = 0, 0, ""
    try:
        with restored(place, identity, trusted, name=manifest.name) as scratch:
            told = scratch.prove(records)
            proved, findings = int(told["records"]), list(told["findings"])
            opened, damaged = _objects_open(place, identity, scratch, records)
        finding = "; ".join([*findings, *damaged][:3])
    except (ContinuityError, StoreError, RunnerError) as error:
        finding = str(error)
    return _note(run, ProofKind.SHEET, proved, opened, time.monotonic() - begun, finding)


@contextmanager
def restored(place: Place, identity: Any, trusted: list[Verifier], *, name: str) -> Iterator[Scratch]:
    """Restore a backup into a folder beside the cluster for a block, and start it; nothing of it stays."""
    cluster = read_about(Path(settings.DAYBOOK_STATE_DIR)).cluster
    _sweep(cluster)
    folder = cluster.with_name(f"{cluster.name}{_PREFIX}{secrets.token_hex(4)}")
    make_folder(folder, mode_of_new_folders())
    try:
        manifest = manifest_read(place, name, trusted)
        work = folder / "work"
        work.mkdir(mode=0o700)
        programs = Path(settings.POSTGRES_PROGRAMS)
        chain = chain_of(place, manifest, trusted)
        cluster_fetch(place, chain, identity, work=work, into=folder / "cluster", programs=programs)
        state_fetch(place, manifest, identity, folder / "state")
        give_to_engine(folder / "cluster")
        scratch = Scratch(
            manifest,
            folder,
            PostgresCluster(
                binaries=PostgresBinaries(manifest.engine.split()[0], programs),
                directory=folder / "cluster",
                port=free_port(),
                password=(folder / "state" / "secrets" / "postgres").read_text(),
                log=folder / "postgres.log",
                durable=False,
            ),
        )
        file = StateFile(folder)
        running = scratch.cluster.prepare().spawn()
        file.processes = {"postgres": running.identity}
        file.write()
        running.wait_ready()
        yield scratch
        file.end_all()
        running.popen.wait()
    finally:
        StateFile.read(folder).end_all()
        shutil.rmtree(folder, ignore_errors=True)


def _objects_open(place: Place, identity: Any, scratch: Scratch, count: int) -> tuple[int, list[str]]:
    """Open copies of objects, drawn by lot from the restored database; return how many hold, and what does not."""
    with psycopg.connect(scratch.url("daybook_app")) as session:
        drawn = session.execute(
            "SELECT key, sha256 FROM stored_object WHERE doomed_at IS NULL AND gone_at IS NULL"
            " ORDER BY random() LIMIT %s",
            [count],
        ).fetchall()
    held, damaged = 0, []
    for key, wanted in drawn:
        prefix = f"objects/{scratch.manifest.sheet}/{str(key)[:2]}/{key}."
        digests = set()
        for parts in attempts_found(place.names(prefix)).values():
            digest = sha256()
            try:
                unseal((place.read(part) for part in parts), identity, digest.update)
            except (ContinuityError, StoreError):
                continue
            digests.add(digest.digest())
        if bytes(wanted) in digests:
            held += 1
        else:
            damaged.append(f"Object {key} is not at the second place as it was stored.")
    return held, damaged


def _sweep(cluster: Path) -> None:
    """End and remove scratch places that a crash left."""
    for left in cluster.parent.glob(f"{cluster.name}{_PREFIX}*"):
        StateFile.read(left).end_all()
        shutil.rmtree(left, ignore_errors=True)


def _note(run: BackupRun, kind: ProofKind, records: int, objects: int, seconds: float, finding: str) -> BackupProof:
    at = timezone.now()
    with transaction.atomic():
        proof = BackupProof.objects.create(
            run=run,
            kind=kind,
            at=at,
            records=records,
            objects_opened=objects,
            seconds=seconds,
            held=not finding,
            finding=finding[:500],
        )
        audit(ACTOR, "backup.proved", at=at, object_kind="backup", object_ref=run.name, count=records)
    return proof
