"""Who sees a frozen search: its words may tell what somebody looks into, before anybody else should know."""

from datetime import datetime

from django.db.models import Q

from archive.access.actor import Actor
from archive.access.policy import capabilities
from archive.records.models import SearchRun

_ALL = frozenset({"audit.read", "compartment.restricted"})


class SearchRunVisibility:
    """The person who froze it, those who read the audit, and those to whom the restricted compartment is open."""

    model = SearchRun

    def condition(self, actor: Actor, at: datetime) -> Q:
        """Return the condition on rows."""
        if capabilities(actor, at) & _ALL:
            return Q()
        return Q(by=actor.user) if actor.user else Q(pk__in=())

    def allows(self, actor: Actor, obj: SearchRun, at: datetime) -> bool:
        """Return whether the actor sees this one."""
        return bool(capabilities(actor, at) & _ALL) or (actor.user is not None and obj.by_id == actor.user.pk)


SEARCH_RUNS = SearchRunVisibility()
