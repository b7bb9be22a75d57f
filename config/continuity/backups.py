"""Making a backup: the database as a stream, the secrets, the objects that have no copy yet; sealed, read back.

A backup exists when its signed manifest lies at the second place, which is its last write. Killed at any line before,
it is a failed one whose files are swept. It runs in a process of its own (docs/decisions/0007-backup.md).
"""

import io
import os
import secrets
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.ledger.selectors import latest_checkpoint
from archive.storage.backups import BackupKind, BackupRun, BackupSheet, BackupState
from archive.storage.contract import StoreError
from config.continuity.cluster import ClusterStream
from config.continuity.copying import Copied, objects_copy
from config.continuity.errors import BackupBusy, ContinuityError, EngineRefused
from config.continuity.manifest import Manifest, Part, checked_part, folder, manifest_names, manifest_put
from config.continuity.place import Place
from config.continuity.sealing import recipient_read, seal
from config.continuity.sheets import sheet_in_use, sheet_signer
from retention.rules.horizon import backup_horizon

ACTOR = Actor(process="backup")
NEW_BASE = timedelta(days=7)  #: an increment hangs on its base, and ages out with it
_LOCK = 0x6261636B  # "back": one backup at a time, over all hosts
_PATIENCE_WITH_PROGRESS = 64 << 20


@dataclass(slots=True)
class _Writing:
    """The parts of one sealed stream as they are written."""

    place: Place
    prefix: str
    run: BackupRun
    parts: list[Part]
    shown: int = 0

    def keep(self, octets: bytes) -> None:
        part = Part(f"{self.prefix}.{len(self.parts):05}", len(octets), sha256(octets).hexdigest())
        self.place.put(part.name, octets)
        self.parts.append(part)
        self.run.octets += part.size
        if self.run.octets - self.shown > _PATIENCE_WITH_PROGRESS:
            self.shown = self.run.octets
            self.run.save(update_fields=["octets"])


def backup_make(place: Place, *, at: datetime, base: bool = False, also_to: Iterable[Any] = ()) -> BackupRun:
    """Make a backup at the second place and return it; `base` asks for the whole database where an increment would do.

    `also_to` are further age recipients of database and secrets: the monthly proof has one that lives in memory.
    Raises NoSheet, BackupBusy, EngineRefused, or a StoreError of the second place; the row then says failed, and why.
    """
    sheet = sheet_in_use()
    signer = sheet_signer(sheet)
    with one_at_a_time():
        _settle(place)
        parent = None if base else _parent(sheet, at)
        run = _begin(sheet, parent, at)
        try:
            try:
                manifest, copied = _write(place, run, sheet, list(also_to))
            except EngineRefused:
                if run.parent is None:
                    raise
                run = _again_whole(run, sheet, at)  # for example: the summaries since the parent are not there
                manifest, copied = _write(place, run, sheet, list(also_to))
            for part in (*manifest.cluster, *manifest.state):
                checked_part(place, part)
            digest = manifest_put(place, manifest, signer)
        except (ContinuityError, StoreError) as error:
            _fail(run, str(error))
            raise
        except BaseException as error:
            _fail(run, f"{type(error).__name__} while the backup was made.")
            raise
        _finish(run, manifest, copied, digest)
    return run


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of backups for a block. Raises BackupBusy when another process holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BackupBusy("A backup is being made or pruned just now. Try again when it has ended.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _settle(place: Place) -> None:
    """Say of backups that a crash left running what became of them: the signed manifest decides."""
    left = list(BackupRun.objects.filter(state=BackupState.RUNNING))
    if not left:
        return
    finished = set(manifest_names(place))
    for run in left:
        run.state = BackupState.GOOD if run.name in finished else BackupState.FAILED
        run.finished_at = run.finished_at or run.started_at
        run.failure = "" if run.state == BackupState.GOOD else "The backup was cut short."
        run.save()


def _parent(sheet: BackupSheet, at: datetime) -> BackupRun | None:
    """Return the backup of which the next is an increment, or none when it must be a whole one."""
    last = (
        BackupRun.objects.filter(state=BackupState.GOOD, sheet=sheet)
        .exclude(kind=BackupKind.STORE)
        .select_related("base")
        .order_by("-started_at")
        .first()
    )
    if last is None or not settings.STREAM_URL:
        return None
    base = last.base or last
    if at - base.started_at >= NEW_BASE or not _list_file(last.name).exists():
        return None
    return last


def _begin(sheet: BackupSheet, parent: BackupRun | None, at: datetime) -> BackupRun:
    kind = BackupKind.STORE if not settings.STREAM_URL else BackupKind.INCREMENT if parent else BackupKind.BASE
    began = at.astimezone(UTC)
    return BackupRun.objects.create(
        name=f"{began:%Y%m%dt%H%M%S%fz}-{kind}-{secrets.token_hex(3)}",
        kind=kind,
        parent=parent,
        base=(parent.base or parent) if parent else None,
        sheet=sheet,
        started_at=began,
    )


def _again_whole(run: BackupRun, sheet: BackupSheet, at: datetime) -> BackupRun:
    _fail(run, "No increment could be made; a whole backup takes its place.")
    return _begin(sheet, None, at)


def _write(place: Place, run: BackupRun, sheet: BackupSheet, also_to: list[Any]) -> tuple[Manifest, Copied]:
    head = latest_checkpoint()
    recipients = [recipient_read(sheet.recipient), *also_to]
    cluster = _Writing(place, f"{folder(run.name)}/cluster", run, [])
    if settings.STREAM_URL:
        since = _list_file(run.parent.name).read_bytes() if run.parent else None
        stream = ClusterStream(settings.STREAM_URL, Path(settings.POSTGRES_PROGRAMS), since)
        seal(_deflated(stream.chunks()), recipients, cluster.keep)
        _list_keep(run.name, stream.manifest)
    state = _Writing(place, f"{folder(run.name)}/state", run, [])
    seal([_state_tar()], recipients, state.keep)
    run.save(update_fields=["octets"])
    # After the database: whatever it names has its bytes, and what came since does no harm.
    copied = objects_copy(place, sheet, at=run.started_at, told=lambda count: _show(run, count))
    manifest = Manifest(
        name=run.name,
        kind=run.kind,
        began=run.started_at.isoformat(),
        origin=settings.DAYBOOK_LOG_ORIGIN,
        sheet=sheet.number,
        recipient=sheet.recipient,
        engine=_engine(),
        parent=run.parent.name if run.parent else "",
        base=run.base.name if run.base else "",
        cluster=tuple(cluster.parts),
        state=tuple(state.parts),
        checkpoint=bytes(head.note).decode("utf-8") if head else "",
        log_size=head.size if head else 0,
        log_root=bytes(head.root).hex() if head else "",
        vkey=settings.DAYBOOK_LOG_VKEY,
        objects=sheet.copies.count(),
        horizon_days=backup_horizon().days,
    )
    return manifest, copied


def _show(run: BackupRun, count: int) -> None:
    BackupRun.objects.filter(pk=run.pk).update(objects_copied=count)


def _finish(run: BackupRun, manifest: Manifest, copied: Copied, digest: bytes) -> None:
    with transaction.atomic():
        run.state, run.finished_at = BackupState.GOOD, timezone.now()
        run.objects_copied, run.log_size, run.manifest_sha256 = copied.count, manifest.log_size, digest
        if copied.refused:
            run.failure = (
                f"{len(copied.refused)} evidence objects could not be read whole and are not in it; the first is "
                f"{copied.refused[0]}. See fixity."
            )
        run.save()
        audit(ACTOR, "backup.made", at=run.finished_at, object_kind="backup", object_ref=run.name, count=copied.count)
    for old in _list_file(run.name).parent.glob("*.files"):
        if old != _list_file(run.name):
            old.unlink()


def _fail(run: BackupRun, sentence: str) -> None:
    run.state, run.finished_at, run.failure = BackupState.FAILED, timezone.now(), sentence[:500]
    run.save()


def _deflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    deflating = zlib.compressobj(1)
    for chunk in chunks:
        if smaller := deflating.compress(chunk):
            yield smaller
    yield deflating.flush()


def _state_tar() -> bytes:
    """Return what a state has outside the database and the store: its secrets, its name, its settings. All small."""
    top, out = Path(settings.DAYBOOK_STATE_DIR), io.BytesIO()
    chosen = {name: value for name, value in os.environ.items() if name.startswith("DAYBOOK_") and "FILE" not in name}
    chosen |= {name: os.environ.get(name, "") for name in ("STORAGE_URL", "STORAGE_COPY_URL", "BACKUP_URL")}
    chosen.pop("DAYBOOK_STREAM_URL", None)
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path in sorted([top / "about.json", *(top / "secrets").glob("[!.]*")]):
            if path.is_file():
                _add(tar, str(path.relative_to(top)), path.read_bytes())
        _add(tar, "settings.json", orjson.dumps(chosen, option=orjson.OPT_INDENT_2))
    return out.getvalue()


def _add(tar: tarfile.TarFile, name: str, octets: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(octets), 0o600
    tar.addfile(member, io.BytesIO(octets))


def _engine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _list_file(name: str) -> Path:
    """Where the list of the files of the newest backup lies, by which the next one knows what changed."""
    return Path(settings.DAYBOOK_STATE_DIR) / "backup" / f"{name}.files"


def _list_keep(name: str, octets: bytes) -> None:
    path = _list_file(name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(octets)
    half.replace(path)
