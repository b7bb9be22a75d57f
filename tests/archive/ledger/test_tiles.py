import random

import pytest

from archive.ledger.errors import ParseError, ProofError
from archive.ledger.merkle import (
    CompactRange,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from archive.ledger.tiles import (
    FULL,
    HASH,
    Edge,
    TileHashes,
    TileName,
    pack_entries,
    parse_path,
    tile_names,
    tiles_for_inclusion,
    unpack_entries,
)

SIZE = 70_000
LEAVES = [leaf_hash(b"%d" % i) for i in range(SIZE)]


def grown(sizes: list[int]) -> tuple[Edge, dict[tuple[int, int], bytes]]:
    """A log that grew in batches to each of `sizes`, every stored edge re-read, with the full tiles it made."""
    edge, full, range_ = Edge(), dict[tuple[int, int], bytes](), CompactRange()
    for size in sizes:
        batch = LEAVES[edge.size : size]
        for tile in edge.append(batch):
            assert (tile.level, tile.n) not in full
            full[tile.level, tile.n] = tile.hashes
        range_.extend(batch)
        assert edge.root() == range_.root()
        edge = Edge(edge.size, edge.stored())
        assert edge.root() == range_.root()
    return edge, full


def reader(edge: Edge, full: dict[tuple[int, int], bytes]) -> TileHashes:
    def read(level: int, n: int) -> bytes:
        if (level, n) in full:
            return full[level, n]
        if level < len(edge.partials) and edge.partials[level] and n == (edge.size >> 8 * level) // 256:
            return edge.partials[level]
        raise LookupError

    return TileHashes(read)


@pytest.mark.parametrize(
    "sizes",
    [
        list(range(1, 600)),
        [255, 256, 257, 511, 512, 513, 3_000],
        [SIZE],
        [1, 65_535, 65_536, 65_537, SIZE],
        sorted(random.Random(7).sample(range(1, SIZE), 30)),
    ],
    ids=["one by one", "around tiles", "at once", "around level 2", "random batches"],
)
def test_root_and_tiles_do_not_depend_on_the_batches(sizes: list[int]) -> None:
    edge, full = grown(sizes)
    names = {(name.level, name.n) for name in tile_names(edge.size) if name.width == 256}
    assert set(full) == names
    assert all(len(hashes) == FULL for hashes in full.values())
    assert root(reader(edge, full), edge.size) == edge.root()


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    names = tile_names(SIZE)
    assert [name for name in names if name.width < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert [sum(name.level == level and name.width == 256 for name in names) for level in (0, 1, 2)] == [273, 1, 0]
    assert tile_names(256) == [(0, 0, 256), (1, 0, 1)]
    assert tile_names(0) == []


def test_proofs_read_from_tiles_hold_for_the_present_and_for_earlier_sizes() -> None:
    edge, full = grown([SIZE])
    hashes = reader(edge, full)
    chance = random.Random(3)
    range_, roots = CompactRange(), {}
    for i, leaf in enumerate(LEAVES):
        range_.append(leaf)
        if i % 997 == 0 or i + 1 in (256, 65_536, SIZE):
            roots[i + 1] = range_.root()
    sizes = sorted(roots)
    for _ in range(300):
        size = chance.choice(sizes)
        index = chance.randrange(size)
        check_inclusion(LEAVES[index], index, size, inclusion_proof(hashes, index, size), roots[size])
        old = chance.choice([each for each in sizes if each <= size])
        check_consistency(old, size, roots[old], roots[size], consistency_proof(hashes, old, size))


def test_an_inclusion_proof_reads_no_tile_but_the_ones_it_was_said_to_read() -> None:
    edge, full = grown([SIZE])
    complete = reader(edge, full)
    chance = random.Random(5)
    for size in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, SIZE]:
        for index in {0, size - 1, chance.randrange(size), chance.randrange(size)}:
            read: set[tuple[int, int]] = set()

            def remember(level: int, n: int, seen: set[tuple[int, int]] = read) -> bytes:
                seen.add((level, n))
                return full[level, n] if (level, n) in full else edge.partials[level]

            assert inclusion_proof(TileHashes(remember), index, size) == inclusion_proof(complete, index, size)
            assert read <= tiles_for_inclusion(index, size)


def test_a_missing_or_short_tile_is_a_typed_error() -> None:
    edge, full = grown([1_000])
    del full[0, 2]
    with pytest.raises(ProofError, match="missing"):
        inclusion_proof(reader(edge, full), 600, 1_000)
    full[0, 2] = bytes(FULL - HASH)
    with pytest.raises(ProofError):
        inclusion_proof(reader(edge, full), 766, 1_000)
    full[0, 2] = bytes(33)
    with pytest.raises(ProofError, match="length"):
        inclusion_proof(reader(edge, full), 600, 1_000)


def test_the_cache_forgets_the_tile_that_was_used_longest_ago() -> None:
    full = grown([SIZE])[1]
    asked: list[tuple[int, int]] = []

    def read(level: int, n: int) -> bytes:
        asked.append((level, n))
        return full[level, n]

    hashes = TileHashes(read, capacity=2)
    for n in (0, 1, 0, 2, 0, 1):
        hashes(0, n * 256)
    assert asked == [(0, 0), (0, 1), (0, 2), (0, 1)]


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    edge, _ = grown([1_000])
    for size, partials in [
        (1_001, edge.stored()),
        (1_000, {**edge.stored(), 5: bytes(32)}),
        (1_000, {0: edge.partials[0]}),
        (256, {}),
    ]:
        with pytest.raises(ProofError):
            Edge(size, partials)
    with pytest.raises(ProofError):
        Edge().append([bytes(31)])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "tile/0/000"),
        (TileName(0, 1234067), "tile/0/x001/x234/067"),
        (TileName(2, 5, 17), "tile/2/005.p/17"),
        (TileName(None, 1000), "tile/entries/x001/000"),
        (TileName(63, 999, 255), "tile/63/999.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(name: TileName, path: str) -> None:
    assert name.path() == path
    assert parse_path(path) == name


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/000.p/01",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/../000",
        "tile/0/٠٠٠",
        "",
    ],
)
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(ParseError):
        parse_path(path)


def test_entry_bundles_are_read_back_and_a_cut_one_is_refused() -> None:
    entries = [b"a", b"bb" * 100, b"{}"]
    octets = pack_entries(entries)
    assert octets[:3] == b"\x00\x01a"
    assert unpack_entries(octets) == entries
    for end in range(1, len(octets)):
        if octets[:end] not in (octets[:3], octets[:205]):
            with pytest.raises(ParseError):
                unpack_entries(octets[:end])
    with pytest.raises(ParseError):
        unpack_entries(pack_entries([b"a"] * 257))
    with pytest.raises(ProofError):
        pack_entries([b"a" * 65_536])
