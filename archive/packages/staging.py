"""The first half of sealing: the payload on disk and its manifest, whose digest the production's seal then commits to.

A staging folder holds the bag's top folder and, beside it, two listings that `bundle.finish` reads line by line.
Nothing here is evidence: staging that was lost or damaged is staged again, and the same items give the same digest.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import UUID

from archive.packages.bag import BagFile, file_chunks, file_write, parse_line
from archive.packages.errors import BadName, BadRecord, StagingError
from archive.packages.index import index_head, index_row
from archive.packages.names import INDEX, MANIFEST, check_path, proof_path
from archive.packages.records import ShownRecord, check_file, record_fields, record_json

MARK = "staging"
PAYLOAD_LIST = "payload.list"
PROOF_LIST = "proofs.list"


@dataclass(frozen=True, slots=True)
class PayloadFile:
    """A file that is no record's: `path` is `data/…`, such as `data/production.pdf`."""

    path: str
    chunks: Iterable[bytes]


PayloadItem = PayloadFile | ShownRecord


@dataclass(frozen=True, slots=True)
class ManifestDigest:
    """What the seal commits to: the SHA-256 of the bytes of manifest-sha256.txt, and how many records it lists."""

    sha256: bytes
    records: int
    files: int
    octets: int


@dataclass(frozen=True, slots=True)
class WantedProof:
    """An event of the payload, the 57-byte entry the log holds of it, and where its proof goes."""

    path: str
    event_id: UUID
    entry: bytes


def stage_payload(folder: Path, name: str, items: Iterable[PayloadItem]) -> ManifestDigest:
    """Write the payload of the bundle `name` below `folder` and return the digest of its manifest.

    `data/index.csv` is written here, from the records. The order of `items` is the order of the files in manifest and
    zip, so the same items in the same order give the same digest. A folder that an earlier staging left is begun anew.
    Raises BadName, BadRecord, or StagingError when `folder` is something else; on any error nothing of ours is left.
    """
    if "/" in check_path(name):
        raise BadName(f"{name!r} is no name for a bundle.")
    staging_discard(folder)
    (folder / name).mkdir(parents=True)
    (folder / MARK).write_text(f"{name}\n", encoding="ascii")
    try:
        with _Writer(folder, name) as writer:
            for item in items:
                if isinstance(item, PayloadFile):
                    writer.add_file(item.path, item.chunks)
                else:
                    writer.add_record(item)
        return staging_digest(folder)
    except BaseException:
        staging_discard(folder)
        raise


def staging_discard(folder: Path) -> None:
    """Remove a staging folder; nothing happens when there is none. Raises StagingError when it is not ours."""
    if not folder.exists():
        return
    if not (folder / MARK).is_file() and any(folder.iterdir()):
        raise StagingError(f"{folder} holds something that is no staged bundle.")
    shutil.rmtree(folder)


def staging_top(folder: Path) -> Path:
    """Return the bag's top folder; raise StagingError when nothing is staged."""
    try:
        return folder / check_path((folder / MARK).read_text(encoding="ascii").strip())
    except (OSError, ValueError, BadName) as error:
        raise StagingError(f"Nothing is staged in {folder}.") from error


def staging_digest(folder: Path) -> ManifestDigest:
    """Return the digest of what is staged; raise StagingError when its manifest and listing do not agree."""
    manifest = staging_top(folder) / MANIFEST
    digest, listed, records, files, octets = sha256(), sha256(), 0, 0, 0
    try:
        for chunk in file_chunks(manifest):
            digest.update(chunk)
    except OSError as error:
        raise StagingError(f"Nothing whole is staged in {folder}.") from error
    for file in staged_files(folder):
        listed.update(file.manifest_line())
        records += file.path.startswith("data/records/")
        files, octets = files + 1, octets + file.size
    if digest.digest() != listed.digest():
        raise StagingError(f"The manifest staged in {folder} was changed.")
    return ManifestDigest(digest.digest(), records, files, octets)


def staged_files(folder: Path) -> Iterator[BagFile]:
    """Yield the payload files in their order."""
    try:
        with (folder / PAYLOAD_LIST).open("rb") as lines:
            yield from map(parse_line, lines)
    except OSError as error:
        raise StagingError(f"Nothing is staged in {folder}.") from error


def wanted_proofs(folder: Path) -> Iterator[WantedProof]:
    """Yield the events of the payload in the order of their records."""
    try:
        with (folder / PROOF_LIST).open(encoding="ascii") as lines:
            for line in lines:
                path, event_id, entry = line.split()
                yield WantedProof(path, UUID(event_id), entry.encode("ascii"))
    except (OSError, ValueError) as error:
        raise StagingError(f"The list of proofs in {folder} is damaged.") from error


class _Writer:
    """Writes payload, manifest and listings at once, so that no list of files is ever held in memory."""

    def __init__(self, folder: Path, name: str) -> None:
        self._top = folder / name
        self._manifest = (self._top / MANIFEST).open("xb")
        self._files = (folder / PAYLOAD_LIST).open("xb")
        self._proofs = (folder / PROOF_LIST).open("xb")
        self._index = (folder / "index.csv").open("x+b")
        self._index.write(index_head())

    def __enter__(self) -> Self:
        return self

    def add_file(self, path: str, chunks: Iterable[bytes]) -> BagFile:
        if not path.startswith("data/"):
            raise BadName(f"{path!r} is not below data/.")
        file = file_write(self._top, path, chunks)
        self._manifest.write(file.manifest_line())
        self._files.write(file.line())
        return file

    def add_record(self, record: ShownRecord) -> None:
        fields = record_fields(record)
        if record.event.disclosed.schema.partition("/")[0] != "record":
            raise BadRecord(f"{record.bates}: its event is no version of a record.")
        for each in record.files:
            check_file(record, each, self.add_file(each.path, each.chunks).sha256, fields)
        path, octets = record_json(record)
        self.add_file(path, [octets])
        self._index.write(index_row(record, fields[0]))
        for n, event in enumerate(record.events()):
            line = f"{proof_path(record.bates, n)} {event.event_id} {event.disclosed.entry}\n"
            self._proofs.write(line.encode("ascii"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._index.seek(0)
                self.add_file(INDEX, _chunks(self._index))
        finally:
            for stream in (self._manifest, self._files, self._proofs, self._index):
                stream.close()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(1 << 20):
        yield chunk
