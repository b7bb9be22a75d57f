"""Who sees a frozen search: its words may tell what somebody looks into, before anybody else should know."""

from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from archive.access.actor import Actor
from archive.access.oversight_models import Handover
from archive.access.policy import capabilities
from archive.records.models import SearchRun

SEARCH_DUTY = "search"
_ALL = frozenset({"audit.read", "compartment.restricted"})


class SearchRunVisibility:
    """Who froze it or took it over, who reads the audit, and those to whom the restricted compartment is open."""

    model = SearchRun

    def condition(self, actor: Actor, at: datetime) -> Q:
        """Return the condition on rows."""
        if capabilities(actor, at) & _ALL:
            return Q()
        if actor.user is None:
            return Q(pk__in=())
        latest = Handover.objects.filter(kind=SEARCH_DUTY, thing=OuterRef("ref")).order_by("-pk")
        kept = SearchRun.objects.annotate(keeper=Subquery(latest.values("keeper")[:1])).filter(keeper=actor.user)
        given = Handover.objects.filter(kind=SEARCH_DUTY, keeper=actor.user).values("thing")
        return Q(by=actor.user) | Q(pk__in=kept.filter(ref__in=given).values("pk"))

    def allows(self, actor: Actor, obj: SearchRun, at: datetime) -> bool:
        """Return whether the actor sees this one."""
        if capabilities(actor, at) & _ALL:
            return True
        if actor.user is None:
            return False
        latest = Handover.objects.filter(kind=SEARCH_DUTY, thing=obj.ref).order_by("-pk").first()
        return obj.by_id == actor.user.pk or (latest is not None and latest.keeper_id == actor.user.pk)


SEARCH_RUNS = SearchRunVisibility()
