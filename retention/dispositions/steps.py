"""Moving a batch on: each step is an evidence row, an event where the log needs one, and one audit entry."""

import os
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department
from archive.destruction.guards import refusals
from archive.ledger.commitment import Value
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from retention.dispositions.models import MOVES, BatchItem, BatchState, BatchStep, DispositionBatch, StepKind
from retention.errors import Refused

CHUNK = 20_000  #: holdings asked about at once


def batch_lock(batch_ref: uuid.UUID) -> DispositionBatch:
    """Return the batch, locked until the caller's transaction ends. Raises DispositionBatch.DoesNotExist."""
    return DispositionBatch.objects.select_for_update(of=("self",)).select_related("series").get(ref=batch_ref)


def batch_move(batch: DispositionBatch, to: BatchState) -> None:
    """Set the state, unsaved. Raises Refused (`disposition.state`) when no such move exists."""
    if to not in MOVES[BatchState(batch.state)]:
        raise Refused(
            "disposition.state",
            _("This disposition is %(state)s; that step does not follow.")
            % {"state": batch.get_state_display().lower()},
        )
    batch.state = to


def frozen_digest(batch: DispositionBatch) -> bytes:
    """Return SHA-256 over the refs of a batch's list, sorted, 16 bytes each: what people approve.

    Computed in the database, because a list may have millions of items.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256(coalesce(string_agg(uuid_send(holding_ref), ''::bytea ORDER BY holding_ref), ''))"
            " FROM disposition_item WHERE batch_id = %s",
            [batch.pk],
        )
        return bytes(cursor.fetchone()[0])


def asking_at(as_of: date, at: datetime) -> datetime:
    """Return the instant for which guards are asked about a list: a list may be proposed before its day has come."""
    zone = ZoneInfo(Department.objects.get().zone)
    return max(at, datetime.combine(as_of, time(12), zone))


def check_list(batch: DispositionBatch, seen: bytes, *, at: datetime) -> None:
    """Raise Refused unless the list is the one that the person saw, is whole, and no guard objects to any of it."""
    if seen != bytes(batch.digest) or frozen_digest(batch) != bytes(batch.digest):
        raise Refused(
            "disposition.list_changed", _("This is not the list that you saw. Nothing was approved; look at it again.")
        )
    blocked = sum(1 for _item in refused_items(batch, at=asking_at(batch.as_of, at)))
    if blocked:
        raise Refused(
            "disposition.blocked",
            _("%(count)d of the list must stay now. Withdraw it; the next sweep proposes a new list without them.")
            % {"count": blocked},
        )


def refused_items(batch: DispositionBatch, *, at: datetime) -> Iterator[int]:
    """Yield the ids of the holdings in the list that a guard refuses now."""
    kinds = BatchItem.objects.filter(batch=batch).values_list("holding_kind", flat=True).distinct().order_by()
    for kind in list(kinds):
        ids = BatchItem.objects.filter(batch=batch, holding_kind=kind).order_by("holding_id")
        asked: list[int] = []
        for one in ids.values_list("holding_id", flat=True).iterator(chunk_size=CHUNK):
            asked.append(one)
            if len(asked) == CHUNK:
                yield from refusals(kind, asked, at)
                asked = []
        yield from refusals(kind, asked, at)


def step_write(
    batch: DispositionBatch,
    kind: StepKind,
    *,
    actor: Actor,
    at: datetime,
    action: str,
    event: str = "",
    fields: Mapping[str, Value] | None = None,
    day: date | None = None,
    number: str = "",
    count: int | None = None,
    dropped: int | None = None,
    words_ref: uuid.UUID | None = None,
) -> BatchStep:
    """Write one step in the caller's transaction: evidence, event if `event` names a kind, audit."""
    event_id = None
    if event:
        shared: dict[str, Value] = {
            "/disposition/batch": str(batch.ref),
            "/disposition/series": batch.series.code,
            "/disposition/list/count": batch.count,
            "/disposition/list/sha256": base64url(bytes(batch.digest)),
        }
        [appended] = append_events(
            [
                EventDraft(
                    kind=event,
                    schema="approval/1" if event == "approval" else "disposition/1",
                    subject=bytes(batch.subject),
                    fields={**shared, **(fields or {})},
                    compartment="public",
                    at=at,
                )
            ]
        )
        event_id = appended.event_id
    step = BatchStep.objects.create(
        batch=batch,
        kind=kind,
        by=actor.user,
        process=actor.process,
        at=at,
        digest=bytes(batch.digest),
        day=day,
        number=number,
        count=count,
        dropped=dropped,
        words_ref=words_ref,
        event_id=event_id,
    )
    audit(
        actor,
        action,
        at=at,
        object_kind="disposition",
        object_ref=batch.ref,
        count=count,
        compartment=batch.compartment,
    )
    return step


def new_subject() -> bytes:
    """Return the 16 random bytes by which the log knows a batch."""
    return os.urandom(16)
