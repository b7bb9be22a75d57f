"""The drill `faults`: every step to something outside goes wrong once, and once more after it was done.

What lies outside of a process here: the published log, the reserve, the database session of the sequencer, the evidence
store, a time-stamping authority, a witness, a bucket, the broker, and the database sessions of everybody else. After
each fault the next process must go on or stop; what was ever signed must be one history, reserved and published.
"""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psycopg
from celery import current_app
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.audit import audit, audit_batch_seal
from archive.capture.schedule import capture_request
from archive.jobs.models import Job
from archive.ledger.anchoring import checkpoint_anchor
from archive.ledger.errors import LedgerError
from archive.ledger.models import Anchor, AnchorKind, AnchorTarget, Checkpoint
from archive.ledger.note import parse_note
from archive.ledger.publication import Publication
from archive.ledger.reserve import Reserve
from archive.ledger.sequencer import BATCH, LogBroken, Outside, Sequencer
from archive.ledger.shelf import Shelf, shelf_at
from archive.storage.contract import Unavailable
from archive.storage.models import ObjectIntent
from archive.storage.selection import evidence_store
from archive.storage.services import SWEEP_AFTER, intents_sweep, put_under_intent
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.waiting import job_done, wait_for
from config.drills.capture_verdict import Lost, listed_judged, versions_judged
from config.drills.fault_points import Fault, FaultySession, FaultyShelf, FaultyStore, RememberingSigner
from config.drills.kill import at_rest
from config.drills.living import Living
from config.drills.log_verdict import LogLost, log_judged
from config.drills.outside_eye import history_judged
from config.drills.outsiders import Answer, Authority, OwnWitness, served
from config.drills.telling import told
from config.runner.state_file import StateFile
from sandbox.puppeteer import Puppeteer

_MODES = (("failed", False), ("failed but happened", True))
_PARTS = ("publication", "reserve", "database session")
_STEPS = 400  #: no release has so many calls


def faults(seed: int) -> bool:
    """Run the drill; every case is done, so it has no chances."""
    living = Living.here()
    url, token, control = sandbox_address()
    cast = demonstration_found(password=secrets.token_hex(12), sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    _captured(cast, network, "First.")
    with _log_at_hand(living) as log:
        held = True
        for part in _PARTS:
            for mode, after in _MODES:
                held = log.matrix(part, mode, after) and held
        held = log.judged() and held
        held = _store() and held
        held = _anchors(log) and held
    held = _broker(living, cast, network) and held
    held = _sessions(living, cast, network) and held
    wait_for("A log at rest", at_rest)
    try:
        return told("the log", log_judged(), held=True) and held
    except (LogLost, LedgerError) as error:
        return told("the log", str(error), held=False)


# --- the log ----------------------------------------------------------------------------------------------------------


class _Log:
    """The sequencer's work, done here with faults while the sequencer of the state waits for its lock."""

    def __init__(self, living: Living) -> None:
        self.url = living.engines.database_url("daybook_sequencer")
        key = living.state.secrets.key_file("log-key").read_bytes()
        self.signer = RememberingSigner(settings.DAYBOOK_LOG_ORIGIN, key)

    def matrix(self, part: str, mode: str, after: bool) -> bool:
        """Let each call to one part go wrong in turn."""
        recovered = halted = 0
        for step in range(1, _STEPS):
            _act()
            fault = Fault(step, after)
            with self._session() as session, suppress(LedgerError, psycopg.Error):
                self._released(part, session, fault)
            if not fault.struck:
                break
            try:
                self.release()
                recovered += 1
            except LogBroken:
                halted += 1
        sentence = f"{recovered + halted} calls: {recovered} times the next process went on, {halted} times it stopped"
        return told(part, f"{mode}: {sentence}", held=recovered + halted > 4 and not halted)

    def release(self) -> None:
        """Order what waits and sign, without a fault."""
        with self._session() as session:
            _work(Sequencer(session, self.signer, _outside(None, None)))

    def judged(self) -> bool:
        """Hold everything that was ever signed against the published log and the reserve."""
        sizes: dict[int, bytes] = {}
        for note in self.signer.notes:
            size = int(note.split(b"\n")[1])
            if sizes.setdefault(size, note) != note:
                return told("one history", f"two notes of {size} entries were signed", held=False)
        log, reserve = (Path(urlsplit(url).path) for url in (settings.LOG_PUBLICATION_URL, settings.LOG_RESERVE_URL))
        try:
            history_judged(log, settings.DAYBOOK_LOG_VKEY, list(sizes.values()))
        except (ValueError, OSError) as error:
            return told("one history", str(error), held=False)
        reserved = {path.read_bytes() for path in reserve.rglob("*") if path.is_file()}
        unbacked = [size for size, note in sizes.items() if parse_note(note).text.encode() not in reserved]
        published = {path.read_bytes() for path in (log / "checkpoints").iterdir()}
        kept = {bytes(note) for note in Checkpoint.objects.values_list("note", flat=True)}
        unshown = [size for size, note in sizes.items() if note not in published and note in kept]
        sentence = f"{len(sizes)} sizes were signed in {len(self.signer.notes)} signatures, over one published log"
        if unbacked or unshown:
            sentence = f"signed and not reserved: {unbacked}; stored and not published: {unshown}"
        return told("one history", sentence, held=not (unbacked or unshown))

    @contextmanager
    def _session(self) -> Iterator["psycopg.Connection[object]"]:
        """Give a session of its own, which gets the log's lock before the sequencer of the state does."""
        with closing(psycopg.connect(self.url, autocommit=True)) as session:
            yield session

    def _released(self, part: str, session: "psycopg.Connection[object]", fault: Fault) -> None:
        chosen: psycopg.Connection[object] = session
        if part == "database session":
            chosen = FaultySession(session, fault)  # type: ignore[assignment]
        publication = fault if part == "publication" else None
        reserve = fault if part == "reserve" else None
        _work(Sequencer(chosen, self.signer, _outside(publication, reserve)))


def _outside(publication: Fault | None, reserve: Fault | None) -> Outside:
    def shelf(url: str, fault: Fault | None) -> Shelf:
        return FaultyShelf(shelf_at(url), fault) if fault else shelf_at(url)

    return Outside(
        Publication(shelf(settings.LOG_PUBLICATION_URL, publication)),
        Reserve(shelf(settings.LOG_RESERVE_URL, reserve), settings.DAYBOOK_LOG_ORIGIN),
    )


def _work(sequencer: Sequencer) -> None:
    while sequencer.sequence_batch() == BATCH:
        pass
    sequencer.sign_checkpoint(timezone.now())


@contextmanager
def _log_at_hand(living: Living) -> Iterator[_Log]:
    """Stop the sequencer of the state for a block, where it is: killed, it would only come again."""
    identity = StateFile.read(living.state.directory).living()["sequence"]
    os.kill(identity.pid, signal.SIGSTOP)
    try:
        with living.superuser() as session:
            session.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE application_name = 'daybook sequence'"
            )
        yield _Log(living)
    finally:
        os.kill(identity.pid, signal.SIGCONT)  # it finds its session gone, ends, and is started again


def _act() -> None:
    """Do something that the log must hold for ever."""
    with transaction.atomic():
        audit(Actor(process="drill"), "drill.fault", at=timezone.now())
    audit_batch_seal(at=timezone.now())


# --- the store and the outsiders --------------------------------------------------------------------------------------


def _store() -> bool:
    held = True
    for mode, after in _MODES:
        before = set(ObjectIntent.objects.values_list("key", flat=True))
        store = FaultyStore(evidence_store(), Fault(1, after))
        try:
            put_under_intent(store, [b"drill " * 1000], at=timezone.now())
            refused = False
        except Unavailable:
            refused = True
        [key] = set(ObjectIntent.objects.values_list("key", flat=True)) - before
        lay = evidence_store().exists(str(key))
        intents_sweep(at=timezone.now() + SWEEP_AFTER + timedelta(minutes=1))
        gone = not evidence_store().exists(str(key)) and not ObjectIntent.objects.filter(key=key).exists()
        sentence = (
            f"nothing was acknowledged; {'bytes lay' if lay else 'no bytes lay'} under the intent, and were swept"
        )
        held = told("store", f"{mode}: {sentence}", held=refused and gone and lay == after) and held
    return held


def _anchors(log: _Log) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="daybook-drill-"))
    try:
        return all([_stamped(log, folder), _witnessed(log), _bucket(log, folder)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stamped(log: _Log, folder: Path) -> bool:
    if not shutil.which("openssl"):
        return told("TSA", "not done: there is no openssl on this machine", held=True)
    authority = Authority(folder / "tsa")
    with _failing(authority.stamp) as (url, modes):
        settings.LOG_TSA, settings.LOG_TSA_ROOTS = [f"clock {url}"], str(authority.root)
        held = _asked(log, AnchorKind.TSA, "TSA", modes)
        settings.LOG_TSA = []
    anchors = Anchor.objects.filter(kind=AnchorKind.TSA)
    notes = {one.size: parse_note(bytes(one.note)).text.encode() for one in Checkpoint.objects.all()}
    good = all(authority.verifies(bytes(one.octets), notes[one.size]) for one in anchors)
    return told("TSA", f"OpenSSL verifies each of {len(anchors)} stamps", held=good and bool(anchors)) and held


def _witnessed(log: _Log) -> bool:
    witness = OwnWitness(settings.DAYBOOK_LOG_VKEY)
    with _failing(witness.answer) as (url, modes):
        settings.LOG_WITNESSES = [f"{witness.vkey} {url}"]
        held = _asked(log, AnchorKind.WITNESS, "witness", modes)
        settings.LOG_WITNESSES = []
    return held


def _bucket(log: _Log, folder: Path) -> bool:
    settings.LOG_WORM_URL, modes = (folder / "bucket").as_uri(), list[bool]()

    def faulty(url: str) -> Shelf:
        return FaultyShelf(shelf_at(url), Fault(1, modes.pop())) if modes else shelf_at(url)

    with mock.patch("archive.ledger.anchoring.shelf_at", faulty):
        held = _asked(log, AnchorKind.WORM, "bucket", modes)
    settings.LOG_WORM_URL = ""
    return held


def _asked(log: _Log, kind: AnchorKind, name: str, modes: list[bool]) -> bool:
    """Take a checkpoint to an outsider that fails, and again; it must hold in the end and hold nothing up."""
    held = True
    for mode, after in _MODES:
        _act()
        log.release()
        modes += [after, after] if kind is AnchorKind.WORM else [after]
        first = checkpoint_anchor(at=timezone.now(), now=True)
        failed = AnchorTarget.objects.get(kind=kind).failures
        modes.clear()
        _act()
        log.release()
        second = checkpoint_anchor(at=timezone.now(), now=True)
        size = Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0]
        whole = AnchorTarget.objects.get(kind=kind).size == size and (first["failed"], second["anchored"]) == (1, 1)
        sentence = f"asked twice; signing went on, and it holds the checkpoint of {size} entries"
        held = told(name, f"{mode}: {sentence}", held=whole and failed == 1) and held
    return held


@contextmanager
def _failing(answer: Callable[[str, bytes], Answer]) -> Iterator[tuple[str, list[bool]]]:
    """Serve an outsider that fails as long as the list says so: before it has done its work (False) or after."""
    modes: list[bool] = []

    def answered(path: str, body: bytes) -> Answer:
        if not modes:
            return answer(path, body)
        if modes[-1]:
            answer(path, body)
        return 502, b""

    with served(answered) as url:
        yield url, modes


# --- the broker and the sessions of everybody else --------------------------------------------------------------------


def _broker(living: Living, cast: Cast, network: Puppeteer) -> bool:
    StateFile.read(living.state.directory).living()["valkey"].send(signal.SIGKILL)
    job = _captured(cast, network, "Said while the broker was away.")
    held = told("broker", f"failed: the capture was done, in {job.attempts} attempt", held=True)
    real = current_app.send_task

    def sent_and_lost(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        raise ConnectionError("The answer of the broker was lost.")

    with mock.patch.object(current_app, "send_task", sent_and_lost):
        job = _captured(cast, network, "Said while the broker's answer was lost.")
    return told("broker", f"failed but happened: the capture was done, in {job.attempts} attempt", held=True) and held


def _sessions(living: Living, cast: Cast, network: Puppeteer) -> bool:
    """Cut every session of the app a few times while a capture works."""
    for n in range(60):
        network.post(f"Notice {n} of the cut sessions.")
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    cuts = 0

    def cut_or_done() -> bool | None:
        nonlocal cuts
        if cuts < 8:
            connection.close()
            with living.superuser() as session:
                session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'daybook_app'")
            cuts += 1
        return True if Job.objects.get(pk=job.pk).state in ("done", "failed") else None

    wait_for("The end of the capture", cut_or_done)
    try:
        listed = listed_judged(cast.account, network.list()["statuses"])
        said = f"cut {cuts} times: {listed}; {versions_judged()}"
        return told("sessions", said, held=Job.objects.get(pk=job.pk).state == "done")
    except (Lost, OperationalError) as error:
        return told("sessions", str(error), held=False)


def _captured(cast: Cast, network: Puppeteer, words: str) -> Job:
    network.post(words)
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    return job_done(job.pk)
