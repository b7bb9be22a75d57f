"""What a person may do with a request beside searching: each act one form, one capability, one service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.access.actor import Actor
from foia.requests.forms import ActForm, AgreeForm, ExtendForm, HoldForm, NoteForm, TeamForm, WithdrawForm
from foia.requests.models import RecordsRequest, RequestState, StepKind
from foia.requests.rules import MOVES, OPEN
from foia.requests.services import (
    request_agree,
    request_close,
    request_extend,
    request_hold,
    request_narrow,
    request_note,
    request_withdraw,
)
from foia.requests.team import team_change

Do = Callable[[RecordsRequest, Any, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: where its page lies, what it asks, what it does. `offered` says whether it makes sense now."""

    code: str
    may: str
    link: str | Promise
    says: str | Promise
    button: str | Promise
    done: str | Promise
    form: type[forms.Form]
    do: Do
    offered: Callable[[RecordsRequest], bool]
    weighty: bool = False


def _extend(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    given = form.cleaned_data
    return request_extend(request_ref=request.ref, reasons=given["reasons"], until=given["until"], actor=actor, at=at)


def _agree(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    given = form.cleaned_data
    return request_agree(
        request_ref=request.ref, until=given["until"], in_writing=given["in_writing"], actor=actor, at=at
    )


def _team(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    given = form.cleaned_data
    return team_change(
        request_ref=request.ref,
        person=given["person"],
        leads=given["role"] == "lead",
        leaves=given["role"] == "leave",
        closed=given["closed"],
        actor=actor,
        at=at,
    )


def _note(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    given = form.cleaned_data
    return request_note(request_ref=request.ref, kind=StepKind(given["kind"]), words=given["words"], actor=actor, at=at)


def _withdraw(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    return request_withdraw(request_ref=request.ref, words=form.cleaned_data["words"], actor=actor, at=at)


def _hold(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    return request_hold(request_ref=request.ref, scopes=form.scopes(), actor=actor, at=at)


def _narrow(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    request_narrow(request_ref=request.ref, actor=actor, at=at)
    return None


def _close(request: RecordsRequest, form: Any, actor: Actor, at: datetime) -> object:
    return request_close(request_ref=request.ref, actor=actor, at=at)


def _owed(request: RecordsRequest) -> bool:
    return request.state in OPEN


def _wide(request: RecordsRequest) -> bool:
    """Whether something was collected and the hold still covers more."""
    collected = request.state not in {RequestState.RECEIVED, RequestState.CLOSED}
    return collected and not request.narrowed and request.hold_ref is not None


ACTS: tuple[Act, ...] = (
    Act(
        "extend",
        "request.decide",
        _("Extend the period"),
        _(
            "The period can be extended only while its first part runs, and only for these reasons. The letter "
            "that says so is issued at once; send it on the same day."
        ),
        _("Extend and issue the letter"),
        _("The period is extended. Send the letter today."),
        ExtendForm,
        _extend,
        lambda request: _owed(request) and not request.extended,
    ),
    Act(
        "agree",
        "request.decide",
        _("Note an agreed day"),
        _("Requester and department may agree in writing on a later day."),
        _("Note the agreement"),
        _("The agreed day is noted."),
        AgreeForm,
        _agree,
        _owed,
    ),
    Act(
        "note",
        "request.take",
        _("Note what passed"),
        _("Write down what the requester was asked, or said. The clock takes note only where the law gives it weight."),
        _("Note it"),
        _("It is noted."),
        NoteForm,
        _note,
        _owed,
    ),
    Act(
        "team",
        "request.take",
        _("Change the team"),
        _("Who works on this request, who leads, and whether only they and those who decide requests see its file."),
        _("Change the team"),
        _("The team is changed."),
        TeamForm,
        _team,
        _owed,
    ),
    Act(
        "hold",
        "request.take",
        _("Hold pages for a further search"),
        _("Nothing that is held here can be destroyed from now on. What was collected before stays held as well."),
        _("Hold"),
        _("What you chose is held."),
        HoldForm,
        _hold,
        lambda request: request.state != RequestState.CLOSED,
    ),
    Act(
        "narrow",
        "hold.release",
        _("Narrow the hold to what was collected"),
        _("The wide hold is lifted. Everything that was collected for this request stays held until it is closed."),
        _("Narrow the hold"),
        _("The hold covers what was collected, and nothing else."),
        ActForm,
        _narrow,
        _wide,
    ),
    Act(
        "withdraw",
        "request.take",
        _("The requester takes it back"),
        _("The request needs no answer any more. Its file and its hold stay until it is closed."),
        _("Note that it was taken back"),
        _("The request is noted as taken back."),
        WithdrawForm,
        _withdraw,
        lambda request: RequestState.WITHDRAWN in MOVES[request.state],
    ),
    Act(
        "close",
        "hold.release",
        _("Close the request"),
        _(
            "Its collections end and its hold is lifted: the records go by their schedule again. After a denial it "
            "can be closed when the time to ask for review is over."
        ),
        _("Close the request and lift its hold"),
        _("The request is closed and its hold lifted."),
        ActForm,
        _close,
        lambda request: RequestState.CLOSED in MOVES[request.state],
        weighty=True,
    ),
)

BY_CODE: Mapping[str, Act] = {act.code: act for act in ACTS}
