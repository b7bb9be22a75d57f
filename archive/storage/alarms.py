"""Alarms of the stores: each stays until a person with the authority says why it is closed."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.storage.models import Finding, FixityAcknowledgement, FixityFinding

CAPABILITY = "storage.fixity"
ALARMS = (Finding.IRREPARABLE, Finding.UNLOCKED)
WORDS_LIMIT = 4_000  #: characters of a reason


class AlarmRefused(Exception):
    """The alarm was not closed; `code` says why and the message what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


def fixity_alarms() -> QuerySet[FixityFinding]:
    """Return the open alarms, the oldest first: copies that nothing can repair, and locks that were made shorter."""
    return FixityFinding.objects.filter(code__in=ALARMS, acknowledgement=None).order_by("at", "pk")


def fixity_acknowledge(*, actor: Actor, finding_ref: uuid.UUID, reason: str, at: datetime) -> FixityAcknowledgement:
    """Close an alarm with a reason. It changes nothing about the copy, which fixity goes on looking at.

    Raises Denied without the capability `storage.fixity`, AlarmRefused (`fixity.words`, `fixity.no_alarm`,
    `fixity.acknowledged`) or FixityFinding.DoesNotExist.
    """
    policy.require(actor, CAPABILITY, at)
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise AlarmRefused("fixity.words", _("Say in up to %(limit)d characters why.") % {"limit": WORDS_LIMIT})
    with transaction.atomic():
        finding = FixityFinding.objects.get(ref=finding_ref)
        if finding.code not in ALARMS:
            raise AlarmRefused("fixity.no_alarm", _("This finding is no alarm; nothing has to be closed."))
        words = words_keep(reason, compartment="public", at=at)
        row, new = FixityAcknowledgement.objects.get_or_create(
            finding=finding, defaults={"by": actor.person, "at": at, "words_ref": words}
        )
        if not new:
            raise AlarmRefused("fixity.acknowledged", _("Somebody closed this alarm before."))
        audit(actor, "storage.acknowledge", at=at, object_kind="fixity_finding", object_ref=finding.ref, words=reason)
    return row
