"""Looking for needles in raw files: as they lie on the disk, and inside of what is compressed by deflate."""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from config.drills.needles import Needle

_STREAM = re.compile(rb"stream\r?\n")
_MOST = 1 << 30  #: inflated octets of one file
_DEEP = 4


class Hit(NamedTuple):
    """A needle stands in a file, in some spelling."""

    path: Path
    needle: str
    spelling: str


class Searched(NamedTuple):
    """How much was read, and what was found."""

    files: int
    octets: int
    hits: list[Hit]

    def by_place(self, top: Path) -> str:
        """Return how many hits there are in each folder below `top`."""
        places = Counter(_place(hit.path, top) for hit in self.hits)
        return ", ".join(f"{place} {n}" for place, n in sorted(places.items()))


def files_search(folders: Iterable[Path], needles: Iterable[Needle], *, without: Iterable[Path] = ()) -> Searched:
    """Search every file below `folders`; what vanishes meanwhile was not there."""
    wanted, apart = list(needles), tuple(without)
    files = octets = 0
    hits: list[Hit] = []
    for path in _files(folders):
        if any(path.is_relative_to(other) for other in apart):
            continue
        try:
            raw = path.read_bytes()
        except OSError:
            continue
        files, octets = files + 1, octets + len(raw)
        found: dict[str, str] = {}
        for how, piece in _layers(raw):
            for needle in wanted:
                if needle.name not in found and (spelling := needle.found_in(piece)):
                    found[needle.name] = f"{how}{spelling}"
        hits += [Hit(path, name, spelling) for name, spelling in found.items()]
    return Searched(files, octets, hits)


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        elif folder.is_dir():
            yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _layers(raw: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the octets as they are, and whatever deflate hides in them: zip, gzip, zlib, streams of a PDF."""
    yield "", raw
    if depth == _DEEP:
        return
    for how, inner in _inflated(raw):
        for more, piece in _layers(inner, depth + 1):
            yield f"{how} › {more}", piece


def _inflated(raw: bytes) -> Iterator[tuple[str, bytes]]:
    if raw.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                for one in archive.infolist():
                    yield "zip", archive.read(one)
        except (zipfile.BadZipFile, OSError, ValueError):
            return
    elif raw.startswith(b"%PDF"):
        for stream in _STREAM.finditer(raw):
            yield from _deflated("pdf", raw[stream.end() :], zlib.MAX_WBITS)
    elif raw.startswith(b"\x1f\x8b"):
        yield from _deflated("gzip", raw, zlib.MAX_WBITS | 16)
    elif raw[:1] == b"\x78" and len(raw) > 2 and int.from_bytes(raw[:2], "big") % 31 == 0:
        yield from _deflated("zlib", raw, zlib.MAX_WBITS)


def _deflated(how: str, raw: bytes, bits: int) -> Iterator[tuple[str, bytes]]:
    try:
        yield how, zlib.decompressobj(bits).decompress(raw, _MOST)
    except zlib.error:
        return


def _place(path: Path, top: Path) -> str:
    try:
        return path.relative_to(top).parts[0]
    except ValueError:
        return path.parent.name
