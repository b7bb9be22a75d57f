"""The bytes of pictures and videos follow the words as their own subject, so that a video never delays a text."""

import logging
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from archive.accounts.credentials import credential_read
from archive.capture.batch import Received
from archive.capture.commit import exchange_commit
from archive.capture.intake import head_of
from archive.collisions import redo
from archive.connectors.contract import AccountSettings, MediaReference, Secret, Surroundings
from archive.connectors.registry import connector_named
from archive.jobs.services import Claim, job_enqueue
from archive.ledger.encoding import base64url
from archive.ledger.services import EventDraft, append_events
from archive.records.models import Current, Kind, Media, RecordKey, Version
from archive.storage.contract import NoRoom
from archive.storage.copies import copies_nudge
from archive.storage.models import StoredObject
from archive.storage.services import object_put
from archive.storage.space import Room, room_require, small_only

TASK = "archive.capture.media"

log = logging.getLogger(__name__)


def media_enqueue(version_refs: Iterable[uuid.UUID], *, at: datetime) -> None:
    """Ask for the media of new versions, in the transaction that wrote them."""
    for ref in version_refs:
        job_enqueue(kind=TASK, subject=str(ref), queue="heavy", at=at)


def media_fetch(claim: Claim, *, surroundings: Surroundings) -> int:
    """Fetch what the claimed version shows and is not here yet; return how many were taken.

    Addresses are read from the version's own slice: they expire and are kept nowhere else. Raises ConnectorError when a
    later try can help, NoRoom when the disk must have more room first; a medium that can never be had stays a named gap
    of the record.
    """
    version = Version.objects.select_related("record__account", "exchange__run").get(ref=claim.job.subject)
    account = version.record.account
    slice_ = getattr(version, "slice", None)
    key = RecordKey.objects.filter(record=version.record).order_by("-pk").first()
    if slice_ is None or key is None:
        return 0
    connector = connector_named(account.network)
    raw = bytes(slice_.raw)
    operation = "profile" if version.record.kind == Kind.PROFILE else "look_up"
    if version.exchange.purpose == "history":  # a revision reads as the one entry of a history
        operation, raw = "history", b"[" + raw + b"]"
    cut = connector.normalise(operation, raw, subject=key.value, own_id=account.network_id)
    wanted = [medium for item in cut.items[:1] for medium in item.media]
    here = set(version.media.values_list("n", flat=True))
    settings = AccountSettings(
        base_url=account.base_url,
        handle=account.handle,
        network_id=account.network_id,
        credential=Secret(credential_read(account.ref)),
    )
    room_require(Room.SHORT)
    taken, too_large = 0, None
    with connector.open(settings, surroundings) as session:
        for medium in wanted:
            if medium.index in here:
                continue
            with session.media(medium) as stream:
                exchange = stream.exchange
                length = exchange.header("content-length") or ""
                declared = int(length) if length.isascii() and length.isdecimal() else None
                try:
                    stored = object_put(
                        small_only(_watched(stream.chunks(), claim, surroundings), declared),
                        compartment=version.compartment,
                        at=surroundings.now(),
                    )
                except NoRoom as error:  # the others of this version may be smaller
                    too_large = error
                    continue
            received = Received(
                purpose="media",
                outcome="ok",
                status=exchange.status,
                received_at=exchange.received_at,
                head=head_of(exchange),
                body=b"",
                about=(key.namespace, key.value),
            )
            write = partial(_media_write, version, medium, stored, exchange.header("content-type") or "", received)
            taken += redo(partial(write, surroundings.now()))
            copies_nudge(at=surroundings.now())
            claim.progress(at=surroundings.now(), done=taken, total=len(wanted))
    if too_large is not None:
        raise too_large
    return taken


def _watched(chunks: Iterator[bytes], claim: Claim, surroundings: Surroundings) -> Iterator[bytes]:
    """Pass the bytes on and renew the lease every 64 MiB."""
    since = 0
    for chunk in chunks:
        since += len(chunk)
        if since > 64 * 1024 * 1024:
            claim.progress(at=surroundings.now(), done=claim.job.done)
            since = 0
        yield chunk


def _media_write(
    version: Version, medium: MediaReference, stored: StoredObject, media_type: str, received: Received, at: datetime
) -> bool:
    """Write the medium with its event, unless its record was destroyed meanwhile; then the bytes go with the intent."""
    current = Current.objects.select_for_update().filter(record=version.record).first()
    if current is None or Media.objects.filter(version=version, n=medium.index).exists():
        log.info("Version %s no longer wants medium %s.", version.ref, medium.index)
        return False
    account = version.record.account
    exchange_commit(version.exchange.run, account, received, at=at)
    shown_type = (media_type.partition(";")[0].strip() or medium.media_type or "application/octet-stream")[:100]
    [event] = append_events(
        [
            EventDraft(
                kind="capture.media",
                schema="capture.media/1",
                subject=bytes(version.record.subject),
                fields={
                    "/version": str(version.ref),
                    f"/attachment/{medium.index}/sha256": base64url(bytes(stored.sha256)),
                    f"/attachment/{medium.index}/size": stored.size,
                    f"/attachment/{medium.index}/mediaType": shown_type,
                    f"/attachment/{medium.index}/reference": medium.reference,
                },
                compartment=version.compartment,
                at=at,
            )
        ]
    )
    stored.save(force_insert=True)
    Media.objects.create(
        version=version,
        record=version.record,
        n=medium.index,
        media_type=shown_type,
        stored=stored,
        event_id=event.event_id,
        captured_at=at,
        compartment=version.compartment,
    )
    return True
