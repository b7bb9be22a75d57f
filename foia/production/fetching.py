"""Handing a finished bundle to a member of staff, and stopping the work on one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.policy import Denied, allows, require
from archive.jobs.services import job_cancel
from archive.storage.services import object_chunks
from foia.production.models import Bundle, Production
from foia.production.releases import Fetched
from foia.production.selectors import job_of, production_openable
from retention.errors import Refused


def bundle_fetch(*, production: Production, actor: Actor, at: datetime) -> Fetched:
    """Return the bundle for download, the copy audited.

    Raises Denied, also for one to whom an item is closed, and Refused when there is no bundle yet.
    """
    if not allows(actor, "production.release", at):
        require(actor, "production.make", at)
    if not production_openable(production, actor=actor, at=at):
        raise Denied("production.make")
    with transaction.atomic():
        bundle = Bundle.objects.select_related("stored").filter(production=production).first()
        if bundle is None:
            raise Refused("production.unfinished", _("The bundle is not finished yet."))
        audit(actor, "production.copy", at=at, object_kind="production", object_ref=production.ref)
    return Fetched(f"{production.name}.zip", bundle.size, object_chunks(bundle.stored))


def production_build_cancel(*, production: Production, actor: Actor, at: datetime) -> None:
    """Ask for the work on a bundle to stop; what is sealed stays sealed. Raises Denied, and Refused for no work."""
    require(actor, "production.make", at)
    with transaction.atomic():
        job = job_of(production)
        if job is None or not job_cancel(job.pk, at=at):
            raise Refused("production.idle", _("Nobody is building this bundle now."))
        audit(actor, "production.cancel", at=at, object_kind="production", object_ref=production.ref)
