"""Reading one record: its versions and words, its media, its tombstone. All starts from what the actor may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from archive.access import policy
from archive.access.actor import Actor
from archive.ledger.selectors import event_fields
from archive.records.difference import Difference, difference
from archive.records.models import Media, Record, Tombstone, Version
from archive.records.proof import LogHead, Standing, log_head, standings_of
from archive.records.said import NOTHING, Said, said_by

LISTED = 50  #: versions listed on one page
_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})


@dataclass(frozen=True, slots=True)
class Medium:
    """One attachment of a version. `number` names its bytes in addresses and is none while they are not captured."""

    name: str
    type: str
    alternative: str
    number: int | None
    size: int | None
    sha256: str

    @property
    def shown(self) -> bool:
        """Whether a page may draw it as a picture."""
        return self.number is not None and self.type.partition(";")[0].strip().lower() in _PICTURES


@dataclass(frozen=True, slots=True)
class Gone:
    """What is known of a destroyed record. `finalises_on` is the day on which the last backup of it has aged out."""

    at: datetime
    certificate: str
    series: str
    versions: int
    bytes: int
    finalises_on: object
    standing: Standing


@dataclass(frozen=True, slots=True)
class Reading:
    """A record as its page shows it. `version` is the one that is shown, `before` the one it is compared with."""

    record: Record
    versions: Sequence[Version]
    more_versions: int
    version: Version
    said: Said
    before: Version | None
    change: Difference | None
    media: Sequence[Medium]
    standing: Standing
    log: LogHead
    author_code: str  #: the author as a filter of the search


def record_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> Record:
    """Return a record that the actor may see. Raises Record.DoesNotExist."""
    rows = policy.visible(actor, Record.objects.all(), at)
    return rows.select_related("account", "current__version", "current__author", "tombstone").get(ref=ref)


def versions_of(record: Record, *, actor: Actor, at: datetime) -> QuerySet[Version]:
    """Return the versions, the newest first as the network dates them: an edit that its history told of later stands
    where it belongs.
    """
    return (
        policy.visible(actor, Version.objects.all(), at)
        .filter(record=record)
        .order_by(Coalesce(F("edited_at"), F("posted_at"), F("captured_at")).desc(), "-n")
    )


def record_read(
    record: Record, *, actor: Actor, at: datetime, shown: int | None = None, against: int | None = None
) -> Reading:
    """Read a live record. `shown` and `against` are numbers of versions; without them, the latest and the one before.

    Raises Version.DoesNotExist for a number that there is not.
    """
    versions = list(versions_of(record, actor=actor, at=at)[: LISTED + 1])
    more = 0
    if len(versions) > LISTED:
        more = versions_of(record, actor=actor, at=at).count() - LISTED
        versions = versions[:LISTED]
    version = record.current.version if shown is None else _numbered(record, shown, actor, at)
    if against is not None:
        before: Version | None = _numbered(record, against, actor, at)
    else:
        before = _before(version, versions)
    said = said_by([each.event_id for each in (version, before) if each is not None])
    words = said.get(version.event_id, NOTHING)
    change = None
    if before is not None:
        change = difference(_whole(said.get(before.event_id, NOTHING)), _whole(words))
    return Reading(
        record=record,
        versions=versions,
        more_versions=more,
        version=version,
        said=words,
        before=before,
        change=change,
        media=_media(record, version, words, actor, at),
        standing=standings_of([version.event_id])[version.event_id],
        log=log_head(),
        author_code=f"{author.network}:{author.stable_id}" if (author := record.current.author) else "",
    )


def media_of(record: Record, *, actor: Actor, at: datetime) -> QuerySet[Media]:
    """Return the captured media of all versions, in the order that numbers them: bytes that come later come last."""
    return policy.visible(actor, Media.objects.all(), at).filter(record=record).order_by("pk")


def medium_numbered(record: Record, number: int, *, actor: Actor, at: datetime) -> Media:
    """Return the medium with this number, counted from 1. Raises Media.DoesNotExist."""
    if number < 1:
        raise Media.DoesNotExist
    found = list(media_of(record, actor=actor, at=at).select_related("stored", "version")[number - 1 : number])
    if not found:
        raise Media.DoesNotExist
    return found[0]


def gone_of(tombstone: Tombstone) -> Gone:
    """Return what the tombstone and its event say; the event of a disposition keeps its content."""
    told = event_fields([tombstone.event_id]).get(tombstone.event_id)
    certificate = told.fields.get("/disposition/certificate") if told else None
    return Gone(
        at=tombstone.at,
        certificate=certificate if isinstance(certificate, str) else str(tombstone.certificate_ref),
        series=tombstone.series_code,
        versions=tombstone.versions,
        bytes=tombstone.bytes,
        finalises_on=tombstone.finalises_on,
        standing=standings_of([tombstone.event_id])[tombstone.event_id],
    )


def _numbered(record: Record, n: int, actor: Actor, at: datetime) -> Version:
    return policy.visible(actor, Version.objects.all(), at).get(record=record, n=n)


def _before(version: Version, versions: Sequence[Version]) -> Version | None:
    """Return the version before this one, as the network dates them."""
    places = {each.pk: place for place, each in enumerate(versions)}
    place = places.get(version.pk, len(versions)) + 1
    return versions[place] if place < len(versions) else None


def _whole(said: Said) -> str:
    """Text and warning as one text, so that a changed warning is seen too."""
    return f"{said.warning}\n\n{said.text}" if said.warning else said.text


def _media(record: Record, version: Version, said: Said, actor: Actor, at: datetime) -> list[Medium]:
    if not version.media_count and not said.attachments:
        return []
    every = list(media_of(record, actor=actor, at=at).select_related("stored")[:1_000])
    numbers = {medium.pk: number for number, medium in enumerate(every, 1)}
    captured = {medium.n: medium for medium in every if medium.version_id == version.pk}
    told = {attachment.n: attachment for attachment in said.attachments}
    shown: list[Medium] = []
    for n in sorted(captured.keys() | told.keys()):
        medium, attachment = captured.get(n), told.get(n)
        shown.append(
            Medium(
                name=str(n + 1),
                type=medium.media_type if medium else attachment.media_type or attachment.type if attachment else "",
                alternative=attachment.alternative if attachment else "",
                number=numbers[medium.pk] if medium else None,
                size=medium.stored.size if medium else None,
                sha256=bytes(medium.stored.sha256).hex() if medium else "",
            )
        )
    return shown
