"""The log as static files (C2SP tlog-tiles): what anyone may copy, and what a lost database is rebuilt from.

    tile/LEVEL/N             256 hashes; `.p/WIDTH` behind it while it grows
    tile/entries/N           the 256 entries below tile N of level 0, likewise
    checkpoint               the newest signed note: the one file that is ever replaced
    checkpoints/SIZE         each signed note, for good
    renewals/YEAR.*          old time stamps stamped anew

Full tiles and notes are made once and read back. A partial tile is dropped when the full one is there: the first hashes
of a full tile are every partial tile that it ever had.
"""

from collections.abc import Callable, Sequence

from archive.ledger.errors import LedgerError
from archive.ledger.merkle import leaf_hash
from archive.ledger.shelf import Shelf
from archive.ledger.tiles import HASH, HEIGHT, WIDTH, TileName, pack_entries, unpack_entries

CHECKPOINT = "checkpoint"


class Contradicted(LedgerError):
    """A published file says something else than the database: a fork, or bytes that the disk changed."""

    code = "ledger.publication.contradicted"


class Publication:
    """The published log on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def publish(self, before: int, size: int, tile: Callable[[int, int], bytes], entries: Sequence[bytes]) -> int:
        """Publish every tile that a log of `size` has and one of `before` had not, and read each back.

        `tile(level, n)` gives the hashes of a tile, full or partial; `entries` are those from the first place of the
        bundle in which `before` lies. Returns how many files were made. Raises Contradicted when a file of one of the
        names says something else, ShelfUnavailable when the place does not answer: then nothing may be signed.
        """
        made = 0
        first = before // WIDTH
        for n in range(first, -(-size // WIDTH)):
            own = entries[(n - first) * WIDTH : (n - first + 1) * WIDTH][: size - n * WIDTH]
            made += self._make(TileName(None, n, len(own)), pack_entries(own))
        level, old, new = 0, before, size
        while new:
            for n in range(old // WIDTH, -(-new // WIDTH)):
                width = min(WIDTH, new - n * WIDTH)
                made += self._make(TileName(level, n, width), tile(level, n)[: width * HASH])
            level, old, new = level + 1, old >> HEIGHT, new >> HEIGHT
        return made

    def show(self, size: int, note: bytes) -> None:
        """Publish a signed note, for good and as the newest."""
        self.keep(size, note)
        self._shelf.replace(CHECKPOINT, note)

    def keep(self, size: int, note: bytes) -> None:
        """Publish a signed note for good, not as the newest: one that a restored publication lacks."""
        self._make_named(f"checkpoints/{size}", note)

    def drop_partials(self, before: int, size: int) -> None:
        """Remove the partial tiles that a log of `before` entries grew on and that are full in one of `size`."""
        level, old, new = 0, before, size
        while old:
            n = old // WIDTH
            if old % WIDTH and new // WIDTH > n:
                for kind in (level, None) if level == 0 else (level,):
                    partials = TileName(kind, n).path() + ".p"
                    for width in self._shelf.children(partials):
                        self._shelf.remove(f"{partials}/{width}")
            level, old, new = level + 1, old >> HEIGHT, new >> HEIGHT

    def renewal_keep(self, name: str, octets: bytes) -> None:
        """Publish a list of what is stamped anew, the certificates of its time, or a stamp of it, for good."""
        self._make_named(f"renewals/{name}", octets)

    def renewal(self, name: str) -> bytes | None:
        """Return a file of a renewal; see `archive.ledger.renewal`."""
        return self._shelf.get(f"renewals/{name}")

    def checkpoint(self) -> bytes | None:
        """Return the newest signed note."""
        return self._shelf.get(CHECKPOINT)

    def note(self, size: int) -> bytes | None:
        """Return the signed note of one size."""
        return self._shelf.get(f"checkpoints/{size}")

    def file(self, name: TileName) -> bytes | None:
        """Return a tile or bundle; a partial one is also cut from the full one, when that is there already."""
        octets = self._shelf.get(name.path())
        if octets is None and name.width < WIDTH:
            whole = self._shelf.get(TileName(name.level, name.n).path())
            if whole is not None and name.level is not None:
                return whole[: name.width * HASH]
            if whole is not None:
                return pack_entries(unpack_entries(whole)[: name.width])
        return octets

    def entries(self, n: int, width: int) -> list[bytes]:
        """Return the entries of bundle `n`. Raises Contradicted when it is missing, cut, or not under its tile."""
        octets, hashes = self.file(TileName(None, n, width)), self.file(TileName(0, n, width))
        if octets is None or hashes is None:
            raise Contradicted(f"The published bundle {n} of {width} entries, or its tile, is missing.")
        found = unpack_entries(octets)
        if len(found) != width or b"".join(map(leaf_hash, found)) != hashes:
            raise Contradicted(f"The published bundle {n} is not what its tile was made from.")
        return found

    def _make(self, name: TileName, octets: bytes) -> int:
        return self._make_named(name.path(), octets)

    def _make_named(self, name: str, octets: bytes) -> int:
        made = self._shelf.put_new(name, octets)
        if self._shelf.get(name) != octets:
            raise Contradicted(f"The published {name} is not what the database holds.")
        return int(made)
