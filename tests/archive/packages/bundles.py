"""A small production on a log of its own, sealed and bundled as the product does it, for tests to break."""

import csv
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from archive.ledger.commitment import Value, commit, disclose, padding
from archive.ledger.encoding import base64url
from archive.ledger.merkle import inclusion_proof, leaf_hash, node_hash, root
from archive.ledger.note import Checkpoint, Signer
from archive.ledger.proof import TlogProof
from archive.ledger.segments import fields as segment_fields
from archive.packages.bundle import Sealed, finish
from archive.packages.records import RecordFile, ShownEvent, ShownRecord, Withheld
from archive.packages.seal import SEAL_SHOWN, seal_fields
from archive.packages.staging import ManifestDigest, PayloadFile, PayloadItem, stage_payload

ORIGIN = "test.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))
VKEY = SIGNER.verifier().vkey()
STRANGER = Signer(ORIGIN, bytes(range(1, 33)))
PRODUCTION = UUID(int=7)
SECRET = "555-0100"
IMAGE = b"\x89PNG not really, but bytes \x00\xff" * 40


@dataclass
class Log:
    """An in-memory log: subject chains, entries, and proofs under one checkpoint of all of them."""

    entries: list[bytes] = field(default_factory=list)
    places: dict[UUID, int] = field(default_factory=dict)
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def add(
        self, schema: str, subject: int, fields: Mapping[str, Value], shown: Iterable[str] | None = None
    ) -> ShownEvent:
        """Log an event; show the fields `shown`, or all."""
        name = base64url(subject.to_bytes(16, "big"))
        n, head = self.heads.get(name, (-1, b""))
        whole: dict[str, Value] = {
            "/event/subject": name,
            "/event/n": n + 1,
            "/event/prev": base64url(head) if head else None,
            "/event/time": f"2026-03-01T12:{len(self.entries) % 60:02}:00.000000Z",
            **fields,
        }
        event_id, key = UUID(int=len(self.entries) + 1), sha256(b"key %d" % len(self.entries)).digest()
        commitment = commit(schema, whole, key)
        self.heads[name] = (n + 1, commitment.leaf)
        self.places[event_id] = len(self.entries)
        self.entries.append(commitment.entry)
        return ShownEvent(event_id, disclose(schema, whole, key, list(whole) if shown is None else list(shown)))

    def pad(self, count: int) -> None:
        """Log leaves that commit to nothing."""
        for _ in range(count):
            self.entries.append(padding(sha256(b"pad %d" % len(self.entries)).digest()).entry)

    def hashes(self, level: int, index: int) -> bytes:
        """Return a node of the tree."""
        if level == 0:
            return leaf_hash(self.entries[index])
        if (level, index) not in self._nodes:
            left, right = self.hashes(level - 1, 2 * index), self.hashes(level - 1, 2 * index + 1)
            self._nodes[level, index] = node_hash(left, right)
        return self._nodes[level, index]

    def note(self, signer: Signer = SIGNER) -> bytes:
        """Return the signed checkpoint of everything so far."""
        head = Checkpoint(ORIGIN, len(self.entries), root(self.hashes, len(self.entries)))
        return signer.sign(head.text()).render().encode("utf-8")

    def prove(self, event_ids: Sequence[UUID], note: bytes) -> list[TlogProof]:
        """Return proofs under the checkpoint of everything so far."""
        size = len(self.entries)
        places = [self.places[each] for each in event_ids]
        return [TlogProof(place, tuple(inclusion_proof(self.hashes, place, size)), note) for place in places]


def capture(n: int, text: str) -> dict[str, Value]:
    """Return the fields of a captured comment."""
    return {
        "/event/kind": "capture",
        "/account": "0d6c6a0e-0000-4000-8000-000000000001",
        "/network": "mastodon",
        "/type": "Note",
        "/kind": "comment",
        "/id": str(10**17 + n),
        "/url": f"https://town.example/@res/{n}",
        "/published": "2026-02-28T08:00:00.000000Z",
        "/author/handle": f"@res_{n}",
        **segment_fields("/content", text),
        "/visibility": "public",
        "/raw/slice/sha256": base64url(sha256(text.encode()).digest()),
    }


def comment(log: Log, n: int, text: str = "Potholes on Elm again, please fix them") -> ShownRecord:
    """Return a record that is shown whole but for its raw slice."""
    fields = capture(n, text)
    shown = [name for name in fields if name != "/raw/slice/sha256"]
    event = log.add("record/1", n, fields, [*shown, *EVENT])
    return ShownRecord(f"TEST-{n:06}", UUID(int=1000 + n), UUID(int=2000 + n), event)


EVENT = ("/event/subject", "/event/n", "/event/prev", "/event/time")


def production(log: Log) -> list[PayloadItem]:
    """Return the items of a production that has one of everything."""
    log.pad(3)
    redacted = capture(1, f"Call me at {SECRET} about the café 🚧")
    spans = [name for name, value in redacted.items() if value == f"{SECRET} "]
    event = log.add("record/1", 1, redacted, [name for name in [*redacted, *EVENT] if name not in spans])
    first = ShownRecord(
        "TEST-000001", UUID(int=1001), UUID(int=2001), event, tuple(Withheld(span, "7(1)(b)") for span in spans)
    )
    pictured = log.add("record/1", 2, capture(2, "Look at this") | {"/attachment/0/id": "77"})
    media = log.add(
        "capture.media/1", 900, {"/event/kind": "capture.media", "/media/sha256": base64url(sha256(IMAGE).digest())}
    )
    log.pad(2)
    edited = log.add("removal.observed/1", 2, {"/event/kind": "removal.observed", "/state": "absent"})
    second = ShownRecord(
        "TEST-000002",
        UUID(int=1002),
        UUID(int=2002),
        pictured,
        files=(
            RecordFile("data/media/TEST-000002-1.png", "/media/sha256", [IMAGE]),
            RecordFile("data/media/TEST-000002-2.png", None, [IMAGE[::-1]]),
        ),
        history=(media, edited),
    )
    return [
        PayloadFile("data/production.pdf", [b"%PDF-1.7 not really\n", b"%%EOF\n"]),
        PayloadFile("data/letter.pdf", [b"%PDF-1.7 a letter\n%%EOF\n"]),
        first,
        second,
        comment(log, 3),
        comment(log, 4, "=1+1 is what a spreadsheet would run"),
    ]


def seal(log: Log, staged: ManifestDigest) -> ShownEvent:
    """Log the seal of a staged payload."""
    fields = {"/event/kind": "production.sealed", **seal_fields(PRODUCTION, staged)}
    return log.add("production.sealed/1", 5000, fields, SEAL_SHOWN)


def sealed(log: Log, event: ShownEvent, note: bytes | None = None) -> Sealed:
    """Return what finishes the bundle under the log's present checkpoint."""
    head = note or log.note()
    return Sealed(
        seal=event,
        checkpoint=head,
        trusted=[SIGNER.verifier()],
        prove=lambda event_ids: log.prove(event_ids, head),
        agency="Test Police Department",
        title="Production 1 of request R-1",
    )


def build(
    folder: Path,
    name: str = "TEST-0001",
    *,
    cosign: Callable[[bytes], bytes] = lambda note: note,
    stamp: Callable[[bytes], Sequence[bytes]] = lambda text: (),
) -> Path:
    """Build the production's bundle below `folder` and return the path of its zip.

    `cosign` may add lines to the checkpoint's note; `stamp` returns time stamps of the checkpoint's text.
    """
    log = Log()
    staged = stage_payload(folder / "staging", name, production(log))
    event = seal(log, staged)
    log.pad(5)
    note = cosign(log.note())
    anchors = stamp(note.partition(b"\n\n")[0] + b"\n")
    return finish(folder / "staging", replace(sealed(log, event, note), anchors=anchors), out=folder)


def unpack(path: Path, into: Path) -> Path:
    """Unpack a bundle and return the bag's top folder."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(into)
    return next(into.iterdir())


def remanifest(top: Path) -> None:
    """Make both manifests and the Payload-Oxum fit again, as someone would who changed a file and knew BagIt."""
    files = sorted(path for path in top.rglob("*") if path.is_file())
    payload = [path for path in files if "data" in path.relative_to(top).parts[:1]]
    oxum = f"{sum(path.stat().st_size for path in payload)}.{len(payload)}"
    info = top / "bag-info.txt"
    info.write_text(re.sub("(?<=Payload-Oxum: ).*", oxum, info.read_text()))
    (top / "manifest-sha256.txt").write_text(_lines(top, payload))
    tags = [path for path in files if path not in payload and path.name != "tagmanifest-sha256.txt"]
    (top / "tagmanifest-sha256.txt").write_text(_lines(top, tags))


def retag(top: Path) -> None:
    """Make only the tag manifest fit again."""
    tags = [path for path in sorted(top.rglob("*")) if path.is_file() and "data" not in path.relative_to(top).parts[:1]]
    (top / "tagmanifest-sha256.txt").write_text(_lines(top, [path for path in tags if path.name[:11] != "tagmanifest"]))


def _lines(top: Path, paths: Iterable[Path]) -> str:
    return "".join(f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(top).as_posix()}\n" for path in paths)


def rewrite(path: Path, change: Mapping[str, object]) -> None:
    """Replace members of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


def reindex(top: Path, drop: str) -> None:
    """Take a record's row out of the index."""
    path = top / "data/index.csv"
    rows = [row for row in csv.reader(io.StringIO(path.read_text("utf-8"), newline="")) if row[0] != drop]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8"))


def copy(top: Path, into: Path) -> Path:
    """Copy an unpacked bundle, file by file as hard links are not safe to change."""
    return Path(shutil.copytree(top, into / top.name, copy_function=shutil.copyfile))


def bash(script: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run a script as a person at a shell would."""
    import subprocess

    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
