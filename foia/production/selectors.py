"""Reading productions: the list, one with how far it is, its links and who fetched by them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Words
from archive.jobs.models import Job, JobState
from archive.ledger.errors import LedgerError
from archive.ledger.selectors import vkey
from foia.collections.models import Collection, CollectionClosed, CollectionItem, Purpose
from foia.production.late import LateStamp, stamps_late
from foia.production.models import (
    Bundle,
    LeakScan,
    Production,
    ProductionItem,
    ProductionSealed,
    ProductionState,
    Release,
)
from foia.production.services import BUILD
from foia.requests.models import Letter, RecordsRequest
from foia.review.models import Approval, ReviewDecision
from foia.review.selectors import approval_stale

WAITING_SHOWN = 50
LINKS_SHOWN = 50
DOWNLOADS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Numberable:
    """A confirmed review of which no production was made yet, and its request."""

    approval: Approval
    request: RecordsRequest


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A link: until when it opens, whether it was taken back, how often it was used."""

    release: Release
    downloads: int
    last_at: datetime | None
    revoked_at: datetime | None
    why: str
    open: bool


@dataclass(frozen=True, slots=True)
class ProductionFile:
    """All that the page of a production shows. `openable` says whether every item is open to the actor."""

    production: Production
    request: RecordsRequest | None
    letter: Letter | None
    counts: dict[str, int]
    job: Job | None
    scan: LeakScan | None
    sealed: ProductionSealed | None
    bundle: Bundle | None
    late: Sequence[LateStamp]
    releases: Sequence[ShownRelease]
    openable: bool
    vkey: str

    @property
    def working(self) -> bool:
        """Whether somebody builds it now, or is about to."""
        return self.job is not None and self.job.state in {JobState.WAITING, JobState.RUNNING}


def productions_visible(*, actor: Actor, at: datetime) -> QuerySet[Production]:
    """Return the productions that the actor may see."""
    rows = policy.visible(actor, Production.objects.all(), at)
    return rows.select_related("collection", "approval__by", "made_by")


def production_named(ref: uuid.UUID, *, actor: Actor, at: datetime) -> Production:
    """Return a production that the actor may see. Raises Production.DoesNotExist."""
    return productions_visible(actor=actor, at=at).get(ref=ref)


def requests_of(collections: Sequence[Collection]) -> dict[uuid.UUID, RecordsRequest]:
    """Return the requests that collections were made for, by ref."""
    refs = {one.purpose_ref for one in collections if one.purpose == Purpose.REQUEST}
    return {row.ref: row for row in RecordsRequest.objects.filter(ref__in=refs)}


def numberable() -> list[Numberable]:
    """Return the confirmed reviews that wait for a production, the oldest first."""
    later = Approval.objects.filter(collection=OuterRef("collection"), pk__gt=OuterRef("pk"))
    rows = list(
        Approval.objects.filter(
            ~Exists(Production.objects.filter(approval=OuterRef("pk"))),
            ~Exists(CollectionClosed.objects.filter(collection=OuterRef("collection"))),
            ~Exists(later),
            collection__purpose=Purpose.REQUEST,
        )
        .select_related("collection", "by")
        .order_by("at", "pk")[:WAITING_SHOWN]
    )
    requests = requests_of([row.collection for row in rows])
    return [
        Numberable(row, requests[row.collection.purpose_ref])
        for row in rows
        if row.collection.purpose_ref in requests and not approval_stale(row)
    ]


def job_of(production: Production) -> Job | None:
    """Return the latest job that builds a production."""
    return Job.objects.filter(kind=BUILD, subject=str(production.ref)).order_by("-created_at", "-pk").first()


def production_openable(production: Production, *, actor: Actor, at: datetime) -> bool:
    """Return whether every item of a production is open to the actor: only they may fetch its bundle here."""
    items = CollectionItem.objects.filter(pk__in=production.items.values("item_id"))
    return policy.visible(actor, items, at).count() == production.items_count


def production_file(production: Production, *, actor: Actor, at: datetime) -> ProductionFile:
    """Read everything about a production that the caller was let see."""
    letter = Letter.objects.filter(ref=production.letter_ref).first() if production.letter_ref else None
    bundle = Bundle.objects.filter(production=production).first()
    return ProductionFile(
        production=production,
        request=requests_of([production.collection]).get(production.collection.purpose_ref),
        letter=letter,
        counts=_counts(production),
        job=job_of(production),
        scan=LeakScan.objects.filter(production=production).order_by("-at", "-pk").first(),
        sealed=ProductionSealed.objects.filter(production=production).first(),
        bundle=bundle,
        late=stamps_late(bundle) if bundle else (),
        releases=_releases(production, at),
        openable=production_openable(production, actor=actor, at=at),
        vkey=log_key(),
    )


def downloads_of(production: Production) -> list[tuple[datetime, uuid.UUID]]:
    """Return when bundles were fetched by links, the latest first, and by which link. Of whom, nothing is kept."""
    rows = Release.objects.filter(production=production, downloads__isnull=False)
    return list(rows.order_by("-downloads__at").values_list("downloads__at", "ref")[:DOWNLOADS_SHOWN])


def releasable(*, actor: Actor, at: datetime) -> QuerySet[Production]:
    """Return finished productions without a link of which the actor reviewed nothing."""
    reviewed = ReviewDecision.objects.filter(pk=OuterRef("decision_id"), by=actor.person)
    own = ProductionItem.objects.filter(Exists(reviewed), production=OuterRef("pk"))
    return productions_visible(actor=actor, at=at).filter(
        ~Exists(own), state=ProductionState.BUNDLED, releases__isnull=True
    )


def _counts(production: Production) -> dict[str, int]:
    rows = production.items.order_by().values("decision__decision").annotate(made=Count("pk"))
    return dict(rows.values_list("decision__decision", "made"))


def _releases(production: Production, at: datetime) -> list[ShownRelease]:
    rows = (
        production.releases.select_related("by", "revoked")
        .annotate(fetched=Count("downloads"), last=Max("downloads__at"))
        .order_by("-at", "-pk")[:LINKS_SHOWN]
    )
    shown = []
    for row in rows:
        revoked = getattr(row, "revoked", None)
        why = Words.objects.filter(ref=revoked.words_ref).values_list("text", flat=True).first() if revoked else ""
        shown.append(
            ShownRelease(
                release=row,
                downloads=row.fetched,
                last_at=row.last,
                revoked_at=revoked.at if revoked else None,
                why=why or "",
                open=revoked is None and row.expires_at > at,
            )
        )
    return shown


def log_key() -> str:
    """Return the key of the log as text, with which anyone verifies a bundle; empty where none is set up."""
    try:
        return vkey()
    except LedgerError:
        return ""
