"""What the pages of holds show: rows of the list, and one hold with what it covers."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Words
from archive.accounts.models import Account
from archive.destruction.holdings import HOLDINGS
from archive.records.models import Record, SearchRun, SearchRunHit
from archive.records.names import KINDS
from retention.holds.models import Hold, HoldItem, HoldScope, HoldStep, StepKind
from retention.holds.names import HOLD_KINDS, HOLD_STEPS
from retention.schedules.sealed import sealed_counts

PAGES = 1_000  #: pages of the department that a form offers
RUNS = 50  #: frozen searches that a form offers


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold in the list. `count` is what its own acts took in; a standing one has taken in more since."""

    hold: Hold
    kind: str | Promise
    reason: str
    count: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldAct:
    """One step of a hold in words."""

    step: HoldStep
    name: str | Promise
    words: str
    count: int  #: without what lies in sealed compartments that are closed to the reader


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of records that the actor may see, and how many others there were."""

    ids: Sequence[int]
    closed: int


def holds_listed(*, lifted: bool) -> QuerySet[Hold]:
    """Return the holds in force, or the lifted ones."""
    return Hold.objects.filter(released_at__isnull=not lifted).select_related("placed_by", "released_by")


def rows_of(holds: Sequence[Hold], *, actor: Actor, at: datetime) -> list[HoldRow]:
    """Return one page of holds with reasons, counts and scopes, in three queries."""
    ids = [hold.pk for hold in holds]
    words = _words([hold.reason_ref for hold in holds], actor, at)
    taken = (
        HoldStep.objects.filter(hold__in=ids).exclude(kind=StepKind.RELEASED).values("hold").annotate(n=Sum("count"))
    )
    counts: dict[int, int] = dict(taken.values_list("hold", "n"))
    told = HoldItem.objects.filter(hold__steps__at=F("at"))  # what its own acts took in, as they counted it
    hidden = sealed_counts(told, by="hold", values=ids, actor=actor, at=at)
    scopes: dict[int, list[str]] = {}
    for scope in HoldScope.objects.filter(hold__in=ids).select_related("account").order_by("pk"):
        scopes.setdefault(scope.hold_id, []).append(scope_words(scope))
    return [
        HoldRow(
            hold,
            HOLD_KINDS[hold.kind],
            words.get(hold.reason_ref, _("The reason lies in a compartment that is closed to you.")),
            max(0, counts.get(hold.pk, 0) - hidden.get(hold.pk, 0)),
            tuple(scopes.get(hold.pk, ())),
        )
        for hold in holds
    ]


def scope_words(scope: HoldScope) -> str:
    """Say what a standing scope covers."""
    kind = str(KINDS[scope.record_kind]) if scope.record_kind else _("everything")
    return _("%(kind)s of %(page)s") % {"kind": kind, "page": scope.account or _("every page")}


def acts_of(hold: Hold, *, actor: Actor, at: datetime) -> list[HoldAct]:
    """Return the steps of a hold in their order."""
    steps = list(HoldStep.objects.filter(hold=hold).select_related("by").order_by("pk"))
    words = _words([step.words_ref for step in steps if step.words_ref], actor, at)
    items = HoldItem.objects.filter(hold=hold)
    by_act = sealed_counts(items, by="at", values=[step.at for step in steps], actor=actor, at=at)
    all_of_it = sealed_counts(items, by="hold", values=[hold.pk], actor=actor, at=at).get(hold.pk, 0)

    def count(step: HoldStep) -> int:
        hidden = all_of_it if step.kind == StepKind.RELEASED else by_act.get(step.at, 0)
        return max(0, step.count - hidden)

    return [
        HoldAct(step, HOLD_STEPS[step.kind], words.get(step.words_ref, "") if step.words_ref else "", count(step))
        for step in steps
    ]


def kinds_covered(hold: Hold) -> list[str]:
    """Return the kinds of holdings of which the hold covers any: one index probe a kind."""
    kinds = [kind.kind for kind in HOLDINGS.all()]
    return [kind for kind in kinds if HoldItem.objects.filter(hold=hold, holding_kind=kind).exists()]


def items_covered(hold: Hold, kind: str) -> QuerySet[HoldItem]:
    """Return what a hold covers of one kind; in the order of `holding_id` this reads one index."""
    return HoldItem.objects.filter(hold=hold, holding_kind=kind)


def pages_to_hold(*, actor: Actor, at: datetime) -> Mapping[str, str]:
    """Return the pages of the department that the actor may know of: ref → name."""
    rows = policy.visible(actor, Account.objects.all(), at).order_by("name", "pk")[:PAGES]
    return {str(row.ref): str(row) for row in rows}


def page_named(ref: str, *, actor: Actor, at: datetime) -> int:
    """Return the id of a page. Raises Account.DoesNotExist."""
    return policy.visible(actor, Account.objects.all(), at).values_list("pk", flat=True).get(ref=ref)


def search_runs(*, actor: Actor, at: datetime) -> Mapping[str, str]:
    """Return the latest frozen searches that the actor sees: ref → what was asked, when, with how many found."""
    runs = list(policy.visible(actor, SearchRun.objects.all(), at).order_by("-pk")[:RUNS])
    words = _words([run.query_ref for run in runs], actor, at)
    said = {run.ref: words.get(run.query_ref) or _("a search by filters") for run in runs}
    return {
        str(run.ref): _("“%(words)s”: %(count)d found on %(day)s")
        % {"words": said[run.ref][:60], "count": run.total, "day": run.at.date()}
        for run in runs
    }


def records_of_run(run_ref: uuid.UUID, *, actor: Actor, at: datetime) -> Found:
    """Return what a frozen search found. Raises SearchRun.DoesNotExist."""
    run = policy.visible(actor, SearchRun.objects.all(), at).get(ref=run_ref)
    hits = SearchRunHit.objects.filter(run=run).values("record_id")
    ids = list(policy.visible(actor, Record.objects.all(), at).filter(pk__in=hits).values_list("pk", flat=True))
    return Found(ids, run.total - len(ids))


def records_named(refs: Iterable[uuid.UUID], *, actor: Actor, at: datetime) -> Mapping[uuid.UUID, int]:
    """Return ref → id of those records that exist and that the actor may see."""
    rows = policy.visible(actor, Record.objects.all(), at).filter(ref__in=list(refs))
    return dict(rows.values_list("ref", "pk"))


def _words(refs: Sequence[uuid.UUID], actor: Actor, at: datetime) -> dict[uuid.UUID, str]:
    rows = policy.visible(actor, Words.objects.all(), at).filter(ref__in=refs)
    return dict(rows.values_list("ref", "text"))
