"""Bar L1: Google's own code reads the files that we publish, and makes the roots and proofs that we make."""

import random
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

import pytest

from archive.ledger.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from archive.ledger.note import Checkpoint, Signer
from archive.ledger.publication import Publication
from archive.ledger.shelf import FileShelf
from archive.ledger.tiles import WIDTH, Edge, TileHashes
from tests.oracles.go import go_build, go_program, go_says

SIGNER = Signer("test.daybook.invalid/ledger/1", bytes(range(32)))
VKEY = SIGNER.verifier().vkey()
SIZES = (1, 2, 255, 256, 257, 600, 3_000)
LARGE, SMALL, RANDOM = 100_000, 256, 10_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = go_program()
    if go is None:
        pytest.skip("Go with its note and tlog is not on this machine (tests/oracles/go.py names the packages)")
    return go_build(go, tmp_path_factory.mktemp("go"))


class Published:
    """A log that is published as it grows to each of `sizes`, a signed note each time."""

    def __init__(self, folder: Path, sizes: Iterable[int]) -> None:
        self.folder, self.edge, self.full = folder, Edge(), dict[tuple[int, int], bytes]()
        publication, entries = Publication(FileShelf(folder)), list[bytes]()
        for size in sizes:
            before, made = len(entries), [b"entry %d" % n for n in range(len(entries), size)]
            entries += made
            for tile in self.edge.append([leaf_hash(entry) for entry in made]):
                self.full[tile.level, tile.n] = tile.hashes
            publication.publish(before, size, self.tile, entries[before // WIDTH * WIDTH :])
            head = Checkpoint(SIGNER.name, size, self.edge.root())
            publication.show(size, SIGNER.sign(head.text()).render().encode())
        self.hashes = TileHashes(self.tile, capacity=1_000)

    def tile(self, level: int, n: int) -> bytes:
        return self.full.get((level, n)) or self.edge.partials[level]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("log"), SIZES)


def test_go_opens_every_note_and_proves_every_entry_and_every_growth_from_our_files(
    program: Path, log: Published
) -> None:
    notes = len(SIZES) + 1  # the newest is there twice
    assert go_says(program, "files", VKEY, str(log.folder)) == f"OK 3000 3000 {notes * (notes + 1) // 2}"


def test_go_refuses_a_file_in_which_one_bit_was_changed(program: Path, log: Published) -> None:
    for name in ("checkpoint", "checkpoints/257", "tile/0/003", "tile/1/000.p/11", "tile/entries/002"):
        file = log.folder / name
        octets = file.read_bytes()
        place = len(octets) - 9
        file.chmod(0o644)
        file.write_bytes(octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :])
        assert go_says(program, "files", VKEY, str(log.folder)).startswith("REFUSED"), name
        file.write_bytes(octets)
    other = Signer(SIGNER.name, bytes(32)).verifier().vkey()
    assert go_says(program, "files", other, str(log.folder)).startswith("REFUSED")


def claimed(log: Published, cases: Iterable[tuple[str, int, int]]) -> str:
    lines = []
    for kind, size, other in cases:
        if kind == "root":
            proof = [root(log.hashes, size)]
        elif kind == "record":
            proof = inclusion_proof(log.hashes, other, size)
        else:
            proof = consistency_proof(log.hashes, other, size)
        place = "" if kind == "root" else f" {other}"
        lines.append(f"{kind} {size}{place} " + " ".join(b64encode(each).decode() for each in proof))
    return "\n".join(lines) + "\n"


def test_go_makes_the_same_roots_and_proofs_of_all_small_sizes(program: Path, log: Published) -> None:
    cases = [("root", size, 0) for size in range(1, SMALL + 1)]
    cases += [("record", size, index) for size in range(1, SMALL + 1) for index in range(size)]
    cases += [("tree", size, old) for size in range(1, SMALL + 1) for old in range(1, size + 1)]
    claims = claimed(log, cases)
    assert go_says(program, "claims", str(log.folder), "3000", claims=claims) == f"OK {len(cases)}"
    line = claims.splitlines()[-2]
    assert "REFUSED" in go_says(program, "claims", str(log.folder), "3000", claims=line[:-44] + "A" * 43 + "=\n")


def test_go_makes_the_same_of_ten_thousand_random_places_up_to_a_hundred_thousand(
    program: Path, tmp_path: Path
) -> None:
    log, chance = Published(tmp_path, (LARGE,)), random.Random(6962)
    cases = []
    for n in range(RANDOM):
        size = chance.randint(1, LARGE)
        cases.append(("record", size, chance.randrange(size)) if n % 2 else ("tree", size, chance.randint(1, size)))
    cases += [("root", chance.randint(1, LARGE), 0) for _ in range(100)]
    assert go_says(program, "claims", str(tmp_path), str(LARGE), claims=claimed(log, cases)) == f"OK {len(cases)}"
