"""Blockers: the plain rows that the destroying function itself reads. Upper rooms place and lift them."""

import uuid
from collections.abc import Sequence

from django.db import connection

from archive.destruction.flags import flags_due
from archive.destruction.locks import holds_lock
from archive.destruction.models import Blocker
from archive.destruction.record_holding import KIND as RECORD


def blockers_place(*, holding_kind: str, ids: Sequence[int], reason_kind: str, reason_ref: uuid.UUID) -> int:
    """Block the holdings for one reason; return how many were not yet blocked for it.

    Takes the lock first, so no destruction that began before can end after the caller's commit. Needs the transaction
    that places the hold. Holdings already destroyed are the caller's to leave out, after taking the lock.
    """
    holds_lock()
    placed = _insert(holding_kind, ids, reason_kind, reason_ref)
    flags_due(holding_kind, ids)
    return placed


def blockers_place_on_new(*, holding_kind: str, ids: Sequence[int], reason_kind: str, reason_ref: uuid.UUID) -> int:
    """Block holdings that the caller's own transaction inserted: no order can name them yet, so no lock is needed."""
    return _insert(holding_kind, ids, reason_kind, reason_ref)


def blockers_lift(*, reason_ref: uuid.UUID) -> int:
    """Lift every blocker of one reason; return how many. Those of other reasons stay."""
    blockers = Blocker.objects.filter(reason_ref=reason_ref)
    freed = list(blockers.filter(holding_kind=RECORD).values_list("holding_id", flat=True))
    lifted = blockers.delete()[0]
    flags_due(RECORD, freed)
    return lifted


def _insert(holding_kind: str, ids: Sequence[int], reason_kind: str, reason_ref: uuid.UUID) -> int:
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO blocker (holding_kind, holding_id, reason_kind, reason_ref)"
            " SELECT %s, id, %s, %s FROM unnest(%s::bigint[]) AS id ORDER BY id ON CONFLICT DO NOTHING",
            [holding_kind, reason_kind, reason_ref, list(ids)],
        )
        return int(cursor.rowcount)
