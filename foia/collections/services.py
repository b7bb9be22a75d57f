"""Freezing the versions that a search found, and ending the collection's hold on them."""

import os
import uuid
from datetime import datetime

from django.db import connection, transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.policy import require
from archive.destruction.blockers import blockers_lift, blockers_place
from archive.destruction.locks import holds_lock
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from archive.records.models import SearchRun
from foia.collections.models import Collection, CollectionClosed, CollectionItem, Purpose
from retention.errors import Refused

REASON = "collection"  #: kind of the blockers that an open collection places

_FREEZE = """
INSERT INTO collection_item (collection_id, n, record_id, version_id, compartment, subject)
SELECT %s, row_number() OVER (ORDER BY first.at, v.record_id, v.n), v.record_id, v.id, v.compartment,
       uuid_send(gen_random_uuid())
  FROM search_run_hit h
  JOIN version v ON v.record_id = h.record_id
  JOIN LATERAL (SELECT coalesce(f.posted_at, f.captured_at) AS at FROM version f
                 WHERE f.record_id = h.record_id ORDER BY f.n LIMIT 1) first ON true
 WHERE h.run_id = %s AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.record_id = v.record_id)
"""

_MEASURE = """
SELECT count(*), count(DISTINCT v.record_id),
       sha256(coalesce(string_agg(uuid_send(v.ref), ''::bytea ORDER BY v.ref), ''))
  FROM search_run_hit h JOIN version v ON v.record_id = h.record_id
 WHERE h.run_id = %s AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.record_id = v.record_id)
"""


def collection_freeze(
    *, run: SearchRun, purpose: Purpose, purpose_ref: uuid.UUID, actor: Actor, at: datetime
) -> Collection:
    """Freeze every version of the records that `run` found, and keep those records until the collection closes.

    A family is a record with its media, so it stays together; its thread is context and is not collected. Records are
    ordered by when they were first posted. Call it in the transaction of the search, after `holds_lock()`: then nothing
    found can be destroyed in between. Raises Denied, and Refused when the run found nothing.
    """
    require(actor, "request.take", at)
    with transaction.atomic():
        holds_lock()
        with connection.cursor() as cursor:
            cursor.execute(_MEASURE, [run.pk])
            versions, records, digest = cursor.fetchone()
        if not versions:
            raise Refused("collection.empty", "The search found no record, so there is nothing to freeze.")
        ref, subject = uuid.uuid4(), os.urandom(16)
        [event] = append_events(
            [
                EventDraft(
                    kind="collection.frozen",
                    schema="collection/1",
                    subject=subject,
                    fields={
                        "/collection/ref": str(ref),
                        "/collection/purpose": str(purpose),
                        "/collection/purposeRef": str(purpose_ref),
                        "/collection/search": str(run.ref),
                        "/collection/records": records,
                        "/collection/versions": versions,
                        "/collection/sha256": base64url(bytes(digest)),
                    },
                    compartment="restricted",
                    at=at,
                )
            ]
        )
        collection = Collection.objects.create(
            ref=ref,
            purpose=purpose,
            purpose_ref=purpose_ref,
            search_run=run,
            subject=subject,
            records=records,
            versions=versions,
            versions_sha256=bytes(digest),
            frozen_at=at,
            by=actor.person,
            event_id=event.event_id,
        )
        with connection.cursor() as cursor:
            cursor.execute(_FREEZE, [collection.pk, run.pk])
        ids = list(CollectionItem.objects.filter(collection=collection).values_list("record_id", flat=True).distinct())
        blockers_place(holding_kind="record", ids=ids, reason_kind=REASON, reason_ref=ref)
        audit(actor, "collection.freeze", at=at, object_kind="collection", object_ref=ref, count=versions)
    return collection


def collection_close(*, collection: Collection, actor: Actor, at: datetime) -> CollectionClosed:
    """End the collection: its records may go by their schedule again, unless something else keeps them.

    Raises Denied, and Refused when it is closed already.
    """
    require(actor, "request.take", at)
    with transaction.atomic():
        if CollectionClosed.objects.filter(collection=collection).exists():
            raise Refused("collection.closed", "This collection is closed already.")
        [event] = append_events(
            [
                EventDraft(
                    kind="collection.closed",
                    schema="collection/1",
                    subject=bytes(collection.subject),
                    fields={"/collection/ref": str(collection.ref)},
                    compartment="restricted",
                    at=at,
                )
            ]
        )
        closed = CollectionClosed.objects.create(collection=collection, at=at, by=actor.person, event_id=event.event_id)
        lifted = blockers_lift(reason_ref=collection.ref)
        audit(actor, "collection.close", at=at, object_kind="collection", object_ref=collection.ref, count=lifted)
    return closed
