"""Bits of objects: in one copy, in the other, in both, in the only one; and files that are gone."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.utils import timezone

from archive.jobs.models import Job, JobState
from archive.jobs.services import Claim, job_claim, job_enqueue
from archive.storage.alarms import fixity_alarms
from archive.storage.contract import Damaged, Missing
from archive.storage.copies import copies_follow
from archive.storage.file_store import FileEvidenceStore
from archive.storage.fixity import FIXITY, Limits, Round
from archive.storage.models import Finding, FixityFinding, Outcome, StoredCopy, StoredObject
from archive.storage.reading import object_bytes
from archive.storage.selection import copy_store, stores
from archive.storage.services import object_put
from config.demo.waiting import wait_for
from config.drills.bits import Unnoticed, bit_flip

OBJECTS = 12  #: harmed in each case
_LARGEST = 400_000
_JOB = "drill.bitflip"  #: no worker knows it
_FAST = Limits(period=timedelta(days=90), bytes_per_second=1 << 40, round_bytes=1 << 40)


@dataclass(frozen=True, slots=True)
class Kept:
    """An object and the bytes that it must read as."""

    row: StoredObject
    octets: bytes


def one_copy(name: str, harm: str) -> Callable[[Random], str]:
    """Return the case that harms the copies of one store: each is named, and mended from the other store."""

    def case(chance: Random) -> str:
        with _two_stores():
            kept = list(_keep(chance))
            _harm(kept, [name], harm, chance)
            _still_read(kept)
            since = timezone.now()
            _look()
            bad = Finding.MISSING if harm == "removed" else Finding.DAMAGED
            _expect(kept, [name], bad, since)
            _expect(kept, [name], Finding.REPAIRED, since)
            for one in kept:
                for copy in StoredCopy.objects.filter(object=one.row):
                    if _path(copy).read_bytes() != one.octets or copy.outcome != Outcome.GOOD:
                        raise Unnoticed(f"The copy of {one.row.key} in {copy.store} was not mended.")
            return f"{len(kept)} of {len(kept)} copies {harm} in {name}: read from the other store, named, and put anew"

    return case


def every_copy(chance: Random) -> str:
    """Both copies lose a bit: nothing can be mended, nothing wrong is ever read, and each copy is an alarm."""
    with _two_stores():
        kept = list(_keep(chance))
        names = list(stores())
        _harm(kept, names, "flipped", chance)
        _never_read(kept)
        since = timezone.now()
        _look()
        _look()  # the first look may find the second copy bad only while it mends the first
        _alarmed(kept, names, since)
        return f"{len(kept)} of {len(kept)} objects flipped in both stores: never read as good, {2 * len(kept)} alarms"


def only_copy(chance: Random) -> str:
    """There is one store only, and it loses a bit."""
    with _one_store():
        kept = list(_keep(chance))
        _harm(kept, ["file"], "flipped", chance)
        _never_read(kept)
        since = timezone.now()
        _look()
        _alarmed(kept, ["file"], since)
        return f"{len(kept)} of {len(kept)} only copies flipped: never read as good, each an alarm"


OBJECT_CASES: tuple[tuple[str, Callable[[Random], str]], ...] = (
    ("object, first copy", one_copy("file", "flipped")),
    ("object, second copy", one_copy("file-copy", "flipped")),
    ("object, first gone", one_copy("file", "removed")),
    ("object, second gone", one_copy("file-copy", "removed")),
    ("object, both copies", every_copy),
    ("object, only copy", only_copy),
)


@contextmanager
def _two_stores() -> Iterator[None]:
    """Name a second store for this process. The worker has none, so its own rounds are put off meanwhile."""
    _put_off_rounds()
    folder = Path(settings.DAYBOOK_STATE_DIR) / "drill-copy"
    folder.mkdir(exist_ok=True)
    before, settings.STORAGE_COPY_URL = settings.STORAGE_COPY_URL, f"file://{folder}"
    try:
        yield
    finally:
        settings.STORAGE_COPY_URL = before


@contextmanager
def _one_store() -> Iterator[None]:
    _put_off_rounds()
    before, settings.STORAGE_COPY_URL = settings.STORAGE_COPY_URL, ""
    try:
        yield
    finally:
        settings.STORAGE_COPY_URL = before


def _put_off_rounds() -> None:
    """Let no fixity round of the worker come before tomorrow, and wait for the end of one under way."""

    def quiet() -> bool | None:
        tomorrow = timezone.now() + timedelta(days=1)
        job_enqueue(kind=FIXITY, queue="heavy", at=timezone.now(), due_at=tomorrow)
        Job.objects.filter(kind=FIXITY, state=JobState.WAITING).update(due_at=tomorrow)
        return None if Job.objects.filter(kind=FIXITY, state=JobState.RUNNING).exists() else True

    wait_for("The end of the fixity round under way", quiet)


def _keep(chance: Random) -> Iterator[Kept]:
    """Put objects of chance bytes, and let their second copies follow if there is a second store."""
    kept = []
    for _ in range(OBJECTS):
        octets = chance.randbytes(chance.randrange(1, _LARGEST))
        row = object_put([octets], compartment="public", at=timezone.now())
        row.save(force_insert=True)
        kept.append(Kept(row, octets))
    claim = _claim()
    copies_follow(claim, now=timezone.now)
    claim.finish(at=timezone.now())
    if copy_store() is not None and StoredObject.objects.filter(copied_at=None, doomed_at=None).exists():
        raise Unnoticed("Some objects have no second copy.")
    yield from kept


def _claim() -> Claim:
    at = timezone.now()
    claim = job_claim(job_enqueue(kind=_JOB, queue="foreground", at=at, due_at=at).pk, at=timezone.now())
    if claim is None:
        raise Unnoticed("The drill's own job was taken by somebody else.")
    return claim


def _look() -> None:
    """Read everything that is due now, as the product does each hour."""
    Round(_claim(), known=stores(), limits=_FAST, now=timezone.now, clock=time.monotonic, pause=time.sleep).work()


def _path(copy: StoredCopy) -> Path:
    store = stores()[copy.store]
    if not isinstance(store, FileEvidenceStore):
        raise TypeError("The drill harms files.")
    return store.path_of(str(copy.key))


def _harm(kept: Iterable[Kept], names: Iterable[str], harm: str, chance: Random) -> None:
    for one in kept:
        for copy in StoredCopy.objects.filter(object=one.row, store__in=list(names)):
            if harm == "removed":
                _path(copy).unlink()
            else:
                bit_flip(_path(copy), chance)


def _still_read(kept: Iterable[Kept]) -> None:
    for one in kept:
        if object_bytes(one.row) != one.octets:
            raise Unnoticed(f"Object {one.row.key} was read as other bytes than were kept.")


def _never_read(kept: Iterable[Kept]) -> None:
    for one in kept:
        try:
            object_bytes(one.row)
        except (Damaged, Missing):
            continue
        raise Unnoticed(f"Object {one.row.key} was read as if it were whole.")


def _expect(kept: list[Kept], names: list[str], code: Finding, since: datetime) -> None:
    """Raise Unnoticed unless there is just one such finding for each harmed copy, and none for another."""
    found = sorted(
        (key, store)
        for key, store in FixityFinding.objects.filter(code=code, at__gte=since).values_list("object_key", "store")
    )
    wanted = sorted((one.row.key, name) for one in kept for name in names)
    if found != wanted:
        raise Unnoticed(f"{len(wanted)} findings of {code} were due, and {len(found)} are there, or of other copies.")


def _alarmed(kept: list[Kept], names: list[str], since: datetime) -> None:
    _expect(kept, names, Finding.DAMAGED, since)
    _expect(kept, names, Finding.IRREPARABLE, since)
    wanted = {one.row.key for one in kept}
    if fixity_alarms().filter(object_key__in=wanted).count() != len(kept) * len(names):
        raise Unnoticed("Not every copy that cannot be mended is an open alarm.")
    # What the drill broke for good is not left to the rounds that come after it.
    StoredObject.objects.filter(key__in=wanted).update(doomed_at=timezone.now())
