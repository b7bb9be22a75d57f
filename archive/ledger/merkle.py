"""The Merkle tree of RFC 6962: hashing, growing, proving, and the verification loops of RFC 9162.

Everything is a pure function over 32-byte hashes. A proof is made from a `Hashes` provider, which gives the hash of any
*complete* subtree: `hashes(level, index)` covers the leaves `[index << level, (index + 1) << level)`.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import TypeAlias

from archive.ledger.errors import ProofError

Hashes: TypeAlias = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()
MAX_SIZE = 2**63 - 1


def leaf_hash(entry: bytes) -> bytes:
    """Hash a log entry into a leaf (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


_MANY = 64  #: leaves of a subtree that is hashed row by row; a power of two


class CompactRange:
    """The right edge of a growing tree: the hashes of its complete subtrees, largest first, and nothing else."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """Start empty, or go on from the nodes that another range of this size had."""
        if size < 0 or len(nodes) != size.bit_count():
            raise ProofError(f"A tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(nodes)}.")
        self.size = size
        self._nodes = list(nodes)

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """The hashes of the complete subtrees, from left (largest) to right."""
        return tuple(self._nodes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._add(leaf, 1)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order: what makes up a whole subtree of _MANY leaves is hashed row by row."""
        rest = iter(leaves)
        while row := list(islice(rest, _MANY - self.size % _MANY)):
            if len(row) < _MANY:
                for leaf in row:
                    self._add(leaf, 1)
                continue
            while len(row) > 1:
                row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
            self._add(row[0], _MANY)

    def _add(self, node: bytes, leaves: int) -> None:
        """Add a whole subtree of so many leaves, a power of two that divides the size."""
        nodes, subtrees = self._nodes, self.size // leaves
        while subtrees & 1:
            node = sha256(b"\x01" + nodes.pop() + node).digest()
            subtrees >>= 1
        nodes.append(node)
        self.size += leaves

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._nodes:
            return EMPTY_ROOT
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = node_hash(node, root)
        return root


def subtree(hashes: Hashes, start: int, end: int) -> bytes:
    """Return the hash of the leaves `[start, end)`, where `start` is the left border of a subtree reaching `end`."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(hashes(level, start >> level))
        start += 1 << level
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def root(hashes: Hashes, size: int) -> bytes:
    """Return the root of the first `size` leaves."""
    return subtree(hashes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(hashes: Hashes, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 6962 2.1.1, from the leaf's sibling up. Raises ProofError for no such leaf."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"There is no leaf {index} in a tree of {size}.", code="ledger.proof.range")
    path, level, last = [], 0, size - 1
    place = index
    while last > 0:
        sibling = place ^ 1
        if sibling < last:
            path.append(hashes(level, sibling))
        elif sibling == last:
            path.append(subtree(hashes, sibling << level, size))
        place, last, level = place >> 1, last >> 1, level + 1
    return path


def consistency_proof(hashes: Hashes, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 2.1.2: empty when old is 0 or equal to new. Raises ProofError."""
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofError(f"A tree of {new} does not extend one of {old}.", code="ledger.proof.range")
    if old in (0, new):
        return []
    proof, start, end, known = [], 0, new, True
    while old != end:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= split:
            proof.append(subtree(hashes, split, end))
            end = split
        else:
            proof.append(subtree(hashes, start, split))
            start, known = split, False
    if not known:
        proof.append(subtree(hashes, start, end))
    proof.reverse()
    return proof


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a proof leads to (RFC 9162 section 2.1.3.2); raise ProofError for one of the wrong length.

    `size` must come from a verified checkpoint: the same root can be reached with a wrong one.
    """
    _check_hashes([leaf, *path])
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"There is no leaf {index} in a tree of {size}.", code="ledger.proof.range")
    fn, sn, result = index, size - 1, leaf
    for node in path:
        if sn == 0:
            raise ProofError("The inclusion proof is too long.", code="ledger.proof.length")
        if fn & 1 or fn == sn:
            result = node_hash(node, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, node)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("The inclusion proof is too short.", code="ledger.proof.length")
    return result


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `path` proves that `leaf` is at `index` of the tree with this size and root."""
    if root_from_inclusion(leaf, index, size, path) != root:
        raise ProofError("The inclusion proof leads to another root.", code="ledger.proof.root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless `proof` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2)."""
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofError(f"A tree of {new} does not extend one of {old}.", code="ledger.proof.range")
    if old in (0, new):
        if proof:
            raise ProofError("The consistency proof is too long.", code="ledger.proof.length")
        if old_root != (new_root if old == new else EMPTY_ROOT):
            raise ProofError("Two trees of one size with different roots.", code="ledger.proof.root")
        return
    nodes = list(proof)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofError("The consistency proof is too short.", code="ledger.proof.length")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if sn == 0:
            raise ProofError("The consistency proof is too long.", code="ledger.proof.length")
        if fn & 1 or fn == sn:
            first, second = node_hash(node, first), node_hash(node, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, node)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("The consistency proof is too short.", code="ledger.proof.length")
    if first != old_root or second != new_root:
        raise ProofError("The new tree does not begin with the old one.", code="ledger.proof.root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != 32 for each in hashes):
        raise ProofError("A hash is 32 bytes.", code="ledger.proof.length")
