"""Records as holdings: how one is destroyed so that nothing of it stays but the fact."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import DatabaseError, connection

from archive.access.actor import Actor
from archive.destruction.errors import Blocked, NoOrder, UnknownHolding
from archive.destruction.holdings import Description, Destroyed, Warrant
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Author, Media, Record, RecordKey, SearchToken, Tombstone, TombstoneKey, Version
from archive.records.recapture import recapture_digests

KIND = "record"
_BLOCKED, _NO_ORDER = "DB001", "DB002"


class RecordHolding:
    """The record with all its versions, slices, media and names."""

    kind = KIND

    def describe(self, ids: Sequence[int]) -> Mapping[int, Description]:
        """Return kind, page and day of each record; no words of it."""
        rows = Record.objects.filter(pk__in=ids).select_related("account")
        return {r.pk: Description(r.ref, f"{r.get_kind_display()}, {r.account.name}", r.compartment) for r in rows}

    def ids(self, refs: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """Return ref → id."""
        return dict(Record.objects.filter(ref__in=refs).values_list("ref", "pk"))

    def gone(self, ids: Sequence[int]) -> frozenset[int]:
        """Return those that have a tombstone."""
        return frozenset(Tombstone.objects.filter(record_id__in=ids).values_list("record_id", flat=True))

    def naming(self, name: str, limit: int) -> list[int]:
        """Return records that the author with this id or handle wrote, or that mention the handle."""
        handle = name.removeprefix("@").casefold()
        mentioned = SearchToken.objects.filter(kind="handle", value=handle).values_list("record_id", flat=True)
        authors = list(Author.objects.filter(stable_id=name).values_list("pk", flat=True))
        written = Record.objects.filter(search_document__author_id__in=authors).values_list("pk", flat=True)
        return sorted({*mentioned[:limit], *written[:limit]})[:limit]

    def destroy(self, holding_id: int, warrant: Warrant, *, actor: Actor, at: datetime) -> Destroyed:
        """Write the event and the tombstone, then call the function that destroys.

        Raises UnknownHolding, Blocked or NoOrder; the caller's transaction must then roll back.
        """
        # Capture takes a record's current row before its chain; the same order here, so that neither waits for ever.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM record_current WHERE record_id = %s FOR UPDATE", [holding_id])
        record = Record.objects.select_related("account").filter(pk=holding_id).first()
        if record is None:
            raise UnknownHolding(KIND)
        tombstone = Tombstone.objects.filter(record=record).first()
        if tombstone is not None:
            return Destroyed(tombstone.event_id, {}, tombstone.bytes, again=True)
        versions, media, size = _measure(record)
        [event] = append_events(
            [
                EventDraft(
                    kind="disposition.executed",
                    schema="disposition/1",
                    subject=bytes(record.subject),
                    fields={
                        "/disposition/certificate": warrant.certificate_number,
                        "/disposition/certificateRef": str(warrant.certificate_ref),
                        "/disposition/batch": str(warrant.batch_ref),
                        "/disposition/series": warrant.series_code,
                        "/disposition/method": "deleted",
                        "/disposition/versions": versions,
                        "/disposition/media": media,
                        "/disposition/bytes": size,
                        "/disposition/operator": str(actor.user.ref) if actor.user else actor.process,
                        "/disposition/approvedBy": str(warrant.approved_by),
                    },
                    compartment=record.compartment,
                    at=at,
                )
            ]
        )
        tombstone = Tombstone.objects.create(
            record=record,
            at=at,
            series_code=warrant.series_code,
            certificate_ref=warrant.certificate_ref,
            versions=versions,
            bytes=size,
            event_id=event.event_id,
            finalises_on=warrant.finalises_on,
        )
        names = list(RecordKey.objects.filter(record=record).values_list("namespace", "value"))
        digests = recapture_digests(record.account.network, names)
        # Another page of the department may have had the same item, and its tombstone the same name.
        TombstoneKey.objects.bulk_create(
            [TombstoneKey(tombstone=tombstone, hmac=digest) for digest in digests], ignore_conflicts=True
        )
        return Destroyed(event.event_id, _destroy(record.pk, warrant), size)


def _measure(record: Record) -> tuple[int, int, int]:
    """Return the versions, the media, and the bytes of slices and media of a record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(octet_length(raw)), 0) FROM exchange_slice WHERE record_id = %s", [record.pk]
        )
        [slices] = cursor.fetchone()
    sizes = list(Media.objects.filter(record=record).values_list("stored__size", flat=True))
    return Version.objects.filter(record=record).count(), len(sizes), int(slices) + sum(sizes)


def _destroy(record_id: int, warrant: Warrant) -> dict[str, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT what, how_many FROM daybook_destroy_record(%s, %s)", [record_id, warrant.today])
            return dict(cursor.fetchall())
    except DatabaseError as error:
        code = getattr(error.__cause__, "sqlstate", None)
        if code == _BLOCKED:
            raise Blocked from error
        if code == _NO_ORDER:
            raise NoOrder from error
        raise


RECORDS = RecordHolding()
