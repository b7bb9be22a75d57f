"""The main job, step by step, on real parts: processes that work, a network that answers, a log that signs."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.utils import timezone

from archive.access.models import Department
from archive.capture.media import TASK as MEDIA
from archive.capture.models import CaptureRun, Observation, ObservationKind, RunClosed, Unexplained, Who
from archive.capture.removals import removal_explain
from archive.capture.schedule import capture_request
from archive.jobs.services import job_claim
from archive.ledger import segments
from archive.ledger.models import Checkpoint, PendingEvent
from archive.packages import verify as verifier
from archive.records.models import Media, Record, RecordKey, Tombstone, Version
from archive.records.search import Filters
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.telling import Tale
from config.demo.waiting import job_done, jobs_done, wait_for
from foia.collections.models import Collection, CollectionItem
from foia.production.answer import answer_letter_issue
from foia.production.models import Bundle, Production
from foia.production.releases import production_release, release_fetch
from foia.production.services import production_build_request, production_number
from foia.requests.models import Channel, RecordsRequest
from foia.requests.services import request_search, request_take
from foia.review.reading import committed_of
from foia.review.redaction import Ask
from foia.review.services import review_confirm, review_disclose, review_redact, review_withhold
from retention.dispositions.approvals import batch_approve, batch_endorse
from retention.dispositions.certificates import certificate_file, certificate_return
from retention.dispositions.execution import batch_execute, execution_work
from retention.dispositions.models import DispositionBatch, ItemOutcome, Outcome
from retention.dispositions.sweeping import sweep
from retention.holds.services import Scope
from sandbox import story
from sandbox.puppeteer import Puppeteer

WORDS = "van OR Larkspur OR doorbell OR plate"
PHONE = "309-555-0142"
WAIT_FOR_CERTIFICATE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of the demonstration."""

    tale: Tale
    bundle: Path
    vkey: str
    verified: bool

    def as_json(self) -> dict[str, Any]:
        """Return the file that `--json` writes."""
        return {
            "steps": self.tale.steps,
            "counts": self.tale.counts,
            "bundle": str(self.bundle),
            "vkey": self.vkey,
            "verified": self.verified,
        }


def play(*, out: Path, password: str, meanwhile: Callable[[Cast], None] = lambda cast: None) -> Played:
    """Play the whole demonstration; the bundle goes to `out`. Raises NothingCame when a part does not do its work.

    `meanwhile` is called between the release of the bundle and the destruction.
    """
    tale = Tale()
    url, token, control = sandbox_address()
    tale.step("engines", "PostgreSQL, Valkey, web, worker, beat, sequencer and a sandbox network run on this machine")
    cast = demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
    tale.step("access", f"{len(cast.people)} people in their offices; a page proposed by one and approved by another")
    network = Puppeteer(url, control)
    story_capture(tale, cast, network)
    batch = _propose(tale, cast)
    request, collection = _collect(tale, cast)
    production = _answer(tale, cast, request, collection)
    bundle = _release(tale, cast, production, out)
    verified = _verify(tale, bundle, "verify")
    meanwhile(cast)
    _destroy(tale, cast, batch)
    _return(tale, cast)
    verified = _verify(tale, bundle, "still") and verified
    return Played(tale, bundle, settings.DAYBOOK_LOG_VKEY, verified)


# --- capture --------------------------------------------------------------------------------------------------------


def story_capture(tale: Tale, cast: Cast, network: Puppeteer) -> None:
    """Capture twice, with an edit, a removal and a hiding in between."""
    network.fault("impossible-date", path="/api/v1/accounts/*/statuses", count=1, item=7)
    first = _read(cast)
    story.correct_post(network)
    story.take_back_comment(network)
    story.hide_comment(network)
    second = _read(cast)
    jobs_done(MEDIA)
    counts = [RunClosed.objects.get(run=run).coverage["counts"] for run in (first, second)]
    seen = Observation.objects.filter(
        kind__in=[ObservationKind.REMOVED, ObservationKind.ABSENT, ObservationKind.HIDDEN]
    )
    tale.counts |= {
        "records": Record.objects.count(),
        "versions": Version.objects.count(),
        "edits": counts[1]["edited"],
        "removed": seen.count(),
        "quarantined": sum(count["quarantined"] for count in counts),
    }
    tale.step(
        "capture",
        f"{tale.counts['records']} records in {tale.counts['versions']} versions and {Media.objects.count()} pictures "
        f"captured over HTTP; {tale.counts['edits']} edit and {tale.counts['removed']} removals seen; "
        f"{tale.counts['quarantined']} bad item kept in quarantine",
    )
    waiting = Unexplained.objects.select_related("observation").first()
    if waiting is not None:
        removal_explain(
            actor=cast["pio"],
            observation_ref=waiting.observation.ref,
            who=Who.AUTHOR,
            words="The resident told us by telephone that she took it back.",
            at=timezone.now(),
        )
        tale.step("removal", "a removal by an unknown hand waited for a person, who found that its author took it back")
    size = wait_for("A checkpoint over everything", _covered)
    tale.step("log", f"every version is in a Merkle log of {size} entries under a signed checkpoint")


def _read(cast: Cast) -> CaptureRun:
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    return CaptureRun.objects.get(ref=job_done(job.pk).result["run"])


def _covered() -> int | None:
    if PendingEvent.objects.exists():
        return None
    newest = Checkpoint.objects.order_by("-size").first()
    return newest.size if newest else None


# --- retention ------------------------------------------------------------------------------------------------------


def _propose(tale: Tale, cast: Cast) -> DispositionBatch:
    at = timezone.now()
    sweep(as_of=_day(at), actor=cast["manager"], at=at)
    batch = DispositionBatch.objects.select_related("series").get(series__code="comments-no-action")
    batch_endorse(batch_ref=batch.ref, digest=bytes(batch.digest), actor=cast["manager"], at=timezone.now())
    batch_approve(batch_ref=batch.ref, digest=bytes(batch.digest), actor=cast["counsel"], at=timezone.now())
    tale.step(
        "sweep",
        f"{batch.count} comments are past their period; one person stands behind the frozen list, another approves",
    )
    certificate_file(
        batch_ref=batch.ref, filed_on=_day(at), disposal_on=_day(at), actor=cast["manager"], at=timezone.now()
    )
    return batch


def _destroy(tale: Tale, cast: Cast, batch: DispositionBatch) -> None:
    """Let the certificate come back and execute, with the clock of the demonstration moved on by a month."""
    at = timezone.now() + WAIT_FOR_CERTIFICATE
    certificate_return(batch_ref=batch.ref, number="LRDC-DEMO-001", approved_on=_day(at), actor=cast["manager"], at=at)
    job = batch_execute(batch_ref=batch.ref, actor=cast["manager"], at=at)
    claim = job_claim(job.pk, at=at)
    if claim is None:
        raise RuntimeError("The execution was claimed by somebody else.")
    execution_work(claim, now=lambda: at)
    outcomes = ItemOutcome.objects.filter(item__batch=batch)
    gone, kept = (outcomes.filter(outcome=kind).count() for kind in (Outcome.DESTROYED, Outcome.DROPPED))
    tale.counts["disposed"] = gone
    tale.step(
        "destroy",
        f"a month on (the demonstration moves the clock) the certificate is back: {gone} comments destroyed, "
        f"{kept} kept because the request holds them",
    )


def _return(tale: Tale, cast: Cast) -> None:
    run = _read(cast)
    again = RunClosed.objects.get(run=run).coverage["counts"]["disposed"]
    tale.step("disposed", f"the network still shows {again} of them: seen, disposed, and not taken in again")
    if Tombstone.objects.count() != tale.counts["disposed"]:
        raise RuntimeError("There are not as many tombstones as destroyed records.")


# --- the request ----------------------------------------------------------------------------------------------------


def _collect(tale: Tale, cast: Cast) -> tuple[RecordsRequest, Collection]:
    at = timezone.now()
    request = request_take(
        text="All posts and comments about the parcel thefts around Larkspur Lane.",
        channel=Channel.EMAIL,
        received_at=at,
        scopes=[Scope()],
        requester="J. Example",
        contact="jexample@example.invalid",
        actor=cast["clerk"],
        at=at,
    )
    tale.step("request", f"request {request.number} is taken in, held before any search, and due on {request.due_on}")
    collection = request_search(
        request_ref=request.ref, words=WORDS, filters=Filters(), actor=cast["foia"], at=timezone.now()
    )
    tale.counts["collected"] = collection.versions
    tale.step("search", f"{collection.versions} versions found by a search that can be repeated, and frozen")
    return request, collection


def _answer(tale: Tale, cast: Cast, request: RecordsRequest, collection: Collection) -> Production:
    items = list(CollectionItem.objects.filter(collection=collection).select_related("version", "record", "collection"))
    private = RecordKey.objects.filter(value=_private_id()).values_list("record_id", flat=True)
    redacted = [item for item in items if item.record_id in set(private)]
    fields = committed_of([item.version.event_id for item in items])
    texts = {item.pk: segments.join("/content", fields[item.version.event_id].fields) or "" for item in items}
    withheld = [item for item in items if "doorbell" in texts[item.pk] and item not in redacted]
    shown = [item for item in items if item not in redacted and item not in withheld]
    clerk = cast["clerk"]
    review_disclose(items=shown, actor=clerk, at=timezone.now())
    for item in redacted:
        start = texts[item.pk].index(PHONE)
        review_redact(
            item=item,
            asks=[Ask("/content", "7(1)(b)", start, start + len(PHONE))],
            basis="A private telephone number.",
            actor=clerk,
            at=timezone.now(),
        )
    review_withhold(
        items=withheld,
        codes=["7(1)(d)(vii)"],
        basis="It names evidence in an open investigation of this department.",
        actor=clerk,
        at=timezone.now(),
    )
    review_confirm(collection=collection, actor=cast["foia"], at=timezone.now())
    production = production_number(collection=collection, prefix="DEMO", actor=cast["foia"], at=timezone.now())
    answer_letter_issue(production=production, actor=cast["foia"], at=timezone.now())
    tale.counts |= {"released": len(shown) + len(redacted), "redacted": len(redacted), "withheld": len(withheld)}
    tale.step(
        "review",
        f"{len(shown)} disclosed, {len(redacted)} redacted, {len(withheld)} withheld; confirmed by a second person",
    )
    job_done(production_build_request(production=production, actor=cast["foia"], at=timezone.now()).pk)
    production.refresh_from_db()
    return production


def _private_id() -> str:
    url, _, control = sandbox_address()
    return Puppeteer(url, control).id_of(story.PRIVATE_COMMENT)


def _release(tale: Tale, cast: Cast, production: Production, out: Path) -> Path:
    at = timezone.now()
    handed = production_release(production=production, expires_at=at + timedelta(days=30), actor=cast["foia"], at=at)
    fetched = release_fetch(token=handed.token, at=timezone.now())
    path = out / fetched.name
    with path.open("wb") as file:
        for chunk in fetched.chunks:
            file.write(chunk)
    size = Bundle.objects.get(production=production).stored.size
    tale.step("release", f"a bundle of {size:,} bytes is sealed in the log, scanned for leaks and handed out by a link")
    return path


def _verify(tale: Tale, bundle: Path, step: str) -> bool:
    """Unpack the bundle and judge it with the stand-alone verifier, in a Python that knows nothing of us."""
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder)
        [top] = Path(folder).iterdir()
        judged = subprocess.run(
            [sys.executable, "-I", "-S", verifier.__file__, "--vkey", settings.DAYBOOK_LOG_VKEY, str(top)],
            capture_output=True,
            text=True,
            check=False,
        )
    first = judged.stdout.splitlines()[0] if judged.stdout else judged.stderr.strip()
    before = "" if step == "verify" else "after the destruction: "
    tale.step(step, f"{before}exit {judged.returncode}: {first}")
    return judged.returncode == 0


def _day(at: datetime) -> Any:
    return Department.objects.get().day(at)
