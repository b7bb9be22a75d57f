"""What waits in capture for a person: removals without an explanation, and bytes in quarantine."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from archive.access import policy
from archive.access.actor import Actor
from archive.capture.models import CaptureRun, Observation, Quarantine, Unexplained
from archive.capture.wording import BASES, OBSERVED, Text, code_sentence
from archive.records.excerpts import Excerpt, excerpt_of
from archive.records.models import Record
from archive.records.names import KINDS
from archive.records.said import NOTHING, Said, said_by
from archive.storage.services import object_chunks

LOOKED_AT = 4_096  #: bytes of a quarantined item that its page draws
_ROW = 16


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal that waits for a person to say who did it."""

    ref: uuid.UUID
    record: Record
    run: CaptureRun
    kind_name: Text
    author: str
    posted_at: datetime | None
    seen_at: datetime
    last_seen_at: datetime
    what: Text
    basis: Text
    excerpt: Excerpt


def removals_waiting(actor: Actor, at: datetime) -> QuerySet[Unexplained]:
    """Return the removals that wait and that the actor may see."""
    return policy.visible(actor, Unexplained.objects.all(), at).select_related("observation__exchange__run__account")


def removals_shown(rows: Sequence[Unexplained], *, actor: Actor, at: datetime, width: int = 320) -> list[Removal]:
    """Say these removals in words, in their order; one whose record is gone meanwhile is left out. Two queries."""
    visible = policy.visible(actor, Record.objects.all(), at).filter(pk__in=[row.record_id for row in rows])
    records = {
        record.pk: record
        for record in visible.select_related("account", "current__version").filter(current__isnull=False)
    }
    said = said_by([record.current.version.event_id for record in records.values()])
    return [
        _removal(row.observation, record, said.get(record.current.version.event_id, NOTHING), width)
        for row in rows
        if (record := records.get(row.record_id)) is not None
    ]


def removal_known(ref: uuid.UUID, *, actor: Actor, at: datetime) -> bool:
    """Tell whether there is such an observation that the actor may see, whether it waits or not."""
    return policy.visible(actor, Observation.objects.all(), at).filter(ref=ref).exists()


def removal_next(actor: Actor, at: datetime) -> uuid.UUID | None:
    """Return the removal that has waited longest, if one waits."""
    return removals_waiting(actor, at).order_by("since", "pk").values_list("observation__ref", flat=True).first()


def quarantined(actor: Actor, at: datetime, *, run: uuid.UUID | None = None) -> QuerySet[Quarantine]:
    """Return what lies in quarantine and the actor may see, without its bytes; of one run, if one is named."""
    rows = policy.visible(actor, Quarantine.objects.all(), at).defer("raw").select_related("run__account", "exchange")
    return rows.filter(run__ref=run) if run else rows


def quarantined_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> Quarantine:
    """Return one quarantined item with its bytes. Raises Quarantine.DoesNotExist."""
    rows = policy.visible(actor, Quarantine.objects.all(), at).select_related("run__account", "exchange", "stored")
    return rows.get(ref=ref)


def quarantined_head(item: Quarantine) -> bytes:
    """Return the first bytes of an item. Raises StoreError when they lie in the store and it does not hand them out."""
    if item.raw is not None:
        return bytes(item.raw)[:LOOKED_AT]
    if item.stored is None:
        return b""
    return next(object_chunks(item.stored), b"")[:LOOKED_AT]


def hex_lines(octets: bytes) -> str:
    """Return a dump: offset, sixteen bytes in hexadecimal, and as characters where they are printable ASCII."""
    lines = []
    for start in range(0, len(octets), _ROW):
        row = octets[start : start + _ROW]
        shown = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)
        lines.append(f"{start:06x}  {row.hex(' '):<{3 * _ROW - 1}}  {shown}")
    return "\n".join(lines)


def as_text(octets: bytes) -> str:
    """Return bytes as text. What is not UTF-8 is written as its bytes, `\\xff`."""
    return octets.decode("utf-8", "backslashreplace")


def reason_of(item: Quarantine) -> str:
    """Return why an item lies in quarantine, as a sentence."""
    return code_sentence(item.code)


def _removal(observation: Observation, record: Record, words: Said, width: int) -> Removal:
    return Removal(
        ref=observation.ref,
        record=record,
        run=observation.exchange.run,
        kind_name=KINDS[record.kind],
        author=words.author,
        posted_at=record.current.version.posted_at,
        seen_at=observation.at,
        last_seen_at=record.current.last_seen_at,
        what=OBSERVED[observation.kind],
        basis=BASES.get(observation.basis, observation.basis),
        excerpt=excerpt_of(words, None, width=width)[0],
    )
