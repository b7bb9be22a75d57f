"""Copies of released bundles in the public store: there while a link is alive, and gone when the last one ends."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from archive.storage.contract import EvidenceStore, StoreError
from archive.storage.selection import store_of
from archive.storage.services import object_chunks
from foia.portal.models import PublishedBundle
from foia.production.models import Bundle, Production, Release

BATCH = 50


def public_store() -> EvidenceStore | None:
    """Return the store from which the public face serves; none where there is no such face."""
    return store_of("PUBLIC_STORE_URL", settings.PUBLIC_STORE_URL, "-public") if settings.PUBLIC_STORE_URL else None


def bundles_publish(*, at: datetime) -> dict[str, object]:
    """Copy what has a living link and is not there, remove what has none. What fails is tried again next time."""
    store = public_store()
    if store is None:
        return {}
    alive = Release.objects.filter(production=OuterRef("production"), expires_at__gt=at, revoked=None)
    there = PublishedBundle.objects.filter(removed_at=None)
    removed = sum(_remove(row, store, at) for row in there.filter(~Exists(alive) | Q(published_at=None)))
    kept = PublishedBundle.objects.filter(production=OuterRef("production"), removed_at=None)
    wanted = Bundle.objects.filter(Exists(alive), ~Exists(kept)).select_related("stored", "production")
    copied = sum(_publish(bundle, store, at) for bundle in wanted.order_by("pk")[:BATCH])
    return {"published": copied, "removed": removed}


def published_of(production: Production) -> PublishedBundle | None:
    """Return the copy that the public face serves, once it is whole."""
    return PublishedBundle.objects.filter(production=production, removed_at=None).exclude(published_at=None).first()


def _publish(bundle: Bundle, store: EvidenceStore, at: datetime) -> int:
    with transaction.atomic():
        row = PublishedBundle.objects.create(production=bundle.production, made_at=at)
    stored = store.put(str(row.key), object_chunks(bundle.stored))
    if stored.sha256 != bytes(bundle.sha256):
        return 0  # the row stays without a day, and the next round removes what was put
    PublishedBundle.objects.filter(pk=row.pk).update(version_id=stored.version_id, published_at=at)
    return 1


def _remove(row: PublishedBundle, store: EvidenceStore, at: datetime) -> int:
    try:
        store.delete(str(row.key))
    except StoreError:
        return 0
    PublishedBundle.objects.filter(pk=row.pk).update(removed_at=at)
    return 1
