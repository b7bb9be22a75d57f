"""Finding many byte strings in much data at once: one pattern over their first bytes, then a look at the rest."""

import re
from collections.abc import Iterable, Iterator, Mapping
from mmap import mmap
from typing import Generic, TypeVar

T = TypeVar("T")


class Needles(Generic[T]):
    """A set of byte strings, each with the things it stands for. All have at least `prefix` bytes."""

    def __init__(self, needles: Mapping[bytes, Iterable[T]], *, prefix: int) -> None:
        self.prefix = prefix
        self.longest = max((len(needle) for needle in needles), default=0)
        self._by_prefix: dict[bytes, list[tuple[bytes, tuple[T, ...]]]] = {}
        for needle, things in needles.items():
            if len(needle) < prefix:
                raise ValueError(f"A needle has at least {prefix} bytes.")
            self._by_prefix.setdefault(needle[:prefix], []).append((needle, tuple(things)))
        self._pattern = re.compile(_alternatives(sorted(self._by_prefix)), re.DOTALL) if self._by_prefix else None

    def found(self, hay: bytes | mmap) -> Iterator[tuple[T, int]]:
        """Yield what each occurrence stands for, and where it begins, once for each occurrence."""
        if self._pattern is None:
            return
        place = 0
        while match := self._pattern.search(hay, place):
            place = match.start() + 1
            for needle, things in self._by_prefix[match.group()]:
                if hay[match.start() : match.start() + len(needle)] == needle:
                    for thing in things:
                        yield thing, match.start()


def _alternatives(strings: list[bytes]) -> bytes:
    """Return a pattern that matches exactly these strings (sorted, distinct, one length), shared beginnings once."""
    if len(strings) == 1:
        return re.escape(strings[0])
    branches: dict[int, list[bytes]] = {}
    for string in strings:
        branches.setdefault(string[0], []).append(string[1:])
    parts = [re.escape(bytes([first])) + _alternatives(rest) for first, rest in branches.items() if rest[0]]
    if not parts:  # the last byte of each
        return b"[" + b"".join(b"\\x%02x" % first for first in branches) + b"]"
    return parts[0] if len(parts) == 1 else b"(?:" + b"|".join(parts) + b")"
