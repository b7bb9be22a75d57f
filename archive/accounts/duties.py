"""What a person holds of the department's pages: proposals that wait, and connections whose token they entered."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from archive.access.duties import Duty, keeper_change, kept_by
from archive.access.models import AuditEntry, User
from archive.accounts.models import Account


class ConnectionDuties:
    """Pages whose access token the person entered last. The network may end it with the person's own login there."""

    kind = "connection"
    name = _("Connections: access tokens that they entered; the heir enters new ones")
    needs = "account.connect"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the pages."""
        entered = AuditEntry.objects.filter(action="account.connect").order_by("object_ref", "-pk")
        latest = entered.distinct("object_ref").values_list("object_ref", "actor")
        return _pages(kept_by(self.kind, person, [uuid.UUID(ref) for ref, by in latest if by == person.pk]))

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


class ProposalDuties:
    """Pages that the person proposed and nobody approved yet."""

    kind = "proposal"
    name = _("Approvals begun: pages that they proposed")
    needs = "account.propose"
    lapses = False

    def held(self, person: User, at: datetime) -> list[Duty]:
        """Return the pages."""
        waiting = Account.objects.filter(approval=None)
        made = waiting.filter(proposal__requested_by=person).values_list("ref", flat=True)
        kept = kept_by(self.kind, person, made)
        return _pages(set(waiting.filter(ref__in=kept).values_list("ref", flat=True)))

    def hand_on(self, things: Sequence[uuid.UUID], *, person: User, heir: User, actor: Actor, at: datetime) -> None:
        """Make the heir the keeper."""
        keeper_change(self.kind, things, person=person, heir=heir, actor=actor, at=at)


def _pages(refs: set[uuid.UUID]) -> list[Duty]:
    rows = Account.objects.filter(ref__in=refs).order_by("name", "pk")
    return [Duty(row.ref, row.name, reverse("account", args=[row.ref])) for row in rows]


CONNECTIONS = ConnectionDuties()
PROPOSALS = ProposalDuties()
