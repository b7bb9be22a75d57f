"""A copy that is damaged or missing is put anew from one that is good, read again, and only then taken for good."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from archive.storage.contract import Damaged, EvidenceStore, Missing, Standing, Stored, StoreError
from archive.storage.findings import copy_locked, finding_write, outcome_write
from archive.storage.models import Finding, FixityFinding, ObjectIntent, Outcome, StoredCopy
from archive.storage.reading import Place, place_chunks
from archive.storage.services import SWEEP_AFTER, put_under_intent

PATIENCE = timedelta(days=1)  #: a store that could repair and does not answer for so long does not repair

Watch = Callable[[Iterator[bytes]], Iterator[bytes]]


class Repair(Enum):
    """How an attempt to repair ended."""

    DONE = "done"
    LATER = "later"  #: a store did not answer; the next round tries again
    NEVER = "never"  #: no good copy is left
    VOID = "void"  #: the object was destroyed, or the copy replaced, meanwhile


def copy_repair(
    copy: StoredCopy, *, known: Mapping[str, EvidenceStore], watch: Watch, now: Callable[[], datetime]
) -> Repair:
    """Put good bytes of another copy in place of this one, whose row says that it is bad.

    The new bytes get a key of their own, so nothing is overwritten; the old ones are handed to the sweeper, which waits
    for their lock. A copy that nothing can repair becomes an alarm. May be killed at any line.
    """
    later = False
    for other in StoredCopy.objects.select_related("object").filter(object_id=copy.object_id).exclude(pk=copy.pk):
        if other.store not in known:
            continue
        try:
            put, standing = _put_again(copy, other, known, watch, now())
        except (Missing, Damaged) as error:
            _other_is_bad(other, error, now())
        except StoreError:
            later = True
        else:
            return _replace(copy, put, standing, other.store, now())
    if later and not _waited_long(copy, now()):
        return Repair.LATER
    return _give_up(copy, now())


def _put_again(
    copy: StoredCopy, other: StoredCopy, known: Mapping[str, EvidenceStore], watch: Watch, at: datetime
) -> tuple[Stored, Standing]:
    """Put the bytes of `other` beside `copy`, read them again, and flag them if `copy` was flagged.

    Raises Missing or Damaged of the other copy, and another StoreError when the outcome is not certain.
    """
    source = Place(known[other.store], str(other.key), other.version_id)
    store = known[copy.store]
    put = put_under_intent(store, watch(place_chunks(copy.object, source)), at=at)
    try:
        for _ in watch(place_chunks(copy.object, Place(store, put.key, put.version_id))):
            pass
    except (Missing, Damaged) as error:
        raise StoreError(f"What was put anew cannot be read again: {error}") from error
    if copy.held is not False:
        store.hold(put.key, put.version_id, on=True)
    return put, store.standing(put.key, put.version_id)


def _replace(copy: StoredCopy, put: Stored, standing: Standing, source: str, at: datetime) -> Repair:
    with transaction.atomic():
        row = copy_locked(copy)
        if row is None:
            return Repair.VOID  # the intent of the new bytes stays, and they are swept
        finding_write(row, Finding.REPAIRED, at=at, repaired_from=source)
        ObjectIntent.objects.update_or_create(
            key=row.key,
            defaults={"store": row.store, "version_id": row.version_id, "created_at": at - SWEEP_AFTER},
        )
        row.key, row.version_id = uuid.UUID(put.key), put.version_id
        row.lock_until, row.level, row.held = standing.lock_until, standing.level, standing.held
        row.flag_due_at = at
        row.put_at = row.checked_at = at
        row.outcome = Outcome.GOOD
        row.save()
        ObjectIntent.objects.filter(key=row.key).delete()
    return Repair.DONE


def _other_is_bad(other: StoredCopy, error: StoreError, at: datetime) -> None:
    with transaction.atomic():
        row = copy_locked(other)
        if row is not None:
            outcome_write(row, Outcome.MISSING if isinstance(error, Missing) else Outcome.DAMAGED, at=at)


def _waited_long(copy: StoredCopy, at: datetime) -> bool:
    found = FixityFinding.objects.filter(copy_key=copy.key, code__in=[Finding.DAMAGED, Finding.MISSING])
    last = found.order_by("-at").first()
    return last is not None and last.at < at - PATIENCE


def _give_up(copy: StoredCopy, at: datetime) -> Repair:
    with transaction.atomic():
        row = copy_locked(copy)
        if row is None:
            return Repair.VOID
        if row.outcome != Outcome.IRREPARABLE:
            finding_write(row, Finding.IRREPARABLE, at=at)
            StoredCopy.objects.filter(pk=row.pk).update(outcome=Outcome.IRREPARABLE)
    return Repair.NEVER
