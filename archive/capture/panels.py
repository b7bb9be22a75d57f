"""What capture knows of a record, as two panels of its page: what happened to it, and how each version was received."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Func, IntegerField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.access import policy
from archive.access.actor import Actor
from archive.access.models import Words
from archive.capture.models import CaptureRun, Observation, Slice
from archive.capture.wording import BASES, BY_WHOM, OBSERVED, PURPOSES, Text
from archive.records.models import Record, Version
from archive.records.panels import Panel

SHOWN = 50  #: events and versions that a page lists, the newest


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was seen of a record. `sentences` say how it is known; `run` is the run that saw it."""

    at: datetime
    kind: str
    title: Text
    run: CaptureRun
    sentences: tuple[Text, ...] = ()
    findings: list["Finding"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person found out about a removal. `words` are empty when the reader may not see them."""

    at: datetime
    whom: Text
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Received:
    """How one version came in. `delay` is none when the network gave no time with a zone; `size` is in bytes."""

    version: Version
    run: CaptureRun
    purpose: Text
    status: int | None
    row: bool
    delay: timedelta | None
    size: int | None


def history_panel(actor: Actor, record: Record, at: datetime) -> Panel | None:
    """What was seen to happen to a record: first capture, versions, changes of state, findings of people."""
    seen = policy.visible(actor, Observation.objects.all(), at).filter(record=record).order_by("-at", "-pk")
    observations = list(seen.select_related("exchange__run__account").prefetch_related("attributions__by")[:SHOWN])
    versions = list(_versions(actor, record, at))
    events = [_observed(one, actor, at) for one in observations]
    first = min((version.n for version in versions), default=0)
    for version in versions:
        title = _("First captured") if version.n == first == 1 else _("A further version was captured")
        events.append(Happened(version.captured_at, "version", title, version.exchange.run))
    if not events:
        return None
    _words_of(events, actor, at)
    events.sort(key=lambda event: event.at)
    context = {"events": events, "cut": len(observations) == SHOWN or len(versions) == SHOWN}
    return Panel("history", gettext_lazy("What happened to it"), "capture/history_panel.html", context)


def received_panel(actor: Actor, record: Record, at: datetime) -> Panel | None:
    """How each version was received: when, how long after its posting, in which run, and its bytes."""
    sizes = dict(
        policy.visible(actor, Slice.objects.all(), at)
        .filter(record=record, version__isnull=False)
        .annotate(size=Func(F("raw"), function="octet_length", output_field=IntegerField()))
        .order_by("-pk")
        .values_list("version_id", "size")[:SHOWN]
    )
    rows = [_received(version, sizes) for version in _versions(actor, record, at)]
    if not rows:
        return None
    context = {"rows": rows, "record": record, "cut": len(rows) == SHOWN}
    return Panel("received", gettext_lazy("How it was captured"), "capture/received_panel.html", context)


def slice_named(record: Record, n: int, *, actor: Actor, at: datetime) -> Slice:
    """Return the bytes as received of one version. Raises Slice.DoesNotExist."""
    return policy.visible(actor, Slice.objects.all(), at).get(record=record, version__n=n)


def _versions(actor: Actor, record: Record, at: datetime) -> Sequence[Version]:
    rows = policy.visible(actor, Version.objects.all(), at).filter(record=record).order_by("-n")
    return list(rows.select_related("exchange__run__account")[:SHOWN])


def _received(version: Version, sizes: Mapping[int, int]) -> Received:
    exchange = version.exchange
    posted = version.edited_at or version.posted_at
    return Received(
        version=version,
        run=exchange.run,
        purpose=PURPOSES.get(exchange.purpose, exchange.purpose),
        status=exchange.status,
        row=exchange.run.kind == "import",
        delay=version.captured_at - posted if posted and posted <= version.captured_at else None,
        size=sizes.get(version.pk),
    )


def _observed(observation: Observation, actor: Actor, at: datetime) -> Happened:
    title = f"{OBSERVED[observation.kind]}, {BY_WHOM[observation.who]}"
    if observation.kind in ("shown", "returned"):
        title = str(OBSERVED[observation.kind])
    event = Happened(
        observation.at,
        observation.kind,
        title,
        observation.exchange.run,
        (BASES.get(observation.basis, observation.basis),),
    )
    for attribution in sorted(observation.attributions.all(), key=lambda one: one.pk):
        # The words are filled in for all events at once.
        words = str(attribution.words_ref) if attribution.words_ref else ""
        event.findings.append(Finding(attribution.at, BY_WHOM[attribution.who], attribution.by.name, words))
    return event


def _words_of(events: Sequence[Happened], actor: Actor, at: datetime) -> None:
    refs = [uuid.UUID(finding.words) for event in events for finding in event.findings if finding.words]
    if not refs:
        return
    texts = dict(policy.visible(actor, Words.objects.all(), at).filter(pk__in=refs).values_list("ref", "text"))
    for event in events:
        event.findings[:] = [
            Finding(one.at, one.whom, one.by, texts.get(uuid.UUID(one.words), "") if one.words else "")
            for one in event.findings
        ]
