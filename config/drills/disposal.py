"""The drill `disposal`: comments are captured, found, held, let go and destroyed; then the raw files are searched.

Looked through are the data directory of PostgreSQL with its write-ahead log, the folders of both stores, what the
broker keeps, the logs, the published log, and what the product's programs left in the temporary folder. Not looked
through is the folder of the sandbox, which plays the network: what a network shows is not ours to destroy.
"""

import secrets
import string
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from archive.capture.models import Slice
from archive.destruction.doomed import JOB as OBJECTS
from archive.destruction.doomed import doomed_delete
from archive.destruction.holdings import Holding
from archive.jobs.services import Claim, job_claim, job_enqueue
from archive.ledger.commitment import disclose
from archive.ledger.fsck import fsck
from archive.ledger.models import EventContent, FsckRun, LedgerEvent
from archive.ledger.selectors import EventFields, event_fields
from archive.records.models import Media, RecordKey, Tombstone, Version
from archive.records.search import search
from archive.storage.copies import copies_follow
from archive.storage.models import StoredObject
from archive.storage.selection import stores
from archive.storage.services import object_bytes
from config.demo.founding import Cast, sandbox_address
from config.demo.play import WAIT_FOR_CERTIFICATE, play
from config.demo.waiting import wait_for
from config.drills.guessing import ENDINGS, endings_told_apart, left_now
from config.drills.living import Living
from config.drills.needles import Needle
from config.drills.raw_search import Searched, files_search
from config.drills.telling import noted, told
from config.runner.environment import Role
from retention.holds.models import HoldKind
from retention.holds.services import hold_place, hold_release
from sandbox.puppeteer import Puppeteer

LONG_AGO = timedelta(days=3 * 366)  #: beyond the two years of the series
ENDING = "8317"
MARK = "drillneighbour"
_OUT_OF_REACH = (
    "not reached by us, and said on the page of the disposition:",
    "backups at the second place, until their horizon",
    "log archives and replicas of a database that somebody else runs",
    "bundles handed out before; the network, and whoever copied from it",
    "words that our own people typed, in a search or a reason",
    "blocks that the disk has freed and not yet written over",
)


@dataclass(slots=True)
class Plant:
    """What was planted, and what is known of it before it goes."""

    seed: int
    ids: list[str] = field(default_factory=list)
    needles: list[Needle] = field(default_factory=list)
    text: str = ""  #: of the comment with the number
    said: EventFields | None = None  #: its version
    control: Searched | None = None  #: what the search found before the destruction
    held: bool = True

    def sow(self, network: Puppeteer) -> None:
        """Let residents say, long ago, what must be gone at the end."""
        chance = Random(self.seed)  # noqa: S311 which words are planted is no secret
        word, rare, handle = (_word(chance) for _ in range(3))
        chinese = "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(9))
        number = f"309-555-{ENDING}"
        at = timezone.now() - LONG_AGO
        network.account(handle, display_name=f"Resident {rare}", at=(at - timedelta(days=1)).isoformat())
        post = network.post("An old notice.", at=at.isoformat())
        self.text = f"{MARK} call me at {number}, {word}"
        picture = [{"label": f"drill {word}", "alt": f"A drawing of {rare}"}]
        long = f"{MARK} {chinese} " + f"and so on, {word}, " * 200
        for minutes, (text, pictures) in enumerate([(self.text, picture), (long, [])], 1):
            when = (at + timedelta(minutes=minutes)).isoformat()
            self.ids.append(network.comment(handle, text, to=post, at=when, pictures=pictures))
        self.needles += [Needle(name, said.encode(), text=True) for name, said in _named(word, rare, handle, chinese)]
        self.needles += [Needle("number", number.encode(), text=True)]
        self.needles += [Needle(f"id {one}", one.encode(), text=True) for one in self.ids if len(one) >= 12]

    def learn(self) -> None:
        """Note keys, digests and bytes of what was captured: they must go too."""
        records = list(RecordKey.objects.filter(value__in=self.ids).values_list("record_id", flat=True))
        if len(set(records)) != len(self.ids):
            raise RuntimeError("The planted comments were not captured.")
        subjects = Version.objects.filter(record__in=records).values_list("record__subject", flat=True)
        events = LedgerEvent.objects.filter(subject__in=[bytes(one) for one in subjects])
        for content in EventContent.objects.filter(event_id__in=events.values("event_id")):
            self.needles.append(Needle(f"K of {content.event_id}", bytes(content.key)))
            said = event_fields([content.event_id])[content.event_id]
            shown = disclose(said.schema, said.fields, said.key, [])
            self.needles.append(Needle(f"M of {content.event_id}", shown.sd[0].encode()))
            if any(isinstance(value, str) and ENDING in value for value in said.fields.values()):
                self.said = said
        for part in Slice.objects.filter(record__in=records):
            self.needles.append(Needle(f"digest of slice {part.pk}", sha256(bytes(part.raw)).digest()))
        for media in Media.objects.filter(record__in=records).select_related("stored"):
            others = [object_bytes(one.stored) for one in Media.objects.exclude(stored=media.stored)]
            self.needles.append(Needle("picture", _own_part(object_bytes(media.stored), others)))
            self.needles.append(Needle("digest of the picture", bytes(media.stored.sha256)))


def disposal(seed: int) -> bool:
    """Run the drill; which words are planted follows from the seed."""
    living, plant = Living.here(), Plant(seed)
    url, _, control = sandbox_address()
    plant.sow(Puppeteer(url, control))
    second = living.state.directory / "second-store"
    settings.STORAGE_COPY_URL = f"file://{second}"
    with tempfile.TemporaryDirectory(prefix="daybook-drill-") as out:
        played = play(
            out=Path(out), password=secrets.token_hex(12), meanwhile=lambda cast: _meanwhile(living, plant, cast)
        )
    held = told("bundle", "the bundle of before verifies, before and after the destruction", held=played.verified)
    held = plant.held and held
    gone = RecordKey.objects.filter(value__in=plant.ids).count() == 0 and Tombstone.objects.count() >= len(plant.ids)
    held = (
        told("destroyed", "the planted comments are tombstones" if gone else "they are still there", held=gone) and held
    )
    held = _objects_gone() and held
    left = _search(living, plant)
    places = left.by_place(living.state.directory)
    noted(f"right after the destruction the raw files still hold {len(left.hits)}: {places}")
    done = living.manage(Role.MIGRATE, "maintain", "--anyway")
    held = told("rewritten", (done.stdout + done.stderr).strip(), held=done.returncode == 0) and held
    held = _nothing_left(living, plant) and held
    held = _no_guess(plant) and held
    held = _sound() and held
    for sentence in _OUT_OF_REACH:
        noted(sentence)
    return held


def _meanwhile(living: Living, plant: Plant, cast: Cast) -> None:
    """Find the comments, hold them, let them go, copy them, and see that the search can find them."""
    at = timezone.now()
    found = {row.record_id for row in search(actor=cast["clerk"], at=at, words=MARK).rows}
    records = set(RecordKey.objects.filter(value__in=plant.ids).values_list("record_id", flat=True))
    plant.held &= told(
        "searched", f"{len(found & records)} of {len(records)} are found by a word", held=records <= found
    )
    holdings = [Holding("record", one) for one in records]
    hold = hold_place(kind=HoldKind.AUDIT, reason="The drill.", holdings=holdings, actor=cast["counsel"], at=at).hold
    hold_release(hold_ref=hold.ref, reason="The drill goes on.", actor=cast["manager"], at=timezone.now())
    told("hold", "they were held and let go again", held=True)
    claim = _claim("drill.copies", timezone.now())
    copies_follow(claim, now=timezone.now)
    claim.finish(at=timezone.now())
    plant.learn()
    if plant.said is None:
        raise RuntimeError("No event holds the planted number.")
    plant.control = _search(living, plant)
    missing = {one.name for one in plant.needles} - {hit.needle for hit in plant.control.hits}
    missing = {name for name in missing if not name.startswith(("M of", "digest of slice"))}
    sentence = f"{len(plant.control.hits)} places: {plant.control.by_place(living.state.directory)}"
    plant.held &= told("can be found", f"never found: {sorted(missing)}" if missing else sentence, held=not missing)
    said = plant.said
    guessed = endings_told_apart(said.schema, said.fields, ENDING, plant.text, left_now(), said.key)
    plant.held &= told("with K", f"the log tells {guessed} from {ENDINGS} endings", held=guessed == [ENDING])


def _search(living: Living, plant: Plant) -> Searched:
    with living.superuser() as session:
        session.execute("CHECKPOINT")
    state = living.state
    own = [path for path in Path(tempfile.gettempdir()).glob("daybook-*") if not path.name.startswith("daybook-tmp-")]
    return files_search([state.cluster, state.directory, *own], plant.needles, without=[state.directory / "sandbox"])


def _objects_gone() -> bool:
    """Let the bytes go as the worker does, with the clock of the demonstration and both stores."""
    at = timezone.now() + WAIT_FOR_CERTIFICATE + timedelta(hours=1)
    before = StoredObject.objects.filter(doomed_at__isnull=False).count()
    claim = job_claim(job_enqueue(kind=OBJECTS, at=at).pk, at=at)
    if claim is None:
        return told("objects", "somebody else deletes the objects just now", held=False)
    doomed_delete(claim, stores=stores(), now=lambda: at)
    left = StoredObject.objects.filter(doomed_at__isnull=False).count()
    return told(
        "objects", f"{before} objects were to go from both stores, {left} are left", held=before > 0 and not left
    )


def _claim(kind: str, at: datetime) -> Claim:
    claim = job_claim(job_enqueue(kind=kind, queue="foreground", at=at, due_at=at).pk, at=timezone.now())
    if claim is None:
        raise RuntimeError("The drill's own job was taken by somebody else.")
    return claim


def _nothing_left(living: Living, plant: Plant) -> bool:
    after = _search(living, plant)
    for hit in after.hits[:20]:
        noted(f"{hit.needle} stands in {hit.path} as {hit.spelling}")
    volume = (
        f"{after.files:,} files with {after.octets:,} octets searched for {len(plant.needles)} things in every spelling"
    )
    said = f"{len(after.hits)} are left" if after.hits else "nothing is left"
    return told("raw files", f"{volume}: {said}", held=not after.hits)


def _no_guess(plant: Plant) -> bool:
    said: Any = plant.said
    guessed = endings_told_apart(said.schema, said.fields, ENDING, plant.text, left_now())
    sentence = f"{len(guessed)} of {ENDINGS} endings fit any digest that is left, with every other word known"
    return told("without K", sentence, held=not guessed)


def _sound() -> bool:
    wait_for("A log without waiting events", lambda: not _waiting() or None)
    run = FsckRun.objects.create(started_at=timezone.now())
    fsck(run, now=timezone.now, tell=lambda _name, _rows: None, cursor={})
    found = sorted(set(run.found.values_list("code", flat=True)))
    return told("fsck", f"findings: {', '.join(found) or 'none'}", held=not found)


def _waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM ledger_pending)")
        return bool(cursor.fetchone()[0])


def _own_part(octets: bytes, others: list[bytes]) -> bytes:
    """Return a part of a picture that stands in no other: drawn ones share much of what they are made of."""
    for start in range(0, len(octets) - 64, 16):
        part = octets[start : start + 64]
        if not any(part in other for other in others):
            return part
    raise RuntimeError("The planted picture has no part of its own.")


def _word(chance: Random) -> str:
    return "".join(chance.sample(string.ascii_lowercase, 18))


def _named(*words: str) -> list[tuple[str, str]]:
    return list(zip(("word", "name", "handle", "chinese"), words, strict=True))
