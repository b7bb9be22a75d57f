"""Numbering a production, and asking for it to be built."""

import os
import re
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.policy import require
from archive.jobs.models import Job
from archive.jobs.services import job_enqueue
from archive.ledger.models import LOG
from foia.collections.models import Collection, CollectionClosed
from foia.collections.numbering import counter_take
from foia.production.models import Production, ProductionState
from foia.review.models import Approval
from retention.errors import Refused

BUILD = "foia.production.build"
WIDTH = 6
_PREFIX = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,22}[A-Z0-9]")

_NUMBER = """
INSERT INTO production_item (production_id, item_id, decision_id, number, bates, last_n)
SELECT %(production)s, i.id, d.id, %(first)s + p.place,
       %(prefix)s || '-' || lpad((%(first)s + p.place)::text, %(width)s, '0'), s.n - 1
  FROM (SELECT a.decision_id, row_number() OVER (ORDER BY i.n) - 1 AS place
          FROM review_approved_decision a JOIN review_decision d ON d.id = a.decision_id
          JOIN collection_item i ON i.id = d.item_id WHERE a.approval_id = %(approval)s) p
  JOIN review_decision d ON d.id = p.decision_id
  JOIN collection_item i ON i.id = d.item_id
  JOIN record r ON r.id = i.record_id
  JOIN ledger_subject s ON s.log_id = %(log)s AND s.subject = r.subject
"""

_STALE = """
SELECT count(*) FROM review_approved_decision a JOIN review_decision d ON d.id = a.decision_id
 WHERE a.approval_id = %s AND EXISTS (SELECT 1 FROM review_decision n WHERE n.item_id = d.item_id AND n.n > d.n)
"""


def production_number(*, collection: Collection, prefix: str, actor: Actor, at: datetime) -> Production:
    """Fix what a production shows: every item of the collection, its confirmed decision and its Bates number.

    Numbers come from one block of the prefix, families stay together, and none is ever given again, even when the
    production fails (legal.md 6.6). Raises Denied, and Refused for a bad prefix, numbers that do not fit, a collection
    that is closed, not confirmed, or decided on anew since it was confirmed.
    """
    require(actor, "production.make", at)
    if not _PREFIX.fullmatch(prefix):
        raise Refused("production.prefix", _("A prefix has 2 to 24 capitals, digits, hyphens and underscores."))
    with transaction.atomic():
        approval = _approval(collection)
        first = counter_take(f"bates/{prefix}", collection.versions)
        last = first + collection.versions - 1
        if last >= 10**WIDTH:
            raise Refused("production.width", _("The prefix has no room for these numbers. Choose another prefix."))
        production = Production.objects.create(
            collection=collection,
            approval=approval,
            name=f"{prefix}-{first:0{WIDTH}d}-{last:0{WIDTH}d}",
            prefix=prefix,
            width=WIDTH,
            first=first,
            items_count=collection.versions,
            program=settings.VERSION,
            subject=os.urandom(16),
            made_at=at,
            made_by=actor.person,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _NUMBER,
                {
                    "production": production.pk,
                    "approval": approval.pk,
                    "first": first,
                    "prefix": prefix,
                    "width": WIDTH,
                    "log": LOG,
                },
            )
            if cursor.rowcount != collection.versions:
                raise Refused("production.items", _("Not every record could be numbered; confirm the review again."))
        audit(
            actor,
            "production.number",
            at=at,
            object_kind="production",
            object_ref=production.ref,
            count=collection.versions,
        )
    return production


def _approval(collection: Collection) -> Approval:
    if CollectionClosed.objects.filter(collection=collection).exists():
        raise Refused("collection.closed", _("This collection is closed."))
    approval = Approval.objects.filter(collection=collection).order_by("-at", "-pk").first()
    if approval is None:
        raise Refused("production.unconfirmed", _("The review of this collection is not confirmed yet."))
    with connection.cursor() as cursor:
        cursor.execute(_STALE, [approval.pk])
        [stale] = cursor.fetchone()
    if stale:
        raise Refused(
            "production.stale",
            _("%(count)d records were decided on again after the confirmation. Confirm the review again.")
            % {"count": stale},
        )
    return approval


def production_build_request(*, production: Production, actor: Actor, at: datetime) -> Job:
    """Ask for the bundle to be built: pages, records, leak scan, seal, proofs, zip. The job shows how far it is.

    Raises Denied, and Refused when its answer has no letter yet, or its leak scan failed.
    """
    require(actor, "production.make", at)
    with transaction.atomic():
        production = Production.objects.select_for_update().get(pk=production.pk)
        build_check(production)
        job = job_enqueue(kind=BUILD, subject=str(production.ref), queue="heavy", at=at)
        audit(actor, "production.build", at=at, object_kind="production", object_ref=production.ref)
    return job


def build_check(production: Production) -> None:
    """Raise Refused unless the production can be built."""
    if production.state == ProductionState.REFUSED:
        raise Refused(
            "production.refused",
            _("The leak scan refused this production. Decide again on what it names, confirm, and number a new one."),
        )
    if production.collection.purpose == "request" and production.letter_ref is None:
        raise Refused("production.letter", _("Issue the letter first: it is part of the bundle."))
