"""A request from its receipt to its end: every step is evidence, every date is computed from adopted holidays."""

import os
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from archive.access.actor import Actor
from archive.access.audit import audit, words_keep
from archive.access.models import Department
from archive.access.policy import allows, require
from archive.destruction.holdings import Holding
from archive.destruction.locks import holds_lock
from archive.records.search import Filters
from archive.records.search_run import search_freeze
from foia.clocks.events import Event
from foia.clocks.rulebook import EventKind
from foia.collections.models import Collection, CollectionClosed, CollectionItem, Purpose
from foia.collections.numbering import counter_take
from foia.collections.services import collection_close, collection_freeze
from foia.requests.clock import IN_WRITING, clock_note, clock_of, clock_proposed, request_clock, review_window
from foia.requests.letters import LetterText, extension_letter, letter_write
from foia.requests.models import (
    Channel,
    ClockKind,
    Letter,
    LetterKind,
    RecordsRequest,
    RequestState,
    RequestStep,
    StepKind,
)
from foia.requests.steps import WORDS_LIMIT, request_locked, request_move, step_write
from foia.requests.team import member_add
from retention.errors import Refused
from retention.holds.models import Hold, HoldKind
from retention.holds.services import Scope, hold_place, hold_release

NOTES = frozenset(
    {
        StepKind.NARROWED,
        StepKind.CLARIFICATION_ASKED,
        StepKind.CLARIFIED,
        StepKind.VERIFICATION_ASKED,
        StepKind.VERIFIED,
    }
)
"""Steps that a person writes down without anything else following from them."""


def request_take(
    *,
    text: str,
    channel: Channel,
    received_at: datetime,
    scopes: Sequence[Scope],
    requester: str = "",
    contact: str = "",
    track: str = "ordinary",
    actor: Actor,
    at: datetime,
) -> RecordsRequest:
    """Take a request in: number it, note its due date (5 ILCS 140/3.5), and hold what it may be about.

    `received_at` is when it reached the department, `at` when it is written down; `scopes` are the pages and kinds of
    record that stay as they are from now on. Nobody has to be named as requester. Raises Denied, and Refused for an
    empty text, a receipt in the future, no scope, or holidays that nobody has adopted.
    """
    require(actor, "request.take", at)
    _check_intake(text, requester, contact, scopes, received_at, at)
    with transaction.atomic():
        state = clock_of(track, received_at, [], at=received_at)
        year = Department.objects.get().day(received_at).year
        request = RecordsRequest.objects.create(
            number=f"{year}-{counter_take(f'request/{year}', 1):04d}",
            channel=channel,
            track=track,
            received_at=received_at,
            entered_at=at,
            entered_by=actor.person,
            text_ref=words_keep(text, compartment="public", at=at),
            requester_ref=words_keep(requester.strip(), compartment="public", at=at) if requester.strip() else None,
            contact_ref=words_keep(contact.strip(), compartment="public", at=at) if contact.strip() else None,
            due_on=state.in_force,
            cautious_on=state.remind_by,
            subject=os.urandom(16),
        )
        member_add(request, actor.person, lead=True, by=actor.person, at=at)
        step_write(request, StepKind.RECEIVED, by=actor.person, at=at, codes=[str(channel)])
        clock_note(request, state, ClockKind.COMPUTED, at=at)
        _hold(request, scopes, actor, at)
        audit(actor, "request.take", at=at, object_kind="request", object_ref=request.ref)
    return request


def request_hold(*, request_ref: uuid.UUID, scopes: Sequence[Scope], actor: Actor, at: datetime) -> Hold:
    """Hold pages and kinds of record for a request again, before a further search. Raises Denied or Refused."""
    require(actor, "request.take", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        if request.state == RequestState.CLOSED:
            raise Refused("request.closed", _("This request is closed."))
        hold = _hold(request, scopes, actor, at)
        audit(actor, "request.hold", at=at, object_kind="request", object_ref=request.ref)
    return hold


def _hold(request: RecordsRequest, scopes: Sequence[Scope], actor: Actor, at: datetime) -> Hold:
    reason = _("Records request %(number)s") % {"number": request.number}
    placed = hold_place(kind=HoldKind.REQUEST, reason=reason, scopes=scopes, actor=actor, at=at)
    request.hold_ref, request.narrowed = placed.hold.ref, False
    request.save(update_fields=["hold_ref", "narrowed"])
    step_write(request, StepKind.HELD, by=actor.person, at=at, about_ref=placed.hold.ref)
    return placed.hold


def request_search(*, request_ref: uuid.UUID, words: str, filters: Filters, actor: Actor, at: datetime) -> Collection:
    """Search for a request once, so that it can be sworn to, and freeze all versions of what is found.

    The hold on what the request may be about must be in force; afterwards it narrows to what was collected, if the
    actor may lift holds (else `request_narrow` does it later). Raises Denied, a QueryError or FilterError, and Refused
    when there is no hold or nothing is found.
    """
    require(actor, "request.take", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        held_check(request)
        holds_lock()
        run = search_freeze(actor=actor, words=words, filters=filters, at=at)
        collection = collection_freeze(run=run, purpose=Purpose.REQUEST, purpose_ref=request.ref, actor=actor, at=at)
        request_move(request, RequestState.SEARCHED)
        step_write(request, StepKind.SEARCHED, by=actor.person, at=at, about_ref=collection.ref)
        if allows(actor, "hold.release", at):
            _narrow(request, collection, actor, at)
        audit(actor, "request.search", at=at, object_kind="request", object_ref=request.ref, count=collection.versions)
    return collection


def request_narrow(*, request_ref: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Let go of what a request turned out not to be about; what was collected stays held. Raises Denied or Refused."""
    require(actor, "hold.release", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        collection = _collections(request).order_by("-frozen_at", "-pk").first()
        if collection is None or request.narrowed or request.hold_ref is None:
            raise Refused("request.nothing-to-narrow", _("There is no wide hold with a collection to narrow it to."))
        _narrow(request, collection, actor, at)
        audit(actor, "request.narrow", at=at, object_kind="request", object_ref=request.ref)


def _narrow(request: RecordsRequest, collection: Collection, actor: Actor, at: datetime) -> None:
    """Place the narrow hold before the wide one is lifted; both happen or neither."""
    wide = request.hold_ref
    reason = _("Records request %(number)s, what was collected") % {"number": request.number}
    records = CollectionItem.objects.filter(collection=collection).values_list("record_id", flat=True).distinct()
    placed = hold_place(
        kind=HoldKind.REQUEST, reason=reason, holdings=[Holding("record", one) for one in records], actor=actor, at=at
    )
    if wide is not None:
        hold_release(hold_ref=wide, reason=reason, actor=actor, at=at)
        step_write(request, StepKind.FREED, by=actor.person, at=at, about_ref=wide)
    request.hold_ref, request.narrowed = placed.hold.ref, True
    request.save(update_fields=["hold_ref", "narrowed"])
    step_write(request, StepKind.HELD, by=actor.person, at=at, about_ref=placed.hold.ref)


def request_note(*, request_ref: uuid.UUID, kind: StepKind, words: str, actor: Actor, at: datetime) -> RequestStep:
    """Write down what passed between requester and department: asked, clarified, verified, narrowed.

    Its clock takes note if the law gives it weight (in Illinois clarification gives no time). Raises Denied, and
    Refused for another kind of step, no words, or a closed request.
    """
    require(actor, "request.take", at)
    if kind not in NOTES or not words.strip() or len(words) > WORDS_LIMIT:
        raise Refused("request.note", _("Say in words what passed between requester and department."))
    with transaction.atomic():
        request = request_locked(request_ref)
        _check_open(request)
        step = step_write(request, kind, by=actor.person, at=at, words=words.strip())
        _clock_again(request, at)
        audit(actor, f"request.{kind.value}", at=at, object_kind="request", object_ref=request.ref)
    return step


def request_extend(
    *, request_ref: uuid.UUID, reasons: Sequence[str], until: date | None = None, actor: Actor, at: datetime
) -> Letter:
    """Extend the answer period for reasons of 5 ILCS 140/3(e), and issue the letter that says so (3(f)).

    Possible only while the first period runs: on the day after it, the request is denied by silence and nothing extends
    it. `until` may promise an earlier day than the law allows. Raises Denied, and Refused with the reason.
    """
    require(actor, "request.decide", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        _check_open(request)
        proposed = Event(EventKind.EXTENDED, at, until=until, reasons=tuple(reasons))
        state = clock_proposed(request, proposed)
        step_write(request, StepKind.EXTENDED, by=actor.person, at=at, codes=reasons, until=until)
        clock_note(request, state, ClockKind.EXTENDED, at=at)
        text = extension_letter(request, reasons=reasons, until=state.in_force, signer=actor.person, at=at)
        letter = letter_write(request, LetterKind.EXTENSION, text, by=actor.person, at=at)
        step_write(request, StepKind.LETTER, by=actor.person, at=at, codes=[letter.kind], about_ref=letter.ref)
        audit(actor, "request.extend", at=at, object_kind="request", object_ref=request.ref)
    return letter


def request_agree(*, request_ref: uuid.UUID, until: date, in_writing: bool, actor: Actor, at: datetime) -> RequestStep:
    """Note a later day on which requester and department agree. Raises Denied, and Refused when the law ignores it."""
    require(actor, "request.decide", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        _check_open(request)
        state = clock_proposed(request, Event(EventKind.AGREED, at, until=until, in_writing=in_writing))
        codes = [IN_WRITING] if in_writing else []
        step = step_write(request, StepKind.AGREED, by=actor.person, at=at, codes=codes, until=until)
        clock_note(request, state, ClockKind.EXTENDED, at=at)
        audit(actor, "request.agree", at=at, object_kind="request", object_ref=request.ref)
    return step


def request_decided(*, request_ref: uuid.UUID, collection_ref: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Note that everything collected is reviewed and confirmed. The room of reviews calls it in its transaction."""
    request = request_locked(request_ref)
    request_move(request, RequestState.DECIDED)
    step_write(request, StepKind.DECIDED, by=actor.person, at=at, about_ref=collection_ref)


def letter_issue(
    *,
    request_ref: uuid.UUID,
    kind: LetterKind,
    text: LetterText,
    collection_ref: uuid.UUID | None,
    actor: Actor,
    at: datetime,
) -> Letter:
    """Issue the letter that answers a request; a denial without all its parts cannot even be written as a `LetterText`.

    Raises Denied, and Refused for a request that is closed or withdrawn.
    """
    require(actor, "request.decide", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        if request.state in {RequestState.CLOSED, RequestState.WITHDRAWN}:
            raise Refused("request.closed", _("This request is closed."))
        letter = letter_write(request, kind, text, by=actor.person, at=at, collection_ref=collection_ref)
        step_write(request, StepKind.LETTER, by=actor.person, at=at, codes=[letter.kind], about_ref=letter.ref)
        audit(actor, "request.letter", at=at, object_kind="request", object_ref=request.ref)
    return letter


def request_answer(
    *, request_ref: uuid.UUID, letter: Letter, about_ref: uuid.UUID, actor: Actor, at: datetime
) -> RequestStep:
    """Note that the answer went out: its letter, and what it came with. This is what stops the clock.

    Raises Denied, and Refused when the request cannot be answered as it stands, or the letter is of another.
    """
    require(actor, "production.release", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        if letter.request_id != request.pk or letter.kind == LetterKind.EXTENSION:
            raise Refused("request.letter", _("This letter does not answer this request."))
        request_move(request, RequestState.ANSWERED)
        kind = StepKind.DENIED if letter.kind == LetterKind.DENIAL else StepKind.ANSWERED
        step = step_write(request, kind, by=actor.person, at=at, codes=[letter.kind], about_ref=about_ref)
        audit(actor, "request.answer", at=at, object_kind="request", object_ref=request.ref)
    return step


def request_withdraw(*, request_ref: uuid.UUID, words: str, actor: Actor, at: datetime) -> RequestStep:
    """Note that the requester took the request back. Raises Denied or Refused."""
    require(actor, "request.take", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        request_move(request, RequestState.WITHDRAWN)
        step = step_write(request, StepKind.WITHDRAWN, by=actor.person, at=at, words=words.strip()[:WORDS_LIMIT])
        audit(actor, "request.withdraw", at=at, object_kind="request", object_ref=request.ref)
    return step


def request_close(*, request_ref: uuid.UUID, actor: Actor, at: datetime) -> RequestStep:
    """Close the file: its collections and its holds keep nothing any more.

    After a denial, in whole or in part, not before the time for review has run out (5 ILCS 140/9.5(a)). Raises Denied,
    and Refused with the day on which it can be closed.
    """
    require(actor, "hold.release", at)
    with transaction.atomic():
        request = request_locked(request_ref)
        _check_window(request, at)
        request_move(request, RequestState.CLOSED)
        for collection in _collections(request).exclude(pk__in=CollectionClosed.objects.values("collection_id")):
            collection_close(collection=collection, actor=actor, at=at)
        reason = _("Records request %(number)s is closed") % {"number": request.number}
        placed = request.steps.filter(kind=StepKind.HELD).values("about_ref")
        for hold in Hold.objects.filter(ref__in=placed, released_at=None):
            hold_release(hold_ref=hold.ref, reason=reason, actor=actor, at=at)
        step = step_write(request, StepKind.CLOSED, by=actor.person, at=at)
        audit(actor, "request.close", at=at, object_kind="request", object_ref=request.ref)
    return step


def _collections(request: RecordsRequest) -> QuerySet[Collection]:
    return Collection.objects.filter(purpose=Purpose.REQUEST, purpose_ref=request.ref)


def _check_intake(
    text: str, requester: str, contact: str, scopes: Sequence[Scope], received_at: datetime, at: datetime
) -> None:
    if not text.strip() or max(map(len, (text, requester, contact))) > WORDS_LIMIT:
        raise Refused("request.text", _("Write down what is asked for, in up to 20,000 characters."))
    if received_at > at:
        raise Refused("request.future", _("A request cannot have been received in the future."))
    if not scopes:
        raise Refused("request.scope", _("Choose the pages that this request may be about; they are held at once."))


def _check_open(request: RecordsRequest) -> None:
    if request.state not in {RequestState.RECEIVED, RequestState.SEARCHED, RequestState.DECIDED}:
        raise Refused("request.answered", _("This request was answered, withdrawn or closed."))


def held_check(request: RecordsRequest) -> None:
    """Raise Refused unless the wide hold of the request is in force: nothing is searched before it is held."""
    held = Hold.objects.filter(ref=request.hold_ref, released_at=None).exists() if request.hold_ref else False
    if not held or request.narrowed:
        raise Refused("request.no-hold", _("Hold the pages that this request may be about before you search."))


def _check_window(request: RecordsRequest, at: datetime) -> None:
    refusals = (LetterKind.DENIAL, LetterKind.PARTIAL, LetterKind.NO_RECORDS)
    answers = request.steps.filter(kind__in=[StepKind.ANSWERED, StepKind.DENIED])
    denials = [step.at for step in answers if set(step.codes) & set(refusals)]
    if not denials:
        return
    window = review_window(request, max(denials))
    if Department.objects.get().day(at) <= window.keep_until:
        raise Refused(
            "request.window-open",
            _("The requester may ask for review until %(day)s; close the request after that day.")
            % {"day": window.keep_until.isoformat()},
        )


def _clock_again(request: RecordsRequest, at: datetime) -> None:
    state = request_clock(request, at=at)
    if (state.in_force, state.remind_by) != (request.due_on, request.cautious_on):
        clock_note(request, state, ClockKind.RECOMPUTED, at=at)
