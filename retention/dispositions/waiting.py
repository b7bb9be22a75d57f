"""What of dispositions waits for a person, for the Today page."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department
from archive.waiting import Waiting
from retention.dispositions.certificates import standing
from retention.dispositions.models import BatchState, DispositionBatch

LISTED = 10

_STEPS = {
    BatchState.PROPOSED: "disposition.propose",
    BatchState.ENDORSED: "disposition.approve",
    BatchState.APPROVED: "certificate.record",
    BatchState.FILED: "certificate.record",
    BatchState.CERTIFIED: "disposition.execute",
}
"""Which capability takes the step that follows a state."""


def lists_waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """Lists whose next step this person may take: never the approval of a list that they proposed or endorsed."""
    held = policy.capabilities(actor, at)
    states = [state for state, capability in _STEPS.items() if capability in held]
    if not states or actor.user is None:
        return []
    today = Department.objects.get().day(at)
    own = Q(proposed_by=actor.user) | Q(endorsed_by=actor.user)
    rows = policy.visible(actor, DispositionBatch.objects.filter(state__in=states), at).exclude(
        own, state=BatchState.ENDORSED
    )
    rows = rows.exclude(Q(certificate__eligible_on__gt=today), state=BatchState.CERTIFIED)
    found = list(
        rows.select_related("series", "endorsed_by", "certificate").order_by("proposed_at", "pk")[: LISTED + 1]
    )
    items = [_waiting(batch) for batch in found[:LISTED]]
    if len(found) > LISTED:
        why = _("They are listed with what each waits for.")
        items.append(Waiting(_("Look at further dispositions"), None, reverse("dispositions"), why))
    return items


def _waiting(batch: DispositionBatch) -> Waiting:
    of = {"n": batch.count, "series": batch.series.title}
    if batch.state == BatchState.PROPOSED:
        title = ngettext("Endorse the disposal of {n} record", "Endorse the disposal of {n} records", batch.count)
        why = _("The sweep proposed it under “{series}”. A first person stands behind the list.")
    elif batch.state == BatchState.ENDORSED:
        title = ngettext("Approve the disposal of {n} record", "Approve the disposal of {n} records", batch.count)
        of["who"] = batch.endorsed_by.name if batch.endorsed_by else ""
        why = _("{who} endorsed it under “{series}”. A second person approves it.")
    elif batch.state == BatchState.APPROVED:
        title = _("File the disposal certificate for {n}")
        why = _("The list under “{series}” is approved here; the authority outside must approve it too.")
    elif batch.state == BatchState.FILED:
        title = _("Record the disposal certificate for {n} when it comes back")
        of["how"] = standing(batch.certificate).sentence
        why = _("“{series}”. {how}")
    else:
        title = ngettext(
            "Destroy {n} record, or withdraw the list", "Destroy {n} records, or withdraw the list", batch.count
        )
        of["number"] = batch.certificate.number
        why = _("Certificate {number} came back approved for “{series}”, and the day has come.")
    return Waiting(title.format(**of), None, reverse("disposition", kwargs={"ref": batch.ref}), why.format(**of))
