"""The flags in the stores mirror what blocks destruction here: a second lock, in the hands of the store.

A flag is wanted on every copy of a medium of a record that any blocker names: a hold, or another reason of an upper
room. It is put on and taken off by a job, so a store that is away neither holds up a hold nor forgets one: what is due
is marked in the transaction that blocks or frees (`blockers.py`), and every new copy begins as due.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import QuerySet

from archive.destruction.record_holding import KIND as RECORD
from archive.jobs.services import Claim
from archive.storage.contract import EvidenceStore, Missing, StoreError
from archive.storage.models import StoredCopy
from archive.storage.selection import stores as stores_in_force

FLAGS, FLAGS_COMPARE = "destruction.flags", "destruction.flags_compare"
BATCH = 200
TURN = timedelta(seconds=20)  #: after so long the job goes back, so that other work gets the process
REST = timedelta(seconds=5)
LATE = timedelta(hours=1)  #: a flag that is due for longer is a finding

_BLOCKED = (
    "EXISTS (SELECT 1 FROM media m JOIN blocker b ON b.holding_kind = 'record' AND b.holding_id = m.record_id"
    " WHERE m.stored_id = {})"
)


class FlagCode(StrEnum):
    """How a flag differs from what blocks destruction."""

    MISSING = "flag.missing"  #: something blocks it, and the store shows no flag
    STRAY = "flag.stray"  #: nothing blocks it, and the store shows a flag
    LATE = "flag.late"  #: it is due for more than an hour
    UNSEEN = "flag.unseen"  #: the store shows no such bytes; fixity says more


@dataclass(frozen=True, slots=True)
class FlagDifference:
    """One copy whose flag is not as it should be; `found` is none where the store shows no bytes."""

    code: FlagCode
    copy_id: int
    object_key: str
    store: str
    expected: bool
    found: bool | None


def flags_mirror(
    claim: Claim, *, stores: Mapping[str, EvidenceStore], now: Callable[[], datetime]
) -> dict[str, object] | None:
    """Set every flag that is due; return how many were put on and taken off, or none when the job was put back.

    May be killed at any line, and a flag may be set without an answer: until it is certain the copy says so and stays
    due. Raises what a store raised, after the copies in the other stores had their turn.
    """
    counts = {"on": 0, "off": 0}
    failures: dict[str, StoreError] = {}
    begun, done = now(), claim.job.done
    while batch := list(_due(stores, failures)[:BATCH]):
        blocked = blocked_objects(copy.object_id for copy in batch)
        for copy in batch:
            wanted = copy.object_id in blocked
            if copy.store in failures:
                continue
            try:
                changed = _mirror(copy, stores[copy.store], wanted=wanted)
            except StoreError as error:
                failures[copy.store] = error
                continue
            counts["on" if wanted else "off"] += changed
            done += 1
        claim.progress(at=now(), done=done)
        if now() - begun >= TURN:
            claim.wait(until=now() + REST)
            return None
    for failure in failures.values():
        raise failure
    return dict(counts)


def flags_compare(
    *, after: int, limit: int, at: datetime, rows: QuerySet[StoredCopy] | None = None
) -> tuple[list[FlagDifference], int | None]:
    """Compare the next copies after the id `after` with what blocks them; return the differences and where to go on.

    Asks the store of each, and changes nothing. The second value is the id of the last copy compared, none when there
    are no more. `rows` narrows the copies. Raises Unavailable.
    """
    known = {name: store for name, store in stores_in_force().items() if store.flags}
    chosen = StoredCopy.objects.all() if rows is None else rows
    copies = list(
        chosen.select_related("object")
        .filter(store__in=known, object__doomed_at=None, pk__gt=after)
        .order_by("pk")[:limit]
    )
    blocked = blocked_objects(copy.object_id for copy in copies)
    found = [_compare(copy, known[copy.store], wanted=copy.object_id in blocked, at=at) for copy in copies]
    return [one for one in found if one], copies[-1].pk if copies else None


def flags_reconcile(claim: Claim, *, now: Callable[[], datetime]) -> dict[str, object] | None:
    """Compare flags with holds, and have what differs set again; return how many differed, by code.

    First what the rows say is compared with the blockers, then what the stores show of the flags that the rows say are
    on. Flags that nobody knows of are found by fixity, which asks the store about each copy it reads. Resumes.
    """
    begun, after = now(), int(claim.job.cursor.get("after", 0))
    counts = dict(claim.job.cursor.get("counts", {}))
    if not after:
        counts["marked"] = flags_mark(at=now())
    while True:
        rows = StoredCopy.objects.filter(held=True)
        differences, last = flags_compare(after=after, limit=BATCH, at=now(), rows=rows)
        for one in differences:
            counts[one.code] = counts.get(one.code, 0) + 1
        StoredCopy.objects.filter(pk__in=[one.copy_id for one in differences if one.code != FlagCode.LATE]).update(
            held=None, flag_due_at=now()
        )
        if last is None:
            return counts
        after = last
        claim.progress(at=now(), done=claim.job.done + BATCH, cursor={"after": after, "counts": counts})
        if now() - begun >= TURN:
            claim.wait(until=now() + REST)
            return None


def flags_mark(*, at: datetime) -> int:
    """Mark every copy as due whose row says another flag than its blockers ask for; return how many."""
    names = [name for name, store in stores_in_force().items() if store.flags]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stored_copy c SET flag_due_at = %s FROM stored_object o WHERE o.id = c.object_id"  # noqa: S608
            " AND o.doomed_at IS NULL AND c.flag_due_at IS NULL AND c.store = ANY(%s)"
            f" AND c.held IS DISTINCT FROM {_BLOCKED.format('c.object_id')}",
            [at, names],
        )
        return int(cursor.rowcount)


def flags_due(holding_kind: str, ids: Iterable[int]) -> None:
    """Mark the copies of the records' media as due, in the transaction that blocks or frees the records."""
    if holding_kind != RECORD:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stored_copy c SET flag_due_at = clock_timestamp() FROM media m"
            " WHERE m.stored_id = c.object_id AND m.record_id = ANY(%s)",
            [list(ids)],
        )


def blocked_objects(object_ids: Iterable[int]) -> set[int]:
    """Return those of the objects that a blocker of any reason keeps, by way of the record whose media they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o FROM unnest(%s::bigint[]) AS o WHERE {_BLOCKED.format('o')}",  # noqa: S608 - text of ours
            [list(object_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _due(stores: Mapping[str, EvidenceStore], failures: Mapping[str, StoreError]) -> QuerySet[StoredCopy]:
    answering = [name for name in stores if name not in failures]
    due = StoredCopy.objects.filter(flag_due_at__isnull=False, store__in=answering, object__doomed_at=None)
    return due.order_by("flag_due_at", "pk")


def _mirror(copy: StoredCopy, store: EvidenceStore, *, wanted: bool) -> bool:
    """Set one flag; return whether the store had to be asked. Raises what the store raises, but for Missing."""
    row = StoredCopy.objects.filter(pk=copy.pk, key=copy.key)
    ask = store.flags and copy.held is not wanted
    if ask:
        row.update(held=None)  # from here until the answer nobody knows
        try:
            store.hold(str(copy.key), copy.version_id, on=wanted)
        except Missing:
            row.update(checked_at=None, flag_due_at=None)  # fixity looks at it next, and what it puts anew is due
            return False
        row.update(held=wanted)
    row.filter(flag_due_at=copy.flag_due_at).update(flag_due_at=None)  # unless it became due again meanwhile
    return ask


def _compare(copy: StoredCopy, store: EvidenceStore, *, wanted: bool, at: datetime) -> FlagDifference | None:
    def differs(code: FlagCode, found: bool | None) -> FlagDifference:
        return FlagDifference(code, copy.pk, str(copy.object.key), copy.store, wanted, found)

    try:
        held = store.standing(str(copy.key), copy.version_id).held
    except Missing:
        return differs(FlagCode.UNSEEN, None)
    if held is wanted:
        return None
    if copy.flag_due_at is not None:  # it is on its way
        return differs(FlagCode.LATE, held) if copy.flag_due_at < at - LATE else None
    return differs(FlagCode.MISSING if wanted else FlagCode.STRAY, held)
