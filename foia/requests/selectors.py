"""Reading requests: the list by due day, and one file with its clock, steps, searches and letters."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.functional import Promise

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Department, Words
from archive.accounts.models import Account
from archive.records.names import KINDS, STATES
from archive.records.search import Filters
from foia.clocks.states import ClockState
from foia.collections.models import Collection, CollectionClosed, Purpose
from foia.requests.clock import request_clock
from foia.requests.models import ClockEvent, ClockKind, Letter, RecordsRequest, RequestStep, TeamMember
from foia.requests.names import CHANNELS, LETTERS, STEPS
from foia.requests.rules import OPEN
from retention.errors import Refused
from retention.holds.models import Hold, HoldScope

STEPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A request as a list shows it; `days_left` counts calendar days to the cautious day, negative once it passed."""

    request: RecordsRequest
    asked: str
    days_left: int
    open: bool


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step in words. `letter_ref` is set where a letter can be opened."""

    at: datetime
    by: str
    title: str | Promise
    codes: str
    until: date | None
    words: str
    letter_ref: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """A collection with the sworn search that filled it. Its words are those of the request's file."""

    collection: Collection
    words: str
    filters: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class RequestFile:
    """All that the page of a request shows. `clock` is none when it cannot be computed; `clock_error` says why."""

    request: RecordsRequest
    asked: str
    requester: str
    contact: str
    clock: ClockState | None
    clock_error: Refused | None
    moved: Sequence[ClockEvent]
    steps: Sequence[ShownStep]
    searches: Sequence[ShownSearch]
    letters: Sequence[Letter]
    hold: Hold | None
    team: Sequence[TeamMember]
    scopes: Sequence[str | Promise]


def requests_visible(*, actor: Actor, at: datetime) -> QuerySet[RecordsRequest]:
    """Return the requests that the actor may see."""
    return policy.visible(actor, RecordsRequest.objects.all(), at)


def requests_owed(*, actor: Actor, at: datetime) -> QuerySet[RecordsRequest]:
    """Return the requests that are still owed an answer."""
    return requests_visible(actor=actor, at=at).filter(state__in=OPEN)


def request_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> RecordsRequest:
    """Return a request that the actor may see. Raises RecordsRequest.DoesNotExist."""
    return requests_visible(actor=actor, at=at).select_related("entered_by").get(ref=ref)


def requests_listed(rows: Sequence[RecordsRequest], *, at: datetime) -> list[Listed]:
    """Return the rows of a list in their order, with the first words of each."""
    texts = words_of(row.text_ref for row in rows)
    today = Department.objects.get().day(at) if rows else at.date()
    return [Listed(row, texts.get(row.text_ref, ""), (row.cautious_on - today).days, row.state in OPEN) for row in rows]


def words_of(refs: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Return the texts of a request's own file by their refs; those who may open the file may read them."""
    wanted = {ref for ref in refs if ref is not None}
    return dict(Words.objects.filter(ref__in=wanted).values_list("ref", "text"))


def request_file(request: RecordsRequest, *, at: datetime) -> RequestFile:
    """Read the file of a request that the caller was let see."""
    steps = list(request.steps.select_related("by").order_by("-n")[:STEPS_SHOWN])
    texts = words_of(
        [request.text_ref, request.requester_ref, request.contact_ref, *(step.words_ref for step in steps)]
    )
    clock, error = None, None
    try:
        clock = request_clock(request, at=at)
    except Refused as refused:
        error = refused
    hold = Hold.objects.filter(ref=request.hold_ref).first() if request.hold_ref else None
    scopes = HoldScope.objects.filter(hold=hold).select_related("account").order_by("pk") if hold else ()
    letters = list(request.letters.select_related("by").order_by("-at", "-pk"))
    return RequestFile(
        request=request,
        asked=texts.get(request.text_ref, ""),
        requester=texts.get(request.requester_ref, "") if request.requester_ref else "",
        contact=texts.get(request.contact_ref, "") if request.contact_ref else "",
        clock=clock,
        clock_error=error,
        moved=list(request.clock_events.exclude(kind=ClockKind.COMPUTED).order_by("n")),
        steps=[_step(step, texts, {letter.ref for letter in letters}) for step in steps],
        searches=_searches(request),
        letters=letters,
        hold=hold if hold and hold.in_force else None,
        team=list(request.team.filter(until=None).select_related("user").order_by("-lead", "since")),
        scopes=[_scope(scope) for scope in scopes],
    )


def _step(step: RequestStep, texts: dict[uuid.UUID, str], letters: set[uuid.UUID]) -> ShownStep:
    codes = [str(LETTERS.get(code) or CHANNELS.get(code, code)) for code in step.codes]
    return ShownStep(
        at=step.at,
        by=step.by.name,
        title=STEPS.get(step.kind, step.kind),
        codes=", ".join(codes),
        until=step.until,
        words=texts.get(step.words_ref, "") if step.words_ref else "",
        letter_ref=step.about_ref if step.about_ref in letters else None,
    )


def _searches(request: RecordsRequest) -> list[ShownSearch]:
    rows = list(
        Collection.objects.filter(purpose=Purpose.REQUEST, purpose_ref=request.ref)
        .select_related("search_run", "by")
        .order_by("-frozen_at", "-pk")
    )
    texts = words_of(row.search_run.query_ref for row in rows)
    closed = set(CollectionClosed.objects.filter(collection__in=rows).values_list("collection_id", flat=True))
    return [
        ShownSearch(
            row, texts.get(row.search_run.query_ref, ""), filters_told(row.search_run.filters), row.pk in closed
        )
        for row in rows
    ]


def filters_told(stored: dict[str, object]) -> tuple[str, ...]:
    """Return the filters of a search run in words."""
    filters = Filters.from_json(stored)
    told = [str(account) for account in Account.objects.filter(pk__in=filters.account_ids).order_by("name")]
    told += [str(KINDS[kind]) for kind in filters.kinds] + [str(STATES[state]) for state in filters.states]
    if filters.since or filters.until:
        told.append(f"{filters.since or '…'} – {filters.until or '…'}")
    return tuple(told)


def _scope(scope: HoldScope) -> str:
    account = str(scope.account) if scope.account else ""
    kind = str(KINDS.get(scope.record_kind, scope.record_kind)) if scope.record_kind else ""
    return " · ".join(part for part in (account, kind) if part)
