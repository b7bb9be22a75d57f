"""Writing down one step of a request: its event, its row. Every caller holds the request's row and the transaction."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from archive.access.audit import words_keep
from archive.access.models import User
from archive.ledger.commitment import Value
from archive.ledger.services import EventDraft, append_events
from foia.requests.models import RecordsRequest, RequestState, RequestStep, StepKind
from foia.requests.rules import move_check

WORDS_LIMIT = 20_000  #: characters of one free text


def step_write(
    request: RecordsRequest,
    kind: StepKind,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str] = (),
    until: date | None = None,
    about_ref: uuid.UUID | None = None,
    words: str = "",
) -> RequestStep:
    """Write one step with its event."""
    fields: dict[str, Value] = {
        "/request/ref": str(request.ref),
        "/request/step": kind.value,
        "/request/by": str(by.ref),
    }
    fields |= {f"/request/codes/{n}": str(code) for n, code in enumerate(codes)}
    if about_ref is not None:
        fields["/request/about"] = str(about_ref)
    if until is not None:
        fields["/request/until"] = until.isoformat()
    [event] = append_events(
        [
            EventDraft(
                kind="request.step",
                schema="request.step/1",
                subject=bytes(request.subject),
                fields=fields,
                compartment="public",
                at=at,
            )
        ]
    )
    return RequestStep.objects.create(
        request=request,
        n=event.n,
        kind=kind,
        at=at,
        by=by,
        codes=[str(code) for code in codes],
        until=until,
        about_ref=about_ref,
        words_ref=words_keep(words, compartment="public", at=at) if words else None,
        event_id=event.event_id,
    )


def request_locked(ref: uuid.UUID) -> RecordsRequest:
    """Return the request, its row locked to the end of the transaction. Raises RecordsRequest.DoesNotExist."""
    return RecordsRequest.objects.select_for_update().get(ref=ref)


def request_move(request: RecordsRequest, state: RequestState) -> None:
    """Move a locked request. Raises Refused when nothing leads there from where it stands."""
    move_check(request.state, state)
    request.state = state
    request.save(update_fields=["state"])
