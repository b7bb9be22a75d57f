"""When a record may go, and the sentence that says so.

Of several series the longest wins, a permanent one always wins, and a hold beats them all. A series whose trigger has
not come keeps the record, however long the others have ended. What has no series is never destroyed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from retention.rules.citations import Citation, distinct
from retention.rules.series import (
    AFTER,
    NOT_YET,
    THEN,
    Cutoff,
    SeriesRule,
    Trigger,
    last_day_of_year,
    period_end,
    rule_end,
)


class BlockKind(StrEnum):
    """What keeps a record."""

    HOLD = "hold"
    AUDIT = "audit"
    REQUEST = "request"  #: an open records request or the time for its review
    CASE = "case"
    UNSCHEDULED = "unscheduled"
    PERMANENT = "permanent"
    WAITING = "waiting"  #: the trigger has not come
    UNCERTAIN_DAY = "uncertain-day"  #: the day of the trigger is known only without a time zone


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that keeps a record: what kind, and in words what a person calls it (`hold H-3, Smith v. City`)."""

    kind: BlockKind
    name: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision rests on.

    `days` gives for each trigger that has come its latest day among the record's versions, in the department's zone.
    `uncertain` are triggers whose day comes from a network time without a zone: they start no clock that ends in
    destruction. `blocks` are the holds, audits, requests and cases in force now. `application` is the number of the
    approved application, empty when there is none.
    """

    rules: tuple[SeriesRule, ...]
    days: Mapping[Trigger, date]
    captured_on: date
    fiscal_year_start_month: int
    blocks: tuple[Block, ...] = ()
    uncertain: frozenset[Trigger] = field(default_factory=frozenset)
    application: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """When a record may go. `eligible_on` is `None` while anything keeps it without a date; `ends_on` is the end of the
    period alone, whatever else blocks. `rule` is the series that decides.
    """

    eligible_on: date | None
    ends_on: date | None
    blocked_by: tuple[Block, ...]
    rule: SeriesRule | None
    sentence: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    rule: SeriesRule
    ends_on: date | None
    block: Block | None
    why: str


def decide(inputs: Inputs) -> Decision:
    """Decide when a record may go. Every decision carries one sentence that a clerk can read."""
    if not inputs.rules:
        block = Block(BlockKind.UNSCHEDULED, "it has no series")
        return Decision(None, None, (*inputs.blocks, block), None, _unscheduled(inputs.blocks), ())
    terms = [_term(rule, inputs) for rule in inputs.rules]
    deciding = _deciding(terms)
    open_ended = tuple(term.block for term in terms if term.block is not None)
    ends_on = None if open_ended else deciding.ends_on
    blocked_by = inputs.blocks + open_ended
    return Decision(
        eligible_on=None if blocked_by else ends_on,
        ends_on=ends_on,
        blocked_by=blocked_by,
        rule=deciding.rule,
        sentence=_sentence(inputs, deciding, ends_on),
        citations=distinct(term.rule.citation for term in [deciding, *terms]),
    )


def _term(rule: SeriesRule, inputs: Inputs) -> _Term:
    title = f"“{rule.title}”"
    if rule.permanent or rule.period is None:
        return _Term(rule, None, Block(BlockKind.PERMANENT, f"{title} is permanent"), "")
    day = inputs.days.get(rule.trigger)
    length = f"{rule.period.words()} {AFTER[rule.trigger]}"
    if day is None:
        block = Block(BlockKind.WAITING, f"{title} waits: {NOT_YET[rule.trigger]}")
        return _Term(rule, None, block, f"{length}, and {NOT_YET[rule.trigger]}")
    if rule.trigger in inputs.uncertain:
        problem = "that day is known only without a time zone, so a person must state it"
        return _Term(
            rule, None, Block(BlockKind.UNCERTAIN_DAY, f"{title} waits: {problem}"), f"{length}, and {problem}"
        )
    month = inputs.fiscal_year_start_month
    ends_on = rule_end(rule, day, inputs.captured_on, month)
    why = f"{length} ({day})"
    if rule.cutoff is not Cutoff.EXACT:
        year = "fiscal year" if rule.cutoff is Cutoff.END_OF_FISCAL_YEAR else "calendar year"
        why += f", counted from the end of the {year} ({last_day_of_year(day, rule.cutoff, month)})"
    if rule.floor is not None and ends_on > period_end(rule, day, month):
        why += f", and at least {rule.floor.words()} after it was captured ({inputs.captured_on})"
    return _Term(rule, ends_on, None, why)


def _deciding(terms: Sequence[_Term]) -> _Term:
    """Return the term that keeps longest: permanent, then waiting without a date, then the latest end."""
    for term in terms:
        if term.block is not None and term.block.kind is BlockKind.PERMANENT:
            return term
    for term in terms:
        if term.ends_on is None:
            return term
    return max(terms, key=lambda term: (term.ends_on or date.min, term.rule.code))


def _sentence(inputs: Inputs, deciding: _Term, ends_on: date | None) -> str:
    rule = deciding.rule
    source = f"({rule.citation})"
    if deciding.block is not None and deciding.block.kind is BlockKind.PERMANENT:
        period = f"“{rule.title}” is permanent {source}"
        said = f"Kept for ever: {period}" if not inputs.blocks else f"{_held(inputs.blocks)}; apart from that, {period}"
        return said + "."
    period = f"“{rule.title}” is kept {deciding.why} {source}"
    if inputs.blocks:
        tail = f"; apart from that, {period}"
        return _held(inputs.blocks) + tail + (f", until {ends_on}." if ends_on else ".")
    if ends_on is None:
        return f"Kept: {period}."
    under = f" under Application {inputs.application}" if inputs.application else ""
    item = f", item {rule.item}" if inputs.application and rule.item else ""
    return f"Kept until {ends_on}: {period}; {THEN[rule.action]}{under}{item}."


def _held(blocks: Sequence[Block]) -> str:
    return "Kept while these last: " + "; ".join(block.name for block in blocks)


def _unscheduled(blocks: Sequence[Block]) -> str:
    text = "it has no series yet, and what is unscheduled is never destroyed"
    return f"{_held(blocks)}; apart from that, {text}." if blocks else f"Kept: {text}."
