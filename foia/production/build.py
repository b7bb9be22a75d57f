"""From numbers to a bundle: draw, scan, seal, wait for the log, prove, pack. Each step can be taken again.

What is decided is in the database; the staging folder is a convenience that may vanish at any time.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import Department
from archive.jobs.services import Claim
from archive.ledger.anchoring import checkpoint_cite
from archive.ledger.commitment import disclose
from archive.ledger.errors import LedgerError
from archive.ledger.models import LOG, Anchor, Checkpoint
from archive.ledger.proof import TlogProof
from archive.ledger.selectors import checkpoint_covering, event_fields, inclusion_proofs, verifier
from archive.ledger.services import EventDraft, append_events, want_checkpoint
from archive.ledger.vouching import cosigned, stamps, vouchers
from archive.packages.bag import file_chunks
from archive.packages.bundle import Sealed, finish
from archive.packages.proofs import BATCH
from archive.packages.records import ShownEvent
from archive.packages.seal import SEAL_KIND, SEAL_SCHEMA, SEAL_SHOWN, STORAGE, seal_fields
from archive.packages.staging import ManifestDigest, stage_payload, staging_digest, staging_discard, wanted_proofs
from archive.storage.services import object_put
from archive.storage.summary import levels_stated
from foia.production.models import Bundle, Production, ProductionSealed, ProductionState
from foia.production.payload import Drawing, payload_items
from foia.production.scanning import payload_scan, scan_keep
from foia.production.services import build_check
from retention.errors import Refused

Clock = Callable[[], datetime]
POLL = timedelta(seconds=2)  #: between two looks for the checkpoint
OUTSIDE_POLL = timedelta(seconds=15)  #: between two looks for those who vouch for it
OUTSIDE_WAIT = timedelta(minutes=10)  #: from the seal on; then the bundle is finished with those who answered
EVERY = timedelta(seconds=2)  #: between two notes of progress
SYSTEM = Actor(process="worker")


class NotCovered(Exception):
    """The log has not signed for everything in the bundle yet; try again in a moment."""

    pause = POLL


class NotVouched(NotCovered):
    """An authority or a witness that is set up has not answered yet, and the time given to it is not over."""

    pause = OUTSIDE_POLL


@dataclass(slots=True)
class Watch:
    """Tells the job how far the work is, and hears from it when to stop. Without a job it does nothing."""

    now: Clock
    claim: Claim | None = None
    total: int = 0
    done: int = 0
    told: datetime | None = None

    def progress(self, done: int) -> None:
        """Tell how many steps are done; raises Cancelled or LostLease."""
        self.done = done
        if done >= self.total:
            self.told = None
        self.beat()

    def beat(self) -> None:
        """Renew the lease if that was not just done; call it as often as you like. Raises Cancelled or LostLease."""
        if self.claim is None:
            return
        at = self.now()
        if self.told is None or at - self.told >= EVERY:
            self.claim.progress(at=at, done=self.done, total=self.total)
            self.told = at

    def watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass bytes on and renew the lease meanwhile."""
        for chunk in chunks:
            self.beat()
            yield chunk


def production_build(production: Production, watch: Watch) -> Path | None:
    """Take a production as far as it goes now; return the zip in the work folder if this call made it.

    Raises NotCovered while the log lags behind, Refused when the leak scan finds something (the production is then at
    its end), and Cancelled or LostLease from the job. May be killed anywhere and called again.
    """
    build_check(production)
    watch.total = 2 * production.items_count
    if production.state == ProductionState.NUMBERED:
        _seal(production, watch)
    if production.state == ProductionState.SEALED:
        return _bundle(production, watch)
    return None


def production_rebuild(production: Production, out: Path) -> Path:
    """Draw a finished production again from the archive and return the zip, which has the very bytes of the first.

    Raises Refused when it is not finished, or when what comes out is something else.
    """
    bundle = Bundle.objects.get(production=production)
    watch = Watch(now=lambda: production.made_at)
    folder = work_folder(production) / "again"
    try:
        _stage(production, folder, watch)
        anchors = list(Anchor.objects.filter(pk__in=bundle.anchors).order_by("pk"))
        path = _finish(production, folder, bundle.checkpoint_size, anchors, out, watch)
    finally:
        staging_discard(folder)
    digest = hashlib.sha256()
    for chunk in file_chunks(path):
        digest.update(chunk)
    if digest.digest() != bytes(bundle.sha256):
        path.unlink()
        raise Refused(
            "production.differs", "Drawn again, the bundle is not what was sealed. Use the one that was kept."
        )
    return path


def work_folder(production: Production) -> Path:
    """Return the folder in which a production is drawn."""
    return Path(settings.DAYBOOK_STATE_DIR) / "work" / "productions" / str(production.ref)


def _stage(production: Production, folder: Path, watch: Watch) -> ManifestDigest:
    drawn = work_folder(production) / "drawn"
    shutil.rmtree(drawn, ignore_errors=True)
    drawn.mkdir(parents=True)
    try:
        drawing = Drawing.of(production, beat=watch.beat)
        return stage_payload(folder, production.name, payload_items(drawing, drawn, watch.progress))
    finally:
        shutil.rmtree(drawn, ignore_errors=True)


def _seal(production: Production, watch: Watch) -> None:
    """Draw the payload, search it for leaks, and commit its digest to the log."""
    folder = work_folder(production) / "staged"
    staged = _stage(production, folder, watch)
    scanned = payload_scan(Drawing.of(production), folder, beat=watch.beat)
    watch.beat()
    at = watch.now()
    with transaction.atomic():
        production = _locked(production)
        if production.state != ProductionState.NUMBERED:
            return
        scan = scan_keep(production, scanned, staged, at=at)
        if scan.passed:
            [event] = append_events([_seal_draft(production, staged, at)])
            ProductionSealed.objects.create(
                production=production,
                scan=scan,
                manifest_sha256=staged.sha256,
                records=staged.records,
                at=at,
                event_id=event.event_id,
            )
            _move(production, ProductionState.SEALED)
            want_checkpoint()
        else:
            _move(production, ProductionState.REFUSED)
        audit(
            SYSTEM,
            "production.seal" if scan.passed else "production.leak",
            at=at,
            object_kind="production",
            object_ref=production.ref,
            outcome="done" if scan.passed else "refused",
            count=staged.records if scan.passed else len(scan.findings),
        )
    if not scan.passed:
        staging_discard(folder)
        raise Refused("production.leak", leak_sentence(scan.findings))


def leak_sentence(findings: Sequence[dict[str, str]]) -> str:
    """Return what a scan found as a sentence: where, and whose, never what."""
    first = findings[0]
    return (
        f"The leak scan found {len(findings)} places, the first in {first['file']}: something hidden in "
        f"{first['bates']} {first['path']} stands there. Nothing was sealed. "
        "Decide again, confirm, and number a new production."
    )


def _seal_draft(production: Production, staged: ManifestDigest, at: datetime) -> EventDraft:
    return EventDraft(
        kind=SEAL_KIND,
        schema=SEAL_SCHEMA,
        subject=bytes(production.subject),
        fields=seal_fields(production.ref, staged, storage=levels_stated(at=at)),
        compartment="public",
        at=at,
    )


def _locked(production: Production) -> Production:
    """Lock the row and bring the caller's object up to date."""
    Production.objects.select_for_update().get(pk=production.pk)
    production.refresh_from_db(fields=["state"])
    return production


def _move(production: Production, state: ProductionState) -> None:
    production.state = state
    production.save(update_fields=["state"])


def _bundle(production: Production, watch: Watch) -> Path:
    """Prove and pack a sealed payload, staging it again if the folder is gone, and keep the zip."""
    sealed = ProductionSealed.objects.get(production=production)
    folder = work_folder(production) / "staged"
    staged = staging_digest(folder) if (folder / production.name).is_dir() else _stage(production, folder, watch)
    if staged.sha256 != bytes(sealed.manifest_sha256):
        staging_discard(folder)
        staged = _stage(production, folder, watch)
        if staged.sha256 != bytes(sealed.manifest_sha256):
            raise Refused("production.differs", "Drawn again, the payload is not what was sealed.")
    size, whole = checkpoint_cite(_checkpoint_size(folder, sealed.event_id), at=watch.now(), beat=watch.beat)
    if not whole and watch.now() - sealed.at < OUTSIDE_WAIT:
        raise NotVouched
    anchors = vouchers(size)
    path = _finish(production, folder, size, anchors, work_folder(production), watch)
    stored = object_put(watch.watched(file_chunks(path)), compartment="public", at=watch.now())
    at = watch.now()
    with transaction.atomic():
        production = _locked(production)
        if production.state == ProductionState.SEALED:
            stored.save(force_insert=True)
            Bundle.objects.create(
                production=production,
                checkpoint_size=size,
                anchors=[each.pk for each in anchors],
                stored=stored,
                size=stored.size,
                sha256=stored.sha256,
                at=at,
            )
            _move(production, ProductionState.BUNDLED)
            audit(SYSTEM, "production.bundle", at=at, object_kind="production", object_ref=production.ref)
    return path


def _checkpoint_size(folder: Path, seal: UUID) -> int:
    """Return the size of the smallest checkpoint that covers the seal and every event shown. Raises NotCovered."""
    size = 0
    for batch in _batches(folder, seal):
        checkpoint = checkpoint_covering(batch)
        if checkpoint is None:
            raise NotCovered
        size = max(size, checkpoint.size)
    return size


def _batches(folder: Path, seal: UUID) -> Iterator[list[UUID]]:
    yield [seal]
    wanted = wanted_proofs(folder)
    while batch := list(islice(wanted, BATCH)):
        yield [each.event_id for each in batch]


def _finish(
    production: Production, folder: Path, size: int, anchors: Sequence[Anchor], out: Path, watch: Watch
) -> Path:
    sealed = ProductionSealed.objects.get(production=production)
    note = cosigned(bytes(Checkpoint.objects.get(log_id=LOG, size=size).note), anchors)
    content = event_fields([sealed.event_id])[sealed.event_id]
    department = Department.objects.get()
    wording = Drawing.of(production).wording
    last = production.first + production.items_count - 1
    title = wording.production_title.format(
        first=f"{production.prefix}-{production.first:0{production.width}d}",
        last=f"{production.prefix}-{last:0{production.width}d}",
    )
    return finish(
        folder,
        Sealed(
            seal=ShownEvent(sealed.event_id, disclose(content.schema, content.fields, content.key, SEAL_SHOWN)),
            checkpoint=note,
            trusted=[verifier()],
            prove=lambda events: _prove(events, size, note, watch),
            agency=department.name,
            title=title,
            banner=wording.demonstration if department.demonstration else "",
            anchors=stamps(anchors),
            storage=str(content.fields.get(STORAGE, "")),
        ),
        out=out,
    )


def _prove(events: Sequence[UUID], size: int, note: bytes, watch: Watch) -> list[TlogProof]:
    watch.beat()
    try:
        proofs = inclusion_proofs(events, size=size)
    except LedgerError as error:
        raise NotCovered from error
    return [TlogProof(proofs[event].index, proofs[event].path, note) for event in events]
