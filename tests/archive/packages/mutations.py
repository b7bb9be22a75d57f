"""Random changes of proofs, notes, records, keys and whole bundles: none may be taken for good, none may raise.

python -m tests.archive.packages.mutations COUNT [SEED]      a long run by hand (bar L2: a million)
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.packages import verify
from tests.archive.packages.bundles import VKEY, build, unpack

SHARES = {"proof": 900, "record": 80, "note": 15, "bundle": 5}
"""How many of a thousand are of which kind; a changed note may cost a whole signature check, a bundle much more."""

_PIECES = [
    b"\n",
    b"\r\n",
    b"=",
    b"==",
    b" ",
    b"\n\n",
    b"size 17\n",
    b"0",
    b"-",
    b'"',
    b"\\",
    b"{",
    b"[",
    b"\xff",
    b"\x00",
]
_PIECES += [
    "— ".encode(),
    b"\xe2\x80\xa8",
    b"index 1\n",
    b"9" * 20,
    b"A" * 43 + b"=\n",
    b"NaN",
    b"1e9",
    b"null",
    b"\\ud800",
]


def mutated(octets: bytes, chance: random.Random) -> bytes:
    """Return other bytes: one to three of flips, cuts, doublings, insertions, exchanges."""
    made = bytearray(octets)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(made) + 1)
        other = chance.randrange(len(made) + 1)
        match chance.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << chance.randrange(8)
            case 1:
                del made[min(at, other) : max(at, other) if chance.random() < 0.1 else min(at, other) + 1]
            case 2:
                made[at:at] = chance.choice(_PIECES)
            case 3:
                made[at:at] = made[other : other + chance.randrange(1, 90)]
            case 4:
                lines = made.split(b"\n")
                first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[first], lines[second] = lines[second], lines[first]
                made = bytearray(b"\n".join(lines))
            case _:
                made[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(made)


class Mutator:
    """Tries changes of one good bundle; keeps what was taken for good although it is not, and what raised."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.top = unpack(build(folder), folder / "unpacked")
        self.chance, self.keys = random.Random(seed), [verify.key_parse(VKEY)]
        self.tried: Counter[str] = Counter()
        self.accepted: list[tuple[str, bytes]] = []
        self.raised: list[tuple[str, str, bytes]] = []
        self.note = (self.top / "proofs/checkpoint").read_bytes()
        self.head = verify.checkpoint_open(self.note, self.keys)
        self.records = {path.stem: path.read_bytes() for path in sorted(self.top.glob("data/records/*.json"))}
        self.events = {name: verify.event_open(self._shown(text)) for name, text in self.records.items()}
        self.proofs = {name: (self.top / f"proofs/{name}.tlog-proof").read_bytes() for name in self.records}
        self.files = sorted(path for path in self.top.rglob("*") if path.is_file())

    def run(self, count: int) -> None:
        """Try this many changes, in the shares of each kind."""
        tries: dict[str, Callable[[], bytes | None]] = {
            "proof": self.proof,
            "record": self.record,
            "note": self.whole_note,
            "bundle": self.bundle,
        }
        for kind in self.chance.choices(list(SHARES), list(SHARES.values()), k=count):
            self.tried[kind] += 1
            if (taken := tries[kind]()) is not None:
                self.accepted.append((kind, taken))

    def _shown(self, text: bytes) -> dict[str, Any]:
        value: dict[str, Any] = verify.shaped(verify.json_value(text), verify._RECORD, "a record")
        return value

    def _refused(self, kind: str, octets: bytes, check: Callable[[], object]) -> bool:
        """Run a check; Wrong, and a text that is none, are what it may raise."""
        try:
            check()
        except (verify.Wrong, ValueError):
            return True
        except Exception as error:
            self.raised.append((kind, repr(error), octets))
            return True
        return False

    def proof(self) -> bytes | None:
        name = self.chance.choice(list(self.proofs))
        octets = mutated(self.proofs[name], self.chance)

        def check() -> None:
            index, hashes, note = verify.proof_split(octets)
            verify.need(note == self.note, "proof.note", "another note")
            verify.inclusion_check(self.events[name].leaf, index, hashes, self.head)

        good = octets == self.proofs[name] or self._refused("proof", octets, check)
        return None if good else octets

    def record(self) -> bytes | None:
        """A changed record may still open, when its frame alone changed; no field that was not committed may show."""
        name = self.chance.choice(list(self.records))
        octets = mutated(self.records[name], self.chance)
        event: list[verify.Event] = []

        def check() -> None:
            value = self._shown(octets)
            event.append(verify.event_open(value))
            verify.chain_check(event)
            verify.withheld_check(event[0].fields, value["withheld"])

        if self._tolerant("record", octets, check):
            return None
        known = self.events[name]
        return None if event[0].leaf == known.leaf and event[0].fields.items() <= known.fields.items() else octets

    def _tolerant(self, kind: str, octets: bytes, check: Callable[[], object]) -> bool:
        """As `_refused`, for JSON of any shape: what a check trips over, the verifier's guard makes a finding."""
        try:
            check()
        except Exception as error:
            if not isinstance(error, (verify.Wrong, ValueError, TypeError, AttributeError, KeyError)):
                self.raised.append((kind, repr(error), octets))
            return True
        return False

    def whole_note(self) -> bytes | None:
        """A changed note may open by the log's signature only if what was signed is what it was."""
        octets = mutated(self.note, self.chance)
        heads: list[verify.Checkpoint] = []
        if self._refused("note", octets, lambda: heads.append(verify.checkpoint_open(octets, self.keys))):
            return None
        same = heads[0][:3] == self.head[:3] and octets.partition(b"\n\n")[0] == self.note.partition(b"\n\n")[0]
        return None if heads[0].signer is None or same else octets

    def bundle(self) -> bytes | None:
        """Any changed file of a bundle makes it wrong, but for the order of the tag manifest."""
        path = self.chance.choice(self.files)
        good = path.read_bytes()
        octets = mutated(good, self.chance)
        if octets == good:
            return None
        path.write_bytes(octets)
        try:
            bundle = verify.Bundle(str(self.top), self.keys)
            code = bundle.run(1)
            "\n".join(verify.report(bundle))
        except Exception as error:
            self.raised.append(("bundle", repr(error), octets))
            code = 1
        finally:
            path.write_bytes(good)
        reordered = path.name == "tagmanifest-sha256.txt" and sorted(octets.split(b"\n")) == sorted(good.split(b"\n"))
        return octets if code != 1 and not reordered else None  # a tag manifest has no order (RFC 8493 section 2.2.1)


def main(count: int, seed: int) -> int:
    """Try `count` changes and say what came of them; return 1 if any was taken for good or raised."""
    folder, began = Path(tempfile.mkdtemp(prefix="daybook-mutations-")), time.perf_counter()
    try:
        mutator = Mutator(folder, seed)
        mutator.run(count)
    finally:
        shutil.rmtree(folder)
    print(
        f"{sum(mutator.tried.values())} changed ({dict(mutator.tried)}), {len(mutator.accepted)} accepted, "
        f"{len(mutator.raised)} uncaught, {time.perf_counter() - began:.0f} s, seed {seed}"
    )
    for finding in [*mutator.accepted[:5], *mutator.raised[:5]]:
        print(finding)
    return 1 if mutator.accepted or mutator.raised else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
