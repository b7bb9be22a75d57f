"""Reading a review: the items family by family, how far it is, and one item with all that can be hidden in it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Words
from archive.records.models import Record
from archive.records.names import KINDS
from archive.records.said import NOTHING, Said, said_by
from foia.collections.models import Collection, CollectionClosed, CollectionItem, Purpose
from foia.collections.selectors import collection_closed_counts, collection_items
from foia.review.models import Approval, Redaction, ReviewDecision
from foia.review.redaction import Decision

SHOWS = ("undecided", *(decision.value for decision in Decision))


@dataclass(frozen=True, slots=True)
class Member:
    """One version of a family. `decision` is the latest, none while nobody decided."""

    item: CollectionItem
    said: Said
    decision: ReviewDecision | None


@dataclass(frozen=True, slots=True)
class Family:
    """A record with those of its versions that are on this page."""

    record: Record
    kind: object
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is, of the items that the actor may see. `own` were decided by the actor.

    `approval` is the latest confirmation, and `stale` says that something was decided anew since. `closed` counts items
    in compartments that are closed to the actor, by code.
    """

    total: int
    decided: int
    disclosed: int
    redacted: int
    withheld: int
    own: int
    closed: Mapping[str, int]
    approval: Approval | None
    stale: bool
    ended: bool

    @property
    def whole(self) -> bool:
        """Whether everything is decided."""
        return self.decided == self.total


def collection_named(request_ref: uuid.UUID, ref: uuid.UUID) -> Collection:
    """Return a collection of the request. Raises Collection.DoesNotExist."""
    return Collection.objects.select_related("search_run", "by").get(
        purpose=Purpose.REQUEST, purpose_ref=request_ref, ref=ref
    )


def items_shown(collection: Collection, show: str, *, actor: Actor, at: datetime) -> QuerySet[CollectionItem]:
    """Return the items that the actor may see: all, the undecided, or those with this latest decision."""
    rows = collection_items(collection, actor=actor, at=at).select_related("version", "record__account", "collection")
    own = ReviewDecision.objects.filter(item=OuterRef("pk"))
    if show == "undecided":
        return rows.filter(~Exists(own))
    if show in SHOWS:
        return rows.annotate(latest=Subquery(own.order_by("-n").values("decision")[:1])).filter(latest=show)
    return rows


def item_numbered(collection: Collection, n: int, *, actor: Actor, at: datetime) -> CollectionItem:
    """Return an item that the actor may see. Raises CollectionItem.DoesNotExist."""
    return items_shown(collection, "all", actor=actor, at=at).get(n=n)


def next_undecided(collection: Collection, after: int, *, actor: Actor, at: datetime) -> int | None:
    """Return the number of the next item that nobody decided on, looking on from `after` and then from the start."""
    numbers = items_shown(collection, "undecided", actor=actor, at=at).order_by("n").values_list("n", flat=True)
    return numbers.filter(n__gt=after).first() or numbers.first()


def families_of(items: Sequence[CollectionItem]) -> list[Family]:
    """Group the items of a page by record, with their words and latest decisions."""
    said = said_by([item.version.event_id for item in items])
    latest = decisions_latest(items)
    found: dict[int, list[Member]] = {}
    for item in items:
        member = Member(item, said.get(item.version.event_id, NOTHING), latest.get(item.pk))
        found.setdefault(item.record_id, []).append(member)
    return [Family(members[0].item.record, KINDS[members[0].item.record.kind], members) for members in found.values()]


def decisions_latest(items: Iterable[CollectionItem]) -> dict[int, ReviewDecision]:
    """Return the latest decision on each item, by the item's id."""
    rows = ReviewDecision.objects.filter(item__in=items).select_related("by").order_by("item_id", "-n")
    return {row.item_id: row for row in rows.distinct("item_id")}


def latest_collections(request_refs: Sequence[uuid.UUID]) -> QuerySet[Collection]:
    """Return the newest collection of each of these requests, where its work has not ended."""
    later = Collection.objects.filter(purpose_ref=OuterRef("purpose_ref"), pk__gt=OuterRef("pk"))
    closed = CollectionClosed.objects.filter(collection=OuterRef("pk"))
    return Collection.objects.filter(
        ~Exists(later), ~Exists(closed), purpose=Purpose.REQUEST, purpose_ref__in=request_refs
    )


def progress_of(collection: Collection, *, actor: Actor, at: datetime) -> Progress:
    """Return how far a review is."""
    items = collection_items(collection, actor=actor, at=at).order_by()
    latest = ReviewDecision.objects.filter(item__in=items.values("pk")).order_by("item_id", "-n").distinct("item_id")
    counts = dict.fromkeys(Decision, 0)
    own = 0
    for decision, count, mine in (
        ReviewDecision.objects.filter(pk__in=latest.values("pk"))
        .order_by()
        .values("decision")
        .annotate(made=Count("pk"), mine=Count("pk", filter=Q(by=actor.person)))
        .values_list("decision", "made", "mine")
    ):
        counts[Decision(decision)] = count
        own += mine
    approval = approval_of(collection)
    return Progress(
        total=items.count(),
        decided=sum(counts.values()),
        disclosed=counts[Decision.DISCLOSE],
        redacted=counts[Decision.REDACT],
        withheld=counts[Decision.WITHHOLD],
        own=own,
        closed=collection_closed_counts(collection, actor=actor, at=at),
        approval=approval,
        stale=approval is not None and approval_stale(approval),
        ended=CollectionClosed.objects.filter(collection=collection).exists(),
    )


def approval_of(collection: Collection) -> Approval | None:
    """Return the latest confirmation of a collection's review."""
    return Approval.objects.filter(collection=collection).select_related("by").order_by("-at", "-pk").first()


def approval_stale(approval: Approval) -> bool:
    """Return whether something was decided anew since the confirmation."""
    confirmed = ReviewDecision.objects.filter(approvals__approval=approval)
    later = ReviewDecision.objects.filter(item=OuterRef("item"), n__gt=OuterRef("n"))
    return confirmed.filter(Exists(later)).exists()


def basis_of(decision: ReviewDecision | None) -> str:
    """Return why something was hidden; whoever may see the item may read why."""
    if decision is None or decision.basis_ref is None:
        return ""
    return Words.objects.filter(ref=decision.basis_ref).values_list("text", flat=True).first() or ""


def redactions_of(decision: ReviewDecision | None) -> list[Redaction]:
    """Return the hidden parts of a decision, in their order."""
    return list(decision.redactions.order_by("place")) if decision is not None else []


def answered_by(item: CollectionItem, *, actor: Actor, at: datetime) -> tuple[Record, Said] | None:
    """Return what the item's record answers, as context: it is not collected by that."""
    parents = policy.visible(actor, Record.objects.all(), at).filter(child_links__record=item.record_id)
    parent = parents.select_related("current__version").first()
    if parent is None or not hasattr(parent, "current"):
        return None
    event = parent.current.version.event_id
    return parent, said_by([event]).get(event, NOTHING)
