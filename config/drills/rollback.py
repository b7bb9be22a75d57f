"""The drill `rollback`: the database is put back to an earlier state, and the log must go on from what was signed.

What was captured and signed for after that state is lost from the database; the published files and the reserve lie
outside of it and stay. Nothing may be signed until the log was rolled forward, and then nothing that was ever signed
may be contradicted: that is judged by `outside_eye`, which shares no code with the product.
"""

import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.db import connection
from django.utils import timezone

from archive.capture.schedule import capture_request
from archive.ledger.fsck import fsck
from archive.ledger.models import Checkpoint, Edge, FsckRun, PendingEvent
from archive.records.models import Version
from config.demo.founding import Cast, demonstration_found, sandbox_address
from config.demo.waiting import NothingCame, job_done, wait_for
from config.drills.kill import at_rest
from config.drills.living import Living, database_copied, database_put_back
from config.drills.outside_eye import head_read, history_judged
from config.drills.session import SignedIn
from config.drills.telling import noted, told
from config.runner.environment import Role
from sandbox.puppeteer import Puppeteer

COMMENTS = 25
_EARLIER = "daybook_earlier"


def rollback(seed: int) -> bool:
    """Run the drill; it has no chances but the words of its comments."""
    living = Living.here()
    url, token, control = sandbox_address()
    password = secrets.token_hex(12)
    cast = demonstration_found(password=password, sandbox_url=url, sandbox_token=token, at=timezone.now())
    network = Puppeteer(url, control)
    network.account("drill_resident", display_name="A. Resident")
    session = SignedIn(username="auditor", password=password)
    _captured(cast, network, f"before, {seed}")
    earlier = _published()
    connection.close()
    database_copied(living, _EARLIER)
    noted("the database was copied: the earlier state (a restored copy stands for a recovery to a point in time)")
    _captured(cast, network, f"after, {seed}")
    signed = _published()
    kept = Version.objects.count()
    connection.close()
    database_put_back(living, _EARLIER)
    try:
        return _judged(living, cast, network, session, (earlier, signed), kept)
    except NothingCame as error:
        return told("waited", str(error), held=False)


def _judged(
    living: Living, cast: Cast, network: Puppeteer, session: SignedIn, notes: tuple[bytes, bytes], kept: int
) -> bool:
    edge = wait_for("The database as it was before", lambda: Edge.objects.get().size)
    shown = head_read(notes[1], settings.DAYBOOK_LOG_VKEY).size
    noted(f"put back: {shown} entries were signed for, the database has {edge}")
    held = told("refusal", _refused(living), held=True)
    held = _goes_on(cast, network, session) and held
    still = _published() == notes[1] and Checkpoint.objects.order_by("-size")[0].size <= edge
    held = told("unsigned", "nothing was signed meanwhile" if still else "something was signed", held=still) and held
    done = living.manage(Role.SEQUENCER, "ledger", "recover")
    held = told("recover", (done.stdout + done.stderr).strip(), held=done.returncode == 0) and held
    lost = int(found[1]) if (found := re.search(r"Of (\d+) of them", done.stdout)) else -1
    size = wait_for("A checkpoint after the recovery", lambda: _newer(shown))
    wait_for("A log at rest", at_rest)
    held = _one_history([*notes, _published()], size) and held
    held = _named(lost) and held
    now = Version.objects.count()
    sentence = f"{kept} versions were there before, {now} are there again: what the network still shows was read anew"
    return told("captured again", sentence, held=now >= kept) and held


def _captured(cast: Cast, network: Puppeteer, words: str) -> None:
    post = network.post(f"A notice {words}.")
    for n in range(COMMENTS):
        network.comment("drill_resident", f"Comment {n} {words}.", to=post)
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    job_done(job.pk)
    wait_for("A checkpoint over all that was captured", at_rest)


def _published() -> bytes:
    return (_log() / "checkpoint").read_bytes()


def _log() -> Path:
    return Path(urlsplit(settings.LOG_PUBLICATION_URL).path)


def _newer(size: int) -> int | None:
    newest = head_read(_published(), settings.DAYBOOK_LOG_VKEY).size
    return newest if newest > size else None


def _refused(living: Living) -> str:
    found = wait_for("The refusal of the sequencer", lambda: re.search(r"RolledBack: (.*)", living.log("sequence")))
    return f"the sequencer says: {found[1]}"


def _goes_on(cast: Cast, network: Puppeteer, session: SignedIn) -> bool:
    """Capture and look at the page Integrity while the log stands still."""
    page = wait_for("The page Integrity", lambda: session.page("/integrity/"))
    says = "The database was put back to an earlier state" in page
    sentence = "Integrity says that the database was put back" if says else "Integrity does not say what happened"
    held = told("web", sentence, held=says)
    network.post("A notice while nothing is signed.")
    job = capture_request(actor=cast["pio"], account_ref=cast.account.ref, depth="whole", at=timezone.now())
    job_done(job.pk)
    waiting = PendingEvent.objects.count()
    return told("capture", f"goes on; {waiting} events wait for their place", held=waiting > 0) and held


def _one_history(notes: list[bytes], size: int) -> bool:
    try:
        heads = history_judged(_log(), settings.DAYBOOK_LOG_VKEY, notes)
    except (ValueError, OSError, InvalidSignature) as error:
        return told("one history", f"the published log contradicts a checkpoint: {error}", held=False)
    sizes = ", ".join(str(head.size) for head in heads)
    return told("one history", f"checkpoints of {sizes} entries are over one log, read by code of its own", held=True)


def _named(lost: int) -> bool:
    """Let fsck look: every lost event must be named, and nothing else be found."""
    run = FsckRun.objects.create(started_at=timezone.now())
    fsck(run, now=timezone.now, tell=lambda _name, _rows: None, cursor={})
    codes = list(run.found.values_list("code", flat=True))
    other = sorted(set(codes) - {"content.lost"})
    if other or len(codes) != lost:
        said = f"{lost} events were lost, fsck names {len(codes) - len(other)}; other findings: {other or 'none'}"
        return told("fsck", said, held=False)
    return told("fsck", f"names each of the {lost} events whose content is lost, and finds nothing else", held=True)
