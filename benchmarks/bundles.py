"""A bundle of many records, built as production does it, from a stream and a log that keeps no record in memory.

`python -m benchmarks.bundles COUNT FOLDER` builds one in a process of its own and prints what it took, as JSON.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from archive.ledger import segments
from archive.ledger.commitment import Value, commit, disclose
from archive.ledger.encoding import base64url
from archive.ledger.merkle import inclusion_proof, leaf_hash
from archive.ledger.note import Checkpoint, Signer
from archive.ledger.proof import TlogProof
from archive.ledger.tiles import WIDTH, Edge, TileHashes
from archive.packages.bundle import Sealed, finish
from archive.packages.records import ShownEvent, ShownRecord
from archive.packages.seal import SEAL_KIND, SEAL_SCHEMA, SEAL_SHOWN, seal_fields
from archive.packages.staging import PayloadFile, stage_payload
from benchmarks.texts import Writer

ORIGIN = "bench.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))
VKEY = SIGNER.verifier().vkey()
PRODUCTION = UUID(int=7)
HIDDEN = "/raw/slice/sha256"


class Log:
    """A log whose n-th event has the id n + 1: of an event it keeps the leaf hash, in tiles, and nothing else."""

    def __init__(self) -> None:
        self._edge = Edge()
        self._full: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self._edge.size

    def add(self, schema: str, fields: Mapping[str, Value], hidden: str = "") -> ShownEvent:
        """Log the first event of a subject of its own; show all fields but `hidden`."""
        number = self.size + 1
        whole: dict[str, Value] = {
            **fields,
            "/event/subject": base64url(number.to_bytes(16, "big")),
            "/event/n": 0,
            "/event/prev": None,
            "/event/time": "2026-03-01T12:00:00.000000Z",
        }
        key = sha256(b"key %d" % number).digest()
        for tile in self._edge.append([leaf_hash(commit(schema, whole, key).entry)]):
            self._full[tile.level, tile.n] = tile.hashes
        shown = [name for name in whole if name != hidden]
        return ShownEvent(UUID(int=number), disclose(schema, whole, key, shown))

    def note(self) -> bytes:
        """Return the signed checkpoint of everything so far."""
        head = Checkpoint(ORIGIN, self.size, self._edge.root())
        return SIGNER.sign(head.text()).render().encode("utf-8")

    def prove(self, event_ids: Sequence[UUID], note: bytes) -> list[TlogProof]:
        """Return proofs under the checkpoint of everything so far."""
        hashes = TileHashes(self._tile)
        places = [each.int - 1 for each in event_ids]
        return [TlogProof(place, tuple(inclusion_proof(hashes, place, self.size)), note) for place in places]

    def _tile(self, level: int, n: int) -> bytes:
        if (level, n) in self._full:
            return self._full[level, n]
        if n == (self.size >> 8 * level) // WIDTH:
            return self._edge.partials[level]
        raise LookupError


def build(count: int, folder: Path) -> Path:
    """Build a bundle of `count` records below `folder` and return its zip."""
    log = Log()
    staged = stage_payload(folder / "staging", f"BENCH-{count}", _items(log, count))
    seal = {"/event/kind": SEAL_KIND, **seal_fields(PRODUCTION, staged)}
    event = log.add(SEAL_SCHEMA, seal)
    if set(SEAL_SHOWN) - {"/event/kind", "/event/n", "/event/prev", "/event/subject", "/event/time", *seal}:
        raise RuntimeError("The seal shows too little.")
    note = log.note()
    sealed = Sealed(
        seal=event,
        checkpoint=note,
        trusted=[SIGNER.verifier()],
        prove=lambda event_ids: log.prove(event_ids, note),
        agency="Benchmark Police Department",
        title="Production of the benchmark",
    )
    return finish(folder / "staging", sealed, out=folder)


def _items(log: Log, count: int) -> Iterator[PayloadFile | ShownRecord]:
    yield PayloadFile("data/production.pdf", [b"%PDF-1.7 not really\n%%EOF\n"])
    for n, text in enumerate(Writer(13).texts(count), 1):
        fields: dict[str, Value] = {
            "/event/kind": "capture",
            "/account": "0d6c6a0e-0000-4000-8000-000000000001",
            "/network": "mastodon",
            "/type": "Note",
            "/kind": "comment",
            "/id": str(10**17 + n),
            "/url": f"https://town.example/@res/{n}",
            "/published": "2026-02-28T08:00:00.000000Z",
            "/author/handle": f"@res_{n}",
            **segments.fields("/content", text),
            "/visibility": "public",
            "/raw/exchange": "0d6c6a0e-0000-4000-8000-000000000002",
            HIDDEN: base64url(sha256(text.encode()).digest()),
        }
        yield ShownRecord(
            f"BENCH-{n:06}", UUID(int=10**9 + n), UUID(int=2 * 10**9 + n), log.add("record/1", fields, HIDDEN)
        )


if __name__ == "__main__":
    began = time.perf_counter()
    path = build(int(sys.argv[1]), Path(sys.argv[2]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"zip": str(path), "seconds": time.perf_counter() - began, "peak": peak}))
