"""The audit: one entry for one act, in the act's transaction (design rule 8), batched into the log every minute."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection, transaction

from archive.access.actor import Actor
from archive.access.models import AuditBatch, AuditBatchEntry, AuditEntry, AuditPending, Words
from archive.ledger.canonical import canonical_bytes, format_time
from archive.ledger.services import EventDraft, append_events

BATCH_LIMIT = 5_000  #: entries a batch at most

_source: ContextVar[str] = ContextVar("daybook_source", default="")


@contextmanager
def acting_from(source: str) -> Iterator[None]:
    """Let the entries of a block say where from it was acted: the network address of a device; empty for nothing."""
    token = _source.set(source[:64])
    try:
        yield
    finally:
        _source.reset(token)


def words_keep(text: str, *, compartment: str, at: datetime) -> uuid.UUID:
    """Keep one free text as content and return its ref, for an evidence row to name."""
    row = Words.objects.create(text=text.replace("\x00", "\N{SYMBOL FOR NULL}"), compartment=compartment, created_at=at)
    return row.ref


def audit(
    actor: Actor,
    action: str,
    *,
    at: datetime,
    object_kind: str = "",
    object_ref: object = "",
    outcome: str = "done",
    compartment: str = "public",
    count: int | None = None,
    words: str = "",
) -> AuditEntry:
    """Write the entry of one act. Must be called inside the act's transaction; raises RuntimeError otherwise."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry belongs into the transaction of its act.")
    entry = AuditEntry.objects.create(
        at=at,
        actor=actor.user,
        process=actor.process,
        offices=",".join(sorted(actor.offices(at))),
        action=action,
        outcome=outcome,
        object_kind=object_kind,
        object_ref=str(object_ref),
        compartment=compartment,
        count=count,
        words_ref=words_keep(words, compartment=compartment, at=at) if words else None,
        source=_source.get(),
    )
    AuditPending.objects.create(entry_id=entry.pk)
    return entry


def audit_read(actor: Actor, *, at: datetime, object_kind: str, object_ref: object, compartment: str) -> None:
    """Note that somebody read what is not public, in a transaction of its own; reads of public pages are not noted."""
    if compartment == "public":
        return
    with transaction.atomic():
        audit(
            actor,
            f"{object_kind}.read",
            at=at,
            object_kind=object_kind,
            object_ref=object_ref,
            compartment=compartment,
        )


def entry_digest(entry: AuditEntry) -> bytes:
    """Return SHA-256 over the canonical form of an entry: what an `audit.batch` event commits to."""
    return hashlib.sha256(
        canonical_bytes(
            {
                "id": entry.pk,
                "at": format_time(entry.at),
                "actor": entry.actor_id,
                "process": entry.process,
                "offices": entry.offices,
                "action": entry.action,
                "outcome": entry.outcome,
                "object": [entry.object_kind, entry.object_ref],
                "compartment": entry.compartment,
                "count": entry.count,
                "words": str(entry.words_ref) if entry.words_ref else None,
                **({"source": entry.source} if entry.source else {}),
            }
        )
    ).digest()


def audit_batch_seal(*, at: datetime) -> AuditBatch | None:
    """Commit the waiting entries to the log as one `audit.batch` event; return the batch, or none if nothing waits."""
    with transaction.atomic():
        waiting = AuditPending.objects.select_for_update(skip_locked=True).order_by("entry_id")[:BATCH_LIMIT]
        ids = [row.entry_id for row in waiting]
        if not ids:
            return None
        entries = list(AuditEntry.objects.filter(pk__in=ids).order_by("pk"))
        digest = hashlib.sha256(b"".join(entry_digest(entry) for entry in entries)).hexdigest()
        [event] = append_events(
            [
                EventDraft(
                    kind="audit.batch",
                    schema="audit.batch/1",
                    subject=os.urandom(16),
                    fields={"/audit/count": len(entries), "/audit/first": entries[0].pk, "/audit/sha256": digest},
                    compartment="restricted",
                    at=at,
                )
            ]
        )
        batch = AuditBatch.objects.create(event_id=event.event_id, count=len(entries), at=at)
        AuditBatchEntry.objects.bulk_create(
            AuditBatchEntry(batch=batch, entry=entry, place=place) for place, entry in enumerate(entries)
        )
        AuditPending.objects.filter(entry_id__in=ids).delete()
        return batch
