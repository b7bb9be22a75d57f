"""Who works on a request, and who may see its file: all who work with requests, or its team alone."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import User
from archive.access.policy import capabilities, require
from foia.requests.models import RecordsRequest, TeamMember
from retention.errors import Refused

TAKE = "request.take"
#: Who decides, confirms and releases sees every file; so does who reads the audit.
ALL = frozenset({"request.decide", "production.release", "audit.read"})


class RequestVisibility:
    """A file that is closed to its team is seen by its team, and by those who decide and release."""

    model = RecordsRequest

    def condition(self, actor: Actor, at: datetime) -> Q:
        """Return the condition on rows."""
        if capabilities(actor, at) & ALL:
            return Q()
        own = TeamMember.objects.filter(request=OuterRef("pk"), user=actor.user, until=None)
        return Q(closed_to_team=False) | Q(Exists(own))

    def allows(self, actor: Actor, obj: RecordsRequest, at: datetime) -> bool:
        """Return whether the actor sees this one."""
        if not obj.closed_to_team or capabilities(actor, at) & ALL:
            return True
        return TeamMember.objects.filter(request=obj, user=actor.user, until=None).exists()


REQUESTS = RequestVisibility()


def team_change(
    *, request_ref: uuid.UUID, person: User | None, leads: bool, leaves: bool, closed: bool, actor: Actor, at: datetime
) -> RecordsRequest:
    """Put a person on the team, let them lead it or leave it, and say whether only the team sees the file.

    Raises Denied, and Refused for a person who is disabled, or a team that would have no lead.
    """
    with transaction.atomic():
        require(actor, TAKE, at)
        request = RecordsRequest.objects.select_for_update().get(ref=request_ref)
        require(actor, TAKE, at, request)
        if person is not None and leaves:
            member = TeamMember.objects.filter(request=request, user=person, until=None).first()
            if member is not None and member.lead:
                raise Refused("team.lead", _("Whoever leads leaves when somebody else leads."))
            member_end(request, person, at=at)
        elif person is not None:
            if not person.is_active:
                raise Refused("team.disabled", _("%(name)s is disabled.") % {"name": person.name})
            if leads:
                TeamMember.objects.filter(request=request, until=None, lead=True).exclude(user=person).update(
                    lead=False
                )
            member_add(request, person, lead=leads, by=actor.person, at=at)
        request.closed_to_team = closed
        request.save(update_fields=["closed_to_team"])
        audit(actor, "request.team", at=at, object_kind="request", object_ref=request.ref)
    return request


def member_add(request: RecordsRequest, person: User, *, lead: bool, by: User, at: datetime) -> None:
    """Put a person on the team of a locked request; one who is there may become its lead."""
    member = TeamMember.objects.filter(request=request, user=person, until=None).first()
    if member is None:
        TeamMember.objects.create(request=request, user=person, lead=lead, since=at, added_by=by)
    elif lead and not member.lead:
        member.lead = True
        member.save(update_fields=["lead"])


def member_end(request: RecordsRequest, person: User, *, at: datetime) -> bool:
    """Take a person off the team of a locked request; return whether they led it."""
    member = TeamMember.objects.filter(request=request, user=person, until=None).first()
    if member is None:
        return False
    member.until = at
    member.save(update_fields=["until"])
    return member.lead
