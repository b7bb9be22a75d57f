"""Who sees a production: whoever sees the request that it answers."""

from datetime import datetime

from django.db.models import Q

from archive.access.actor import Actor
from archive.access.policy import sees, visible
from foia.production.models import Production
from foia.requests.models import RecordsRequest


class ProductionVisibility:
    """A production of a request whose file is closed to its team is seen by those who see the file."""

    model = Production

    def condition(self, actor: Actor, at: datetime) -> Q:
        """Return the condition on rows."""
        closed = RecordsRequest.objects.filter(closed_to_team=True)
        hidden = closed.exclude(pk__in=visible(actor, closed, at).values("pk"))
        return ~Q(collection__purpose_ref__in=hidden.values("ref"))

    def allows(self, actor: Actor, obj: Production, at: datetime) -> bool:
        """Return whether the actor sees this one."""
        request = RecordsRequest.objects.filter(ref=obj.collection.purpose_ref).first()
        return request is None or sees(actor, request, at)


PRODUCTIONS = ProductionVisibility()
