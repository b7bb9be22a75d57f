import random
from collections.abc import Callable
from functools import cache

import pytest
from pymerkle import InmemoryTree, InvalidProof, verify_consistency, verify_inclusion

from archive.ledger.errors import ProofError
from archive.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    root_from_inclusion,
)
from archive.ledger.tiles import Edge, TileHashes

ENTRIES = [b"entry %d" % i for i in range(3_000)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SMALL = 256
LARGE = 100_000


@cache
def hashes(level: int, index: int) -> bytes:
    if level == 0:
        return LEAVES[index]
    return node_hash(hashes(level - 1, 2 * index), hashes(level - 1, 2 * index + 1))


def naive_root(start: int, end: int) -> bytes:
    """MTH of RFC 6962 section 2.1 as it is written there."""
    if end - start == 1:
        return LEAVES[start]
    split = 1
    while split * 2 < end - start:
        split *= 2
    return node_hash(naive_root(start, start + split), naive_root(start + split, end))


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_roots_of_all_small_sizes_agree_with_the_definition_and_with_pymerkle(oracle: InmemoryTree) -> None:
    edge = CompactRange()
    assert edge.root() == EMPTY_ROOT == root(hashes, 0)
    for size in range(1, SMALL + 1):
        edge.append(LEAVES[size - 1])
        assert edge.root() == naive_root(0, size) == root(hashes, size) == oracle.get_root(size)
        assert CompactRange(edge.size, edge.nodes).root() == edge.root()


def test_inclusion_proofs_of_all_small_sizes_agree_with_pymerkle(oracle: InmemoryTree) -> None:
    for size in range(1, SMALL + 1):
        state = root(hashes, size)
        for index in range(size):
            proof = inclusion_proof(hashes, index, size)
            check_inclusion(LEAVES[index], index, size, proof, state)
            # pymerkle counts from 1 and puts the leaf itself first in its path
            theirs = oracle.prove_inclusion(index + 1, size)
            assert theirs.path[1:] == proof
            verify_inclusion(LEAVES[index], state, theirs)


def test_consistency_proofs_of_all_small_sizes_hold_and_pymerkle_agrees(oracle: InmemoryTree) -> None:
    roots = [root(hashes, size) for size in range(SMALL + 1)]
    for new in range(1, SMALL + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(hashes, old, new)
            check_consistency(old, new, roots[old], roots[new], proof)
            verify_consistency(roots[old], roots[new], oracle.prove_consistency(old, new))


def test_ten_thousand_random_proofs_up_to_a_hundred_thousand_agree_with_pymerkle() -> None:
    chance, edge, full, oracle = random.Random(6962), Edge(), {}, InmemoryTree(algorithm="sha256")
    for n in range(LARGE):
        oracle.append_entry(b"entry %d" % n)
    for tile in edge.append([leaf_hash(b"entry %d" % n) for n in range(LARGE)]):
        full[tile.level, tile.n] = tile.hashes
    tiles = TileHashes(lambda level, n: full.get((level, n)) or edge.partials[level])
    for n in range(10_000):
        new = chance.randint(SMALL + 1, LARGE)
        if n % 2:
            index = chance.randrange(new)
            assert oracle.prove_inclusion(index + 1, new).path[1:] == inclusion_proof(tiles, index, new)
        else:
            old = chance.randint(1, new)
            roots = root(tiles, old), root(tiles, new)
            verify_consistency(*roots, oracle.prove_consistency(old, new))
            check_consistency(old, new, *roots, consistency_proof(tiles, old, new))


def mutations(proof: list[bytes], chance: random.Random) -> list[list[bytes]]:
    """Every proof that is this one with a bit, an element, an order or a length changed."""
    other = bytes(32)
    changed = [[*proof, other], [other, *proof]]
    for i, node in enumerate(proof):
        flipped = bytearray(node)
        flipped[chance.randrange(32)] ^= 1 << chance.randrange(8)
        changed += [
            [*proof[:i], bytes(flipped), *proof[i + 1 :]],
            [*proof[:i], *proof[i + 1 :]],
            [*proof[:i], node, *proof[i:]],
            [*proof[:i], node[:31], *proof[i + 1 :]],
            [*proof[:i], node + b"\0", *proof[i + 1 :]],
        ]
    swapped = proof[::-1]
    return changed + ([swapped] if swapped != proof else [])


def refused(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except ProofError:
        return True
    return False


def test_no_mutated_inclusion_proof_is_accepted() -> None:
    chance = random.Random(1)
    for size in [*range(1, 34), 64, 65, 100, 255, 256, 257, 1_000]:
        state = root(hashes, size)
        for index in {0, size // 2, size - 1, chance.randrange(size)}:
            proof = inclusion_proof(hashes, index, size)
            for changed in mutations(proof, chance):
                assert refused(check_inclusion, LEAVES[index], index, size, changed, state)
            for place in {index - 1, index + 1, size, -1, index ^ 4}:
                assert refused(check_inclusion, LEAVES[index], place, size, proof, state)
            assert refused(check_inclusion, LEAVES[index], index, size, proof, bytes(32))
            assert refused(check_inclusion, bytes(32), index, size, proof, state)


def test_no_mutated_consistency_proof_is_accepted() -> None:
    chance = random.Random(2)
    for new in [*range(1, 34), 64, 65, 100, 255, 256, 257, 1_000]:
        for old in {1, new // 2 or 1, new - 1 or 1, new, chance.randint(1, new)}:
            proof = consistency_proof(hashes, old, new)
            roots = root(hashes, old), root(hashes, new)
            check_consistency(old, new, *roots, proof)
            for changed in mutations(proof, chance):
                assert refused(check_consistency, old, new, *roots, changed)
            if old != new:
                assert refused(check_consistency, old, new, roots[1], roots[0], proof)
            assert refused(check_consistency, old, new, bytes(32), roots[1], proof)
            assert refused(check_consistency, old, new, roots[0], bytes(32), proof)


def test_the_empty_tree_is_the_beginning_of_every_tree() -> None:
    check_consistency(0, 7, EMPTY_ROOT, root(hashes, 7), [])
    with pytest.raises(ProofError):
        check_consistency(0, 7, bytes(32), root(hashes, 7), [])
    with pytest.raises(ProofError):
        check_consistency(7, 3, root(hashes, 7), root(hashes, 3), [])


def test_the_same_root_is_reached_with_a_wrong_size_so_size_comes_from_the_checkpoint() -> None:
    """Ledger rule F8: this is a property of RFC 6962 trees, which the verifier must not be surprised by."""
    wrong = [
        (index, size, claimed)
        for size in range(1, 11)
        for index in range(size)
        for claimed in range(index + 1, 11)
        if claimed != size
        and not refused(
            check_inclusion, LEAVES[index], index, claimed, inclusion_proof(hashes, index, size), root(hashes, size)
        )
    ]
    assert wrong
    index, size, claimed = wrong[0]
    assert root_from_inclusion(LEAVES[index], index, claimed, inclusion_proof(hashes, index, size)) == root(
        hashes, size
    )


def test_there_is_no_proof_for_a_leaf_or_a_tree_that_is_not_there() -> None:
    for index, size in [(0, 0), (5, 5), (-1, 5)]:
        with pytest.raises(ProofError):
            inclusion_proof(hashes, index, size)
    for old, new in [(-1, 3), (4, 3)]:
        with pytest.raises(ProofError):
            consistency_proof(hashes, old, new)
    with pytest.raises(ProofError):
        CompactRange(3, [bytes(32)])


def test_pymerkle_refuses_a_foreign_proof_too(oracle: InmemoryTree) -> None:
    """The oracle can say no: without this the agreement above would mean little."""
    with pytest.raises(InvalidProof):
        verify_inclusion(LEAVES[1], root(hashes, 9), oracle.prove_inclusion(1, 9))


def test_a_range_that_grows_by_many_leaves_is_the_one_that_grows_by_one() -> None:
    leaves = [leaf_hash(str(n).encode()) for n in range(700)]
    for steps in ((700,), (1, 699), (63, 1, 64, 65, 507), (200, 500), (128, 0, 572)):
        grown, one_by_one, done = CompactRange(), CompactRange(), 0
        for step in steps:
            grown.extend(leaves[done : done + step])
            for leaf in leaves[done : done + step]:
                one_by_one.append(leaf)
            done += step
            assert (grown.size, grown.nodes) == (one_by_one.size, one_by_one.nodes)
