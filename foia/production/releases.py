"""Handing a bundle over: a link that nobody can guess, that ends, and that can be taken back."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import acting_from, audit, words_keep
from archive.access.policy import require
from archive.ledger.services import EventDraft, append_events
from archive.storage.services import object_chunks
from foia.collections.models import Purpose
from foia.production.models import (
    Bundle,
    Production,
    ProductionState,
    Release,
    ReleaseDownload,
    ReleaseRevoked,
)
from foia.requests.models import Letter
from foia.requests.services import request_answer
from retention.errors import Refused

TOKEN_BYTES = 32
LONGEST = timedelta(days=366)
SYSTEM = Actor(process="web")


@dataclass(frozen=True, slots=True)
class Handed:
    """A release with its secret, which is shown once and kept nowhere."""

    release: Release
    token: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A bundle on its way to the one who holds the link."""

    name: str
    size: int
    chunks: Iterator[bytes]


def production_release(*, production: Production, expires_at: datetime, actor: Actor, at: datetime) -> Handed:
    """Make a link to a finished bundle; for a request this is its answer, and stops its clock.

    The one who releases has reviewed nothing in it (the database refuses that too). Raises Denied, and Refused when the
    bundle is not finished, the end lies too far off, or the actor reviewed a record.
    """
    require(actor, "production.release", at)
    if not at < expires_at <= at + LONGEST:
        raise Refused("release.expiry", _("Choose an end within a year."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        production = (
            Production.objects.select_for_update(of=("self",)).select_related("collection").get(pk=production.pk)
        )
        if production.state != ProductionState.BUNDLED:
            raise Refused("release.unfinished", _("The bundle is not finished yet."))
        if _reviewed_by(production, actor):
            raise Refused("release.self", _("You reviewed records in this bundle. Another person has to release it."))
        first = not production.releases.exists()
        ref = uuid.uuid4()
        [event] = append_events(
            [
                EventDraft(
                    kind="release",
                    schema="release/1",
                    subject=bytes(production.subject),
                    fields={"/release/ref": str(ref), "/production/ref": str(production.ref)},
                    compartment="public",
                    at=at,
                )
            ]
        )
        release = Release.objects.create(
            ref=ref,
            production=production,
            token_sha256=token_digest(token),
            at=at,
            expires_at=expires_at,
            by=actor.person,
            event_id=event.event_id,
        )
        if first and production.collection.purpose == Purpose.REQUEST and production.letter_ref is not None:
            request_answer(
                request_ref=production.collection.purpose_ref,
                letter=Letter.objects.get(ref=production.letter_ref),
                about_ref=production.ref,
                actor=actor,
                at=at,
            )
        audit(actor, "production.release", at=at, object_kind="production", object_ref=production.ref)
    return Handed(release, token)


def release_revoke(*, release: Release, reason: str, actor: Actor, at: datetime) -> ReleaseRevoked:
    """End a link now. What was fetched stays fetched. Raises Denied, and Refused when it was ended before."""
    require(actor, "production.release", at)
    with transaction.atomic():
        if ReleaseRevoked.objects.filter(release=release).exists():
            raise Refused("release.revoked", _("This link was taken back before."))
        revoked = ReleaseRevoked.objects.create(
            release=release,
            at=at,
            by=actor.person,
            words_ref=words_keep(reason.strip(), compartment="public", at=at) if reason.strip() else None,
        )
        audit(actor, "release.revoke", at=at, object_kind="release", object_ref=release.ref)
    return revoked


def release_find(token: str, *, at: datetime) -> Release | None:
    """Return the release that a token opens now; none for one that is unknown, over or taken back."""
    if len(token) > 100:
        return None
    found = Release.objects.filter(token_sha256=token_digest(token), expires_at__gt=at, revoked=None)
    return found.select_related("production").first()


def release_fetch(*, token: str, at: datetime) -> Fetched:
    """Count a download and return the bundle. Raises Refused for a token that opens nothing, without saying why."""
    with transaction.atomic(), acting_from(""):
        release = release_find(token, at=at)
        if release is None:
            raise Refused("release.unknown", _("This link is not valid. Ask the department for a new one."))
        bundle = Bundle.objects.select_related("stored").get(production=release.production)
        download_note(release, at=at)
    return Fetched(f"{release.production.name}.zip", bundle.size, object_chunks(bundle.stored))


def download_note(release: Release, *, at: datetime) -> None:
    """Count one download. Must be called inside a transaction."""
    ReleaseDownload.objects.create(release=release, at=at)
    audit(SYSTEM, "release.download", at=at, object_kind="release", object_ref=release.ref)


def token_digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _reviewed_by(production: Production, actor: Actor) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM production_item p JOIN review_decision d ON d.id = p.decision_id"
            " WHERE p.production_id = %s AND d.by_id = %s)",
            [production.pk, actor.person.pk],
        )
        [reviewed] = cursor.fetchone()
    return bool(reviewed)
