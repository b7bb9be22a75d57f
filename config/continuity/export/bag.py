"""A BagIt 1.0 bag (RFC 8493) that is filled over hours: files appear whole, and a run that was killed goes on.

What is finished stands, a line a file, in `.finished`, from which the manifest is made at the end; memory stays flat.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO

from archive.packages.bag import DECLARATION
from archive.packages.names import MANIFEST, TAGMANIFEST
from archive.packages.staging import ManifestDigest
from config.continuity.errors import ContinuityError

_FINISHED = ".finished"


@dataclass(frozen=True, slots=True)
class Finished:
    """A payload file: its path below the bag, SHA-256 (hex), bytes and, for a table, rows."""

    path: str
    sha256: str
    size: int
    rows: int


@dataclass(slots=True)
class ExportBag:
    """The bag under `top`; objects come in the order of their keys, so the last one says where to go on."""

    top: Path
    _known: dict[str, Finished] = field(default_factory=dict)
    last_object: str = ""
    octets: int = 0
    files: int = 0
    resumed: bool = False

    def begin(self) -> None:
        """Make the folder, or go on in one that a run left. Raises ContinuityError for any other folder."""
        if self.top.exists() and any(self.top.iterdir()) and not (self.top / _FINISHED).exists():
            raise ContinuityError(f"{self.top} is not empty and holds no export that could go on. Nothing was changed.")
        (self.top / "data").mkdir(parents=True, exist_ok=True)
        (self.top / _FINISHED).touch()
        whole = 0
        with (self.top / _FINISHED).open("rb+") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # a line that was cut short; its file is written again
                whole += len(line)
                self._take(_parse(line))
            lines.truncate(whole)
        self.resumed = bool(self.files)

    def has(self, path: str) -> bool:
        """Tell whether a file that is no object was finished."""
        return path in self._known

    def add(self, path: str, chunks: Iterable[bytes], *, rows: int | None = None) -> Finished:
        """Write a file whole; without `rows` its lines are counted."""
        target = self.top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".half-{target.name}")
        digest, size, lines = sha256(), 0, 0
        with half.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n") if rows is None else 0
        half.replace(target)
        finished = Finished(path, digest.hexdigest(), size, lines if rows is None else rows)
        with (self.top / _FINISHED).open("ab") as file:
            file.write(_line(finished))
        self._take(finished)
        return finished

    def finished(self) -> Iterator[Finished]:
        """Yield every finished file."""
        with (self.top / _FINISHED).open("rb") as lines:
            for line in lines:
                yield _parse(line)

    def rows(self) -> dict[str, Finished]:
        """Return the finished files that are no objects, by their path."""
        return dict(self._known)

    def manifest(self) -> ManifestDigest:
        """Write the manifest of the payload, which is whole now, and return what a seal commits to."""
        with (self.top / MANIFEST).open("wb") as manifest:
            for one in self.finished():
                manifest.write(f"{one.sha256}  {one.path}\n".encode())
        return ManifestDigest(bytes.fromhex(_digest_of(self.top / MANIFEST)), 0, self.files, self.octets)

    def close(self, info: Iterable[tuple[str, str]], tags: Iterable[tuple[str, bytes]]) -> None:
        """Write the tag files beside the manifest; from then on it is a bag."""
        written = {"bagit.txt": DECLARATION, **dict(tags)}
        labels = [*info, ("Payload-Oxum", f"{self.octets}.{self.files}")]
        written["bag-info.txt"] = "".join(f"{name}: {_one_line(value)}\n" for name, value in labels).encode("utf-8")
        for name, octets in written.items():
            (self.top / name).parent.mkdir(exist_ok=True)
            (self.top / name).write_bytes(octets)
        with (self.top / TAGMANIFEST).open("wb") as manifest:
            for name in sorted([*written, MANIFEST]):
                manifest.write(f"{_digest_of(self.top / name)}  {name}\n".encode())
        self.note_path.unlink(missing_ok=True)
        (self.top / _FINISHED).unlink()

    @property
    def note_path(self) -> Path:
        """A note to a later run, gone when the bag is closed."""
        return self.top / ".sealed"

    def _take(self, one: Finished) -> None:
        self.octets += one.size
        self.files += 1
        if one.path.startswith("data/objects/"):
            self.last_object = max(self.last_object, Path(one.path).name[:36])
        else:
            self._known[one.path] = one


def _line(one: Finished) -> bytes:
    return f"{one.sha256} {one.size} {one.rows} {one.path}\n".encode()


def _parse(line: bytes) -> Finished:
    digest, size, rows, path = line.decode().rstrip("\n").split(" ", 3)
    return Finished(path, digest, int(size), int(rows))


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return _hash(file)


def _hash(file: IO[bytes]) -> str:
    digest = sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
