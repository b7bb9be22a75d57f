"""Why a record is still here, or why it is gone: in sentences that a clerk can read out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from archive.access.models import Department
from archive.destruction.holdings import Holding
from archive.destruction.models import Blocker
from archive.destruction.record_holding import KIND as RECORD
from archive.records.models import Record, Tombstone
from retention.dispositions.certificates import standing
from retention.dispositions.models import OPEN_STATES, BatchItem, BatchState, DisposalCertificate, Outcome
from retention.holds.models import HoldKind
from retention.holds.selectors import holds_on
from retention.rules.decide import Block, BlockKind, Decision, Inputs, decide
from retention.schedules.assigning import basis_of, facts_of
from retention.schedules.computing import Decider
from retention.schedules.models import Assignment

BLOCK_KINDS = {
    HoldKind.LEGAL: BlockKind.HOLD,
    HoldKind.AUDIT: BlockKind.AUDIT,
    HoldKind.REQUEST: BlockKind.REQUEST,
    HoldKind.APPEAL: BlockKind.REQUEST,
    HoldKind.EVIDENCE: BlockKind.CASE,
}
"""What a hold of each kind is called in a sentence."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for one record.

    `eligible_on` is the first day on which it may be proposed, none while anything keeps it without a date; `ends_on`
    is the end of the period alone. The first of `sentences` is the one that matters most.
    """

    record: Record
    series_code: str
    eligible_on: date | None
    ends_on: date | None
    destroyed: bool
    sentences: tuple[str, ...]


def explain(record: Record) -> Explanation:
    """Say why a record stays, until when, and where it stands in a disposition; or under what authority it went.

    A reader: whoever calls it has found the record through the policy.
    """
    tombstone = Tombstone.objects.filter(record=record).first()
    if tombstone is not None:
        return Explanation(record, tombstone.series_code, None, None, True, (_destroyed(tombstone),))
    assignment = Assignment.objects.select_related("series").filter(holding_kind=RECORD, holding_id=record.pk).first()
    decision = _decision(record, assignment)
    series = assignment.series if assignment is not None else None
    sentences = [decision.sentence]
    if assignment is not None and series is not None and series.current_id != assignment.applied_id:
        sentences.append(
            _("A newer version of this series would shorten this; the older one applies until another person approves.")
        )
    sentences += _dispositions(record)
    return Explanation(
        record,
        series.code if series is not None else "",
        decision.eligible_on,
        decision.ends_on,
        False,
        tuple(sentences),
    )


def _decision(record: Record, assignment: Assignment | None) -> Decision:
    blocks = tuple(_blocks(record))
    decider = Decider.load()
    basis = basis_of(facts_of(assignment), decider.book) if assignment is not None else None
    if basis is not None:
        return decider.decide(basis, blocks)
    captured_on = Department.objects.get().day(record.created_at)
    return decide(Inputs((), {}, captured_on, decider.fiscal_year_start_month, blocks))


def _blocks(record: Record) -> Iterator[Block]:
    department = Department.objects.get()
    refs = set()
    for hold in holds_on(Holding(RECORD, record.pk)):
        refs.add(hold.ref)
        kind = HoldKind(hold.kind)
        name = _("%(kind)s hold of %(day)s") % {"kind": kind.label.lower(), "day": department.day(hold.placed_at)}
        yield Block(BLOCK_KINDS[kind], name)
    others = Blocker.objects.filter(holding_kind=RECORD, holding_id=record.pk).exclude(reason_ref__in=refs)
    for reason_kind in others.order_by("reason_kind").values_list("reason_kind", flat=True).distinct():
        yield Block(BlockKind.REQUEST, _("open %(what)s") % {"what": reason_kind})


def _dispositions(record: Record) -> Iterator[str]:
    items = BatchItem.objects.filter(holding_kind=RECORD, holding_id=record.pk).order_by("-pk")
    department = Department.objects.get()
    for item in items.select_related("batch", "outcome")[:5]:
        batch = item.batch
        outcome = getattr(item, "outcome", None)
        day = department.day(batch.proposed_at)
        if outcome is not None and outcome.outcome == Outcome.DROPPED:
            yield _("It was dropped from the disposition proposed on %(day)s: %(why)s") % {
                "day": day,
                "why": outcome.sentence,
            }
        elif batch.state in OPEN_STATES:
            yield _("It lies in the disposition proposed on %(day)s, which is %(state)s.") % {
                "day": day,
                "state": BatchState(batch.state).label.lower(),
            }
            certificate = DisposalCertificate.objects.filter(batch=batch).first()
            if certificate is not None:
                yield standing(certificate).sentence


def _destroyed(tombstone: Tombstone) -> str:
    number = DisposalCertificate.objects.filter(ref=tombstone.certificate_ref).values_list("number", flat=True).first()
    return _(
        "Destroyed on %(day)s under certificate %(number)s, series %(series)s; the last backup that held it ages out by"
        " %(finalises)s."
    ) % {
        "day": Department.objects.get().day(tombstone.at),
        "number": number or _("of another archive"),
        "series": tombstone.series_code,
        "finalises": tombstone.finalises_on,
    }
