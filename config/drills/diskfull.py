"""The drill `diskfull`: the disk fills up in three steps, and everything goes on by itself when there is room again.

The whole state (database, store, published log, reserve) lies on a small real disk. Below the first mark large pictures
wait; below the second all pictures wait, words are captured, a hold is placed and a checkpoint is signed; then the last
byte is taken. Whatever was acknowledged until then must be there at the end.
"""

import secrets
import time
import uuid
from typing import Any

from django.db import Error, connection, transaction
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.audit import audit
from archive.access.models import AuditEntry
from archive.capture.media import TASK as MEDIA
from archive.capture.schedule import capture_request
from archive.destruction.holdings import Holding
from archive.jobs.models import Job, JobState
from archive.ledger.errors import LedgerError
from archive.ledger.fsck import fsck
from archive.ledger.models import FsckRun, LedgerEvent
from archive.ledger.selectors import checkpoint_covering
from archive.records.models import Media, RecordKey
from archive.storage.contract import NoRoom, StoreError
from archive.storage.selection import evidence_store
from archive.storage.space import Room, space_now
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.waiting import NothingCame, job_done, jobs_done, wait_for
from config.drills.capture_verdict import Lost, audit_judged, jobs_judged, listed_judged, media_judged, versions_judged
from config.drills.kill import at_rest
from config.drills.living import Living
from config.drills.log_verdict import LogLost, log_judged
from config.drills.session import SignedIn
from config.drills.small_disk import SmallDisk, small_disk
from config.drills.telling import noted, told
from retention.holds.models import HoldKind
from retention.holds.services import hold_place
from sandbox.puppeteer import Puppeteer

LARGE: dict[str, Any] = {"width": 4000, "height": 3000, "form": "jpeg"}
FULL_SECONDS = 25.0  #: for which the disk stays full


def diskfull(seed: int) -> bool:
    """Run the drill; it has no chances but its words. Raises CannotRun where no small disk can be had."""
    living = Living.here()
    connection.close()
    with small_disk(living) as disk:
        noted(f"the state lies on a tmpfs of its own, a real file system, with {disk.free:,} bytes free")
        try:
            return _Play(living, disk, seed).played()
        except NothingCame as error:
            return told("waited", str(error), held=False)


class _Play:
    def __init__(self, living: Living, disk: SmallDisk, seed: int) -> None:
        url, token, control = sandbox_address()
        self.disk, self.seed, self.network = disk, seed, Puppeteer(url, control)
        password = secrets.token_hex(12)
        self.cast: Cast = wait_for("The database on the small disk", lambda: _found(password, url, token))
        self.jobs: list[int] = []
        self.acknowledged: list[uuid.UUID] = []
        self.session = wait_for("The web process", lambda: _signed_in(password))

    def played(self) -> bool:
        """Go through the three steps and back."""
        held = self._ample()
        held = self._short() and held
        held = self._scarce() and held
        held = self._full() and held
        return self._again() and held

    def _ample(self) -> bool:
        self._post("with room", large=False)
        jobs_done(MEDIA)
        before = self._kept()
        self._post("with much room", large=True)
        jobs_done(MEDIA)
        sentence = f"{self._kept() - before} of 2 pictures of a notice are captured, the large one too"
        return told("with room", sentence, held=self._kept() == before + 2)

    def _short(self) -> bool:
        before = self._kept()
        self.disk.leave(space_now().first_mark - 30_000_000)
        self._post("below the first mark", large=True)
        wait_for("The small picture", lambda: self._kept() == before + 1 or None)
        wait_for("The large one to wait", lambda: self._waiting() == 1 or None)
        page = self._page("The disk has little room left")
        sentence = f"the small picture was taken, the large one waits; Integrity {'says so' if page else 'is silent'}"
        return told("first mark", sentence, held=page and space_now().room is Room.SHORT)

    def _scarce(self) -> bool:
        before = self._kept()
        self.disk.leave(space_now().second_mark - 30_000_000)
        post = self._post("below the second mark", large=False)
        record = RecordKey.objects.get(namespace="status", value=post).record
        reason, held = "The drill.", [Holding("record", record.pk)]
        hold_place(kind=HoldKind.AUDIT, reason=reason, holdings=held, actor=self.cast["counsel"], at=timezone.now())
        events = list(LedgerEvent.objects.filter(subject=bytes(record.subject)).values_list("pk", flat=True))
        wait_for("A checkpoint over it", lambda: checkpoint_covering(events))
        wait_for("The picture to wait", lambda: self._waiting() == 2 or None)
        page = self._page("The disk is nearly full")
        whole = self._kept() == before and space_now().room is Room.SCARCE and page
        sentence = "words were captured, a hold placed and a checkpoint signed; every picture waits"
        return told("second mark", sentence, held=whole)

    def _full(self) -> bool:
        """Take the last byte, and go on acting: each act is acknowledged, or it was not taken."""
        self.disk.fill()
        refused, end = 0, time.monotonic() + FULL_SECONDS
        taken = "bytes were taken"
        try:
            evidence_store().put(str(uuid.uuid4()), [bytes(1_000_000)])
        except (NoRoom, StoreError) as error:
            taken = f"the store says {error.code}, and nothing was taken"
        while time.monotonic() < end:
            self.disk.fill()
            ref = uuid.uuid4()
            try:
                with transaction.atomic():
                    audit(Actor(process="drill"), "drill.full", at=timezone.now(), object_kind="drill", object_ref=ref)
                self.acknowledged.append(ref)
            except Error:
                connection.close()
                refused += 1
            time.sleep(0.05)
        sentence = f"{taken}; {len(self.acknowledged)} acts were acknowledged and {refused} refused"
        return told("full", sentence, held="nothing" in taken)

    def _again(self) -> bool:
        self.disk.leave(space_now().first_mark + 100_000_000)
        wait_for("The database", _answers)
        self.network.post("There is room again.")
        self._capture()
        wait_for("The pictures that waited", lambda: self._waiting() == 0 or None)
        wait_for("The end of all work", at_rest)
        there = set(AuditEntry.objects.filter(action="drill.full").values_list("object_ref", flat=True))
        lost = [ref for ref in self.acknowledged if str(ref) not in there]
        sentence = f"{len(self.acknowledged)} acknowledged acts, {len(lost)} of them lost"
        held = told("acknowledged", sentence, held=not lost)
        statuses = self.network.list()["statuses"]
        try:
            told("captured", listed_judged(self.cast.account, statuses), held=True)
            told("versions", versions_judged(), held=True)
            told("pictures", media_judged(), held=True)
            told("jobs", jobs_judged(self.jobs), held=True)
            told("audit", audit_judged(0), held=True)
            told("log", log_judged(), held=True)
        except (Lost, LogLost, LedgerError, StoreError) as error:
            held = told("state", str(error), held=False)
        run = FsckRun.objects.create(started_at=timezone.now())
        fsck(run, now=timezone.now, tell=lambda _name, _rows: None, cursor={})
        found = sorted(set(run.found.values_list("code", flat=True)))
        return told("fsck", f"findings: {', '.join(found) or 'none'}", held=not found) and held

    def _post(self, words: str, *, large: bool) -> str:
        pictures: list[dict[str, Any]] = [{"label": f"{words} {self.seed}", "alt": "A drawing"}]
        if large:
            pictures.append({"label": f"large {words} {self.seed}", "alt": "A large drawing", **LARGE})
        post = self.network.post(f"A notice {words}.", pictures=pictures)
        self._capture()
        return post

    def _capture(self) -> None:
        at = timezone.now()
        job = capture_request(actor=self.cast["pio"], account_ref=self.cast.account.ref, depth="whole", at=at)
        self.jobs.append(job.pk)
        job_done(job.pk)

    def _kept(self) -> int:
        return Media.objects.count()

    def _waiting(self) -> int:
        return Job.objects.filter(kind=MEDIA, failure__startswith=NoRoom.code, state=JobState.WAITING).count()

    def _page(self, words: str) -> bool:
        return words in wait_for("The page Integrity", lambda: self.session.page("/integrity/"))


def _found(password: str, url: str, token: str) -> Cast | None:
    try:
        return demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
    except Error:
        connection.close()
        return None


def _answers() -> bool | None:
    try:
        return AuditEntry.objects.exists()
    except Error:
        connection.close()
        return None


def _signed_in(password: str) -> SignedIn | None:
    try:
        return SignedIn(username="auditor", password=password)
    except (RuntimeError, KeyError, OSError):
        return None
