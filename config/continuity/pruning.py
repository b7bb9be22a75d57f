"""Ageing out: on the day on which retention says that the last copy is gone, it is gone (retention/rules/horizon).

A chain of a base and its increments goes as one, by the day of its base. What lies at the second place decides, not our
rows: after a restore the place knows of backups that the database does not.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import orjson
from django.db import transaction

from archive.access.audit import audit
from archive.access.models import Department
from archive.storage.backups import BackupCopy, BackupRun, BackupSheet, BackupState
from archive.storage.contract import Locked, Missing
from archive.storage.models import StoredObject
from config.continuity.backups import ACTOR, one_at_a_time
from config.continuity.copying import attempts_found, copy_names
from config.continuity.manifest import folder
from config.continuity.place import Place
from retention.rules.horizon import backup_horizon

_BATCH = 1_000


def backups_prune(place: Place, *, at: datetime) -> list[str]:
    """Delete what has aged out, and what failed; return the names of the backups that went.

    A file under lock stays until the next time. Raises Unavailable and BackupBusy.
    """
    today = _day(at)
    with one_at_a_time():
        gone = []
        for name in sorted(_at_place(place)):
            run = BackupRun.objects.filter(name=name).first()
            failed = run is not None and run.state == BackupState.FAILED
            if (failed or _aged(_began(_base_of(place, name)), today)) and _delete(place, name):
                gone.append(name)
        with transaction.atomic():
            runs = BackupRun.objects.filter(name__in=gone)
            runs.filter(state=BackupState.GOOD).update(state=BackupState.PRUNED)
            runs.update(pruned_at=at)
            if gone:
                audit(ACTOR, "backup.pruned", at=at, object_kind="backup", count=len(gone))
        _prune_copies(place, today)
        return gone


def leftovers_sweep(place: Place) -> int:
    """Delete parts of copies that no row knows: tries that were cut short. Returns how many parts."""
    swept = 0
    with one_at_a_time():
        for (key, attempt), names in attempts_found(place.names("objects/")).items():
            sheet = int(names[0].split("/")[1])
            if not BackupCopy.objects.filter(key=UUID(key), sheet_id=sheet, attempt=attempt).exists():
                for name in names:
                    place.delete(name)
                    swept += 1
    return swept


def _prune_copies(place: Place, today: date) -> None:
    """Delete copies of what was destroyed long enough ago, and all of sheets that nothing hangs on any more."""
    for copies in _batches():
        known = {
            stored.key: stored.doomed_at or stored.gone_at
            for stored in StoredObject.objects.filter(key__in=[copy.key for copy in copies])
        }
        for copy in copies:
            ended = known.get(copy.key, copy.copied_at)
            if ended is not None and _aged(ended, today):
                _delete_copy(place, copy)
    newest = BackupSheet.objects.order_by("-number").first()
    for sheet in BackupSheet.objects.exclude(pk=newest.pk if newest else 0):
        if not sheet.runs.filter(state__in=[BackupState.GOOD, BackupState.RUNNING]).exists():
            for copy in sheet.copies.all():
                _delete_copy(place, copy)


def _batches() -> Iterator[list[BackupCopy]]:
    after = 0
    while batch := list(BackupCopy.objects.filter(pk__gt=after).order_by("pk")[:_BATCH]):
        after = batch[-1].pk
        yield batch


def _delete_copy(place: Place, copy: BackupCopy) -> None:
    try:
        for name in copy_names(copy):
            place.delete(name)
    except Locked:
        return
    copy.delete()


def _delete(place: Place, name: str) -> bool:
    """Delete a backup, its manifest first, so that half of it is never taken for a whole one."""
    names = sorted(place.names(f"{folder(name)}/"), key=lambda each: (not each.endswith("/manifest"), each))
    try:
        for each in names:
            place.delete(each)
    except Locked:
        return False
    return True


def _at_place(place: Place) -> set[str]:
    return {name.split("/")[1] for name in place.names("backups/")}


def _base_of(place: Place, name: str) -> str:
    """Return the name of the backup on which this one hangs, by its row or by what it says itself."""
    run = BackupRun.objects.filter(name=name).select_related("base").first()
    if run is not None:
        return run.base.name if run.base else name
    try:
        return str(orjson.loads(place.read(f"{folder(name)}/manifest.json"))["base"]) or name
    except (Missing, ValueError, KeyError, TypeError):
        return name


def _began(name: str) -> datetime:
    return datetime.strptime(name.partition("-")[0], "%Y%m%dt%H%M%S%fz").replace(tzinfo=UTC)


def _aged(moment: datetime, today: date) -> bool:
    return backup_horizon().last_copy_gone_on(_day(moment)) <= today


def _day(moment: datetime) -> date:
    department = Department.objects.first()
    return department.day(moment) if department else moment.astimezone(UTC).date()
