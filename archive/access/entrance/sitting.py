"""The facts of the session that a request belongs to: its reference, device and beginning, and what is covered."""

import uuid
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from archive.access.kept_forms import form_forget, form_kept
from archive.access.models import User
from archive.access.pages import instant_of
from archive.access.session_store import FACTS, SessionStore

DEVICE_ASKED = "device-asked"  #: the person has yet to say what they sign in with
GIVE_BACK = "give-back"  #: something half typed is kept
COVERED = "covered-at"  #: when the idle cover came down, in seconds


def facts_of(request: HttpRequest) -> dict[str, Any]:
    """The facts of the row of this session."""
    found = request.session.get(FACTS, {})
    return found if isinstance(found, dict) else {}


def facts_set(request: HttpRequest, **facts: Any) -> None:
    """Change some of them."""
    request.session[FACTS] = facts_of(request) | facts


def facts_renew(request: HttpRequest, *, at: datetime, **facts: Any) -> None:
    """Begin the facts of a new sign-in anew; the device that was answered just before is kept."""
    device = facts_of(request).get("device", "")
    request.session[FACTS] = {"ref": str(uuid.uuid4()), "started_at": at.isoformat(), "device": device, **facts}
    seen_now(request, at)


def seen_now(request: HttpRequest, at: datetime) -> None:
    """Note that the person is there."""
    if isinstance(request.session, SessionStore):
        request.session.seen_at = at


def proved_at(request: HttpRequest) -> float:
    """When the person last proved themself in this session, in seconds; 0.0 for never."""
    records = get_authentication_records(request, request.user)
    return max((float(record["at"]) for record in records if record.get("reauthenticated")), default=0.0)


def typed_before(request: HttpRequest) -> list[tuple[str, str]]:
    """What the person had typed on this page when the cover came down: given back once."""
    person = request.user
    if request.method != "GET" or not isinstance(person, User) or not request.session.get(GIVE_BACK):
        return []
    kept = form_kept(person, at=instant_of(request))
    if kept is None or kept.sent or kept.path != request.get_full_path():
        return []
    form_forget(person)
    del request.session[GIVE_BACK]
    return kept.fields
