"""Evidence objects at the second place: written once, so copied once, sealed to the sheet in use, and read back.

A copy lies under `objects/SHEET/KK/KEY.ATTEMPT.PART`; an attempt that was cut short has another name than the one that
was finished, and is swept. A new sheet copies everything again: its holder must be able to open all of it.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

from django.db.models import Exists, OuterRef, QuerySet

from archive.storage.backups import BackupCopy, BackupSheet
from archive.storage.contract import Damaged, Missing
from archive.storage.models import StoredObject
from archive.storage.services import object_chunks
from config.continuity.errors import NotOurs
from config.continuity.place import Place
from config.continuity.sealing import recipient_read, seal

_BATCH = 500


@dataclass(slots=True)
class Copied:
    """What one round of copying did. `refused` are the keys of objects that the evidence store could not give."""

    count: int
    octets: int
    refused: list[str]


def objects_of(sheet: BackupSheet) -> QuerySet[StoredObject]:
    """Return the living objects that have no copy under this sheet yet."""
    copy = BackupCopy.objects.filter(key=OuterRef("key"), sheet=sheet)
    return StoredObject.objects.filter(doomed_at=None, gone_at=None).exclude(Exists(copy))


def objects_copy(place: Place, sheet: BackupSheet, *, at: datetime, told: Callable[[int], None]) -> Copied:
    """Copy what has no copy yet; `told` hears how many are done. Killed, it goes on where it was.

    An object that the store cannot give whole is left out and named. Raises what the second place raises.
    """
    done, after, recipient = Copied(0, 0, []), 0, recipient_read(sheet.recipient)
    while batch := list(objects_of(sheet).filter(pk__gt=after).order_by("pk")[:_BATCH]):
        for stored in batch:
            after = stored.pk
            attempt = secrets.token_hex(4)
            writing = _Writing(place, partial(copy_name, sheet.number, str(stored.key), attempt), [])
            try:
                seal(object_chunks(stored), [recipient], writing.keep)
            except (Missing, Damaged):
                if StoredObject.objects.filter(pk=stored.pk, doomed_at=None, gone_at=None).exists():
                    done.refused.append(str(stored.key))
                continue
            BackupCopy.objects.create(
                key=stored.key,
                sheet=sheet,
                attempt=attempt,
                parts=len(writing.sizes),
                octets=sum(writing.sizes),
                copied_at=at,
            )
            done.count += 1
            done.octets += sum(writing.sizes)
            told(done.count)
    return done


def copy_name(sheet: int, key: str, attempt: str, part: int) -> str:
    """Return the name of one part of a copy."""
    return f"objects/{sheet}/{key[:2]}/{key}.{attempt}.{part:05}"


def copy_names(copy: BackupCopy) -> Iterator[str]:
    """Yield the names of all parts of a copy."""
    for part in range(copy.parts):
        yield copy_name(copy.sheet_id, str(copy.key), copy.attempt, part)


def attempts_found(names: Iterator[str]) -> dict[tuple[str, str], list[str]]:
    """Sort the names of an `objects/SHEET/…` listing by (key, attempt), each with its parts in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        key, attempt, _ = name.rpartition("/")[2].split(".")
        found.setdefault((key, attempt), []).append(name)
    return {each: sorted(parts) for each, parts in found.items()}


@dataclass(slots=True)
class _Writing:
    """The parts of one copy as they are written; each is read back at once."""

    place: Place
    name: Callable[[int], str]
    sizes: list[int]

    def keep(self, octets: bytes) -> None:
        name = self.name(len(self.sizes))
        self.place.put(name, octets)
        if sha256(self.place.read(name)).digest() != sha256(octets).digest():
            raise NotOurs(f"{name} at the second place is not what was put there.")
        self.sizes.append(len(octets))
