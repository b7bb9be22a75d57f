"""The log as tiles (C2SP tlog-tiles): where each hash lies, how tiles fill as leaves come, and proofs read from them.

A full tile is 256 hashes of one level, 8,192 bytes; tile level L holds the hashes of the tree's level 8 L. Levels of
the tree between two tile levels are hashed again when asked for. Partial tiles are the edge of the log, nothing else.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

from archive.ledger.errors import ParseError, ProofError
from archive.ledger.merkle import EMPTY_ROOT, node_hash

HEIGHT = 8
WIDTH = 256
HASH = 32
FULL = WIDTH * HASH
"""Bytes of a full tile."""
MAX_ENTRY = 65_535

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileName(NamedTuple):
    """A tile or, when `level` is None, a bundle of entries; `width` hashes or entries, 256 when it is full."""

    level: int | None
    n: int
    width: int = WIDTH

    def path(self) -> str:
        """Return the path below the log's prefix, such as `tile/0/x001/234.p/17`."""
        digits = f"{self.n:03d}"
        digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{number}{partial}"


def parse_path(path: str) -> TileName:
    """Read a tile's path; raise ParseError for any spelling that TileName.path() does not write."""
    match = _PATH.fullmatch(path)
    if match:
        level = None if match["level"] == "entries" else int(match["level"])
        width = int(match["width"] or WIDTH)
        name = TileName(level, int(match["n"].replace("x", "").replace("/", "")), width)
        if width <= WIDTH and name.path() == path:
            return name
    raise ParseError("Not the path of a tile.", code="ledger.parse.path")


def tile_names(size: int) -> list[TileName]:
    """Return every tile of a log of `size` entries, level by level, partial ones last in their level."""
    names = []
    level, count = 0, size
    while count:
        names += [TileName(level, n) for n in range(count // WIDTH)]
        if count % WIDTH:
            names.append(TileName(level, count // WIDTH, count % WIDTH))
        level, count = level + 1, count // WIDTH
    return names


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length as a big-endian uint16."""
    octets = bytearray()
    for entry in entries:
        if not 0 < len(entry) <= MAX_ENTRY:
            raise ProofError(f"An entry of {len(entry)} bytes does not fit a bundle.", code="ledger.proof.entry")
        octets += len(entry).to_bytes(2, "big") + entry
    return bytes(octets)


def unpack_entries(octets: bytes) -> list[bytes]:
    """Read an entry bundle of at most 256 entries; raise ParseError when it ends in the middle of one."""
    entries, start = list[bytes](), 0
    while start < len(octets):
        end = start + 2 + int.from_bytes(octets[start : start + 2], "big")
        if end > len(octets) or start + 2 > len(octets) or len(entries) == WIDTH:
            raise ParseError("Not an entry bundle.", code="ledger.parse.bundle")
        entries.append(octets[start + 2 : end])
        start = end
    return entries


class FullTile(NamedTuple):
    """A tile that will never change again."""

    level: int
    n: int
    hashes: bytes


def _pair_up(row: bytes) -> bytes:
    return b"".join([sha256(b"\x01" + row[at : at + 64]).digest() for at in range(0, len(row), 64)])


def tile_root(hashes: bytes) -> bytes:
    """Return the hash that a full tile has in the level above."""
    if len(hashes) != FULL:
        raise ProofError(f"A full tile has {FULL} bytes.", code="ledger.proof.tile")
    for _ in range(HEIGHT):
        hashes = _pair_up(hashes)
    return hashes


class Edge:
    """The growing end of a log: its size and the partial tile of every level.

    `partials[level]` are the concatenated hashes of that level's partial tile, which may be empty. Levels end with the
    highest one that ever had a hash.
    """

    def __init__(self, size: int = 0, partials: Mapping[int, bytes] | None = None) -> None:
        """Start empty, or go on from a stored edge; raise ProofError when size and partial tiles disagree."""
        self.size = size
        self.partials: list[bytes] = []
        given = dict(partials or {})
        level, count = 0, size
        while count:
            hashes = bytes(given.pop(level, b""))
            if len(hashes) != count % WIDTH * HASH:
                raise ProofError(f"The edge of level {level} does not fit size {size}.", code="ledger.proof.edge")
            self.partials.append(hashes)
            level, count = level + 1, count // WIDTH
        if any(given.values()):
            raise ProofError(f"The edge has levels that size {size} does not have.", code="ledger.proof.edge")

    def stored(self) -> dict[int, bytes]:
        """Return the partial tiles that are not empty, level → hashes; what the constructor takes back."""
        return {level: hashes for level, hashes in enumerate(self.partials) if hashes}

    def append(self, leaves: Iterable[bytes]) -> list[FullTile]:
        """Add leaf hashes in order; return the tiles that they filled, each after those it rests on."""
        full: list[FullTile] = []
        added = b"".join(leaves)
        if len(added) % HASH:
            raise ProofError("A leaf hash is 32 bytes.", code="ledger.proof.length")
        first, self.size = self.size, self.size + len(added) // HASH
        level = 0
        while added:
            if level == len(self.partials):
                self.partials.append(b"")
            row = self.partials[level] + added
            n, first = first // WIDTH, first // WIDTH
            whole = len(row) // FULL * FULL
            tiles = [FullTile(level, n + i, row[at : at + FULL]) for i, at in enumerate(range(0, whole, FULL))]
            self.partials[level] = row[whole:]
            full += tiles
            added = b"".join([tile_root(tile.hashes) for tile in tiles])
            level += 1
        return full

    def root(self) -> bytes:
        """Return the root of the log, from the partial tiles alone (every complete subtree at the edge lies in one)."""
        right: bytes | None = None
        for hashes in self.partials:
            row = hashes
            for _ in range(HEIGHT):
                if len(row) // HASH & 1:
                    last, row = row[-HASH:], row[:-HASH]
                    right = last if right is None else node_hash(last, right)
                row = _pair_up(row)
            # a partial tile has under 256 hashes, so nothing is left of the row
        return EMPTY_ROOT if right is None else right


class TileHashes:
    """Hashes of complete subtrees, read from tiles: the provider that `merkle` makes proofs from.

    `read(level, n)` returns the hashes of a tile, full or as much of it as there is, and raises LookupError when there
    is none. Expanded tiles are kept, `capacity` of them (about 16 KiB each); give a new provider to a grown log, for a
    partial tile that was read is never read again.
    """

    def __init__(self, read: Callable[[int, int], bytes], *, capacity: int = 1_024) -> None:
        self._read = read
        self._capacity = capacity
        self._rows: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of leaves `[index << level, (index + 1) << level)`; raise ProofError if no tile has it."""
        tile_level, height = divmod(level, HEIGHT)
        shift = HEIGHT - height
        rows = self._expand(tile_level, index >> shift)
        at = (index & ((1 << shift) - 1)) * HASH
        while len(rows) <= height:
            last = rows[-1]
            rows.append(_pair_up(last[: len(last) // 64 * 64]))
        found = rows[height][at : at + HASH]
        if len(found) != HASH:
            raise ProofError(f"No tile has the hash {index} of level {level}.", code="ledger.proof.tile")
        return found

    def __contains__(self, tile: tuple[int, int]) -> bool:
        return tile in self._rows

    def add(self, level: int, n: int, hashes: bytes) -> None:
        """Keep a tile that was read before, so that many proofs cost one query."""
        if not 0 < len(hashes) <= FULL or len(hashes) % HASH:
            raise ProofError(f"Tile {n} of level {level} has a wrong length.", code="ledger.proof.tile")
        self._rows[level, n] = [bytes(hashes)]
        self._rows.move_to_end((level, n))
        if len(self._rows) > self._capacity:
            self._rows.popitem(last=False)

    def _expand(self, level: int, n: int) -> list[bytes]:
        if (level, n) not in self._rows:
            try:
                hashes = self._read(level, n)
            except LookupError as error:
                raise ProofError(f"Tile {n} of level {level} is missing.", code="ledger.proof.tile") from error
            self.add(level, n, hashes)
        self._rows.move_to_end((level, n))
        return self._rows[level, n]


def tiles_for_inclusion(index: int, size: int) -> set[tuple[int, int]]:
    """Return the tiles (level, n) that an inclusion proof of `index` in a tree of `size` may read.

    They are its own at each level, and the last one of each level, from which the right edge is hashed.
    """
    wanted = set()
    level, count, place = 0, size, index
    while count:
        wanted |= {(level, min(place, count - 1) // WIDTH), (level, (count - 1) // WIDTH)}
        level, count, place = level + 1, count // WIDTH, place // WIDTH
    return wanted
