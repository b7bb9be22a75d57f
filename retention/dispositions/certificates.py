"""The outside gate: the disposal certificate goes out, and only when it comes back approved are orders written."""

import uuid
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import words_keep
from archive.access.models import Department
from archive.destruction.orders import Order, orders_write
from archive.ledger.encoding import base64url
from retention.dispositions.models import BatchItem, BatchState, DisposalCertificate, DispositionBatch, StepKind
from retention.dispositions.steps import CHUNK, batch_lock, batch_move, step_write
from retention.errors import Refused
from retention.rules.certificates import CertificateError, CertificateState, authority, certificate_state

NUMBER_LIMIT = 64
WORDS_LIMIT = 4_000


def certificate_file(
    *, batch_ref: uuid.UUID, filed_on: date, disposal_on: date, actor: Actor, at: datetime
) -> DisposalCertificate:
    """Record that the certificate of an approved list was filed on `filed_on`, for disposal on or after `disposal_on`.

    Raises Denied or Refused (`disposition.state`, `certificate.future`, `certificate.again`).
    """
    with transaction.atomic():
        policy.require(actor, "certificate.record", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.FILED)
        if filed_on > _today(at):
            raise Refused("certificate.future", _("The day of filing has not come. Record it when it was filed."))
        certificate = DisposalCertificate.objects.create(batch=batch, filed_on=filed_on, disposal_on=disposal_on)
        batch.save(update_fields=["state"])
        step_write(
            batch,
            StepKind.FILED,
            actor=actor,
            at=at,
            action="certificate.file",
            event="disposition.filed",
            fields={
                "/disposition/certificateRef": str(certificate.ref),
                "/disposition/filed": filed_on.isoformat(),
                "/disposition/notBefore": disposal_on.isoformat(),
            },
            day=filed_on,
        )
    return certificate


def certificate_return(
    *,
    batch_ref: uuid.UUID,
    number: str,
    approved_on: date,
    scan_sha256: bytes | None = None,
    actor: Actor,
    at: datetime,
) -> DisposalCertificate:
    """Record that the certificate came back approved, and order the destruction from the first eligible day on.

    `approved_on` is the day it came back; `scan_sha256` the digest of its scan, if there is one. Orders are written
    here and nowhere else. Raises Denied or Refused (`disposition.state`, `certificate.dates`, `certificate.number`).
    """
    with transaction.atomic():
        policy.require(actor, "certificate.record", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.CERTIFIED)
        certificate = batch.certificate
        certificate.number, certificate.approved_on = number.strip(), approved_on
        if not certificate.number or len(certificate.number) > NUMBER_LIMIT:
            raise Refused("certificate.number", _("Enter the number that the returned certificate bears."))
        if approved_on > _today(at):
            raise Refused("certificate.dates", _("The day of approval has not come."))
        certificate.eligible_on = max(standing(certificate).eligible_on or batch.as_of, batch.as_of)
        certificate.scan_sha256 = scan_sha256
        certificate.save()
        batch.save(update_fields=["state"])
        _order(batch, certificate, at)
        step_write(
            batch,
            StepKind.RETURNED,
            actor=actor,
            at=at,
            action="certificate.return",
            event="disposition.approved",
            fields={
                "/disposition/certificate": certificate.number,
                "/disposition/certificateRef": str(certificate.ref),
                "/disposition/approved": approved_on.isoformat(),
                "/disposition/scan/sha256": base64url(scan_sha256) if scan_sha256 else None,
            },
            day=approved_on,
            number=certificate.number,
        )
    return certificate


def certificate_deny(*, batch_ref: uuid.UUID, reason: str, actor: Actor, at: datetime) -> DispositionBatch:
    """Record that the certificate came back without approval: the list ends, and its holdings are free again.

    Raises Denied or Refused (`disposition.state`, `disposition.words`).
    """
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise Refused("disposition.words", _("Say in up to %(limit)d characters why.") % {"limit": WORDS_LIMIT})
    with transaction.atomic():
        policy.require(actor, "certificate.record", at)
        batch = batch_lock(batch_ref)
        batch_move(batch, BatchState.DENIED)
        batch.save(update_fields=["state"])
        step_write(
            batch,
            StepKind.DENIED,
            actor=actor,
            at=at,
            action="certificate.deny",
            words_ref=words_keep(reason, compartment="public", at=at),
        )
    return batch


def standing(certificate: DisposalCertificate) -> CertificateState:
    """Say from when on the certificate lets its list go, with the sentence and source. Raises Refused for bad dates."""
    try:
        return certificate_state(
            authority(settings.DISPOSAL_AUTHORITY),
            proposed_on=certificate.disposal_on,
            filed_on=certificate.filed_on,
            approved_on=certificate.approved_on,
        )
    except CertificateError as error:
        raise Refused("certificate.dates", error.sentence) from error


def _order(batch: DispositionBatch, certificate: DisposalCertificate, at: datetime) -> None:
    if certificate.eligible_on is None:
        raise RuntimeError("Nothing is ordered before the approved certificate came back.")
    order = Order(batch.ref, certificate.ref, batch.series.code, at, certificate.eligible_on)
    kinds = BatchItem.objects.filter(batch=batch).order_by().values_list("holding_kind", flat=True).distinct()
    for kind in list(kinds):
        ids = BatchItem.objects.filter(batch=batch, holding_kind=kind).order_by("holding_id")
        chunk: list[int] = []
        for one in ids.values_list("holding_id", flat=True).iterator(chunk_size=CHUNK):
            chunk.append(one)
            if len(chunk) == CHUNK:
                orders_write(order, holding_kind=kind, ids=chunk)
                chunk = []
        orders_write(order, holding_kind=kind, ids=chunk)


def _today(at: datetime) -> date:
    return Department.objects.get().day(at)
