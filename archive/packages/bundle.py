"""The second half of sealing: proofs, tag files and the zip round a payload whose seal is in the log.

    digest = stage_payload(folder, name, items)
    …the caller commits `seal_fields(production, digest)` as an event, and waits for a checkpoint that covers it…
    path = finish(folder, Sealed(…), out=…)

The bundle appears under its name only when it is whole and durable. The same payload, seal, checkpoint and texts give
the same bytes: to rebuild a bundle, use the checkpoint of the first time.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from archive.ledger.note import Verifier, parse_note
from archive.packages.bag import (
    DECLARATION,
    BagFile,
    file_chunks,
    file_describe,
    file_write,
    info_text,
    parse_line,
    sync_folder,
)
from archive.packages.names import CHECKPOINT, MANIFEST, SEAL, SEAL_PROOF, TAGMANIFEST, anchor_path
from archive.packages.proofs import Prover, checkpoint_read, proofs_write
from archive.packages.records import ShownEvent
from archive.packages.seal import seal_check, seal_json
from archive.packages.staging import (
    ManifestDigest,
    WantedProof,
    staged_files,
    staging_digest,
    staging_discard,
    staging_top,
    wanted_proofs,
)
from archive.packages.texts import bundle_texts, outside_text
from archive.packages.zipstream import Member, zip_write

TAG_LIST = "tags.list"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What makes a staged payload a bundle.

    `seal` is the event `production.sealed`, `checkpoint` the signed note that covers it and every event shown,
    `trusted` our own log keys, `prove` the source of the proofs under that checkpoint. `agency` and `title` are for
    people; `banner` (DEMONSTRATION) heads the texts. `anchors` are the outside time
    stamps of the checkpoint (RFC 3161 responses), if any.
    """

    seal: ShownEvent
    checkpoint: bytes
    trusted: Sequence[Verifier]
    prove: Prover
    agency: str
    title: str
    banner: str = ""
    anchors: Sequence[bytes] = ()
    storage: str = ""  #: how strictly the stores kept their copies when it was sealed, in one line


def finish(folder: Path, sealed: Sealed, *, out: Path) -> Path:
    """Make `out`/NAME.zip of what is staged in `folder`, remove the staging, and return the zip's path.

    Raises BadSeal, BadProof, BadName or StagingError; then no file of that name was made, one that was there before is
    as it was, and what is staged stays for another try. A StagingError needs the payload staged again.
    """
    top, staged = staging_top(folder), staging_digest(folder)
    _tags_write(folder, top, staged, sealed)
    path = out / f"{top.name}.zip"
    part = out / f".{path.name}.part"
    try:
        with part.open("wb") as stream:
            zip_write(_members(folder, top), stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(out)
    staging_discard(folder)
    return path


def _tags_write(folder: Path, top: Path, staged: ManifestDigest, sealed: Sealed) -> None:
    """Write every file that is not payload, and list them; an earlier try is cleared away."""
    for entry in top.iterdir():
        if entry.name not in ("data", MANIFEST):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with (folder / TAG_LIST).open("wb") as listing, (top / TAGMANIFEST).open("xb") as tagmanifest:
        for file in _tag_files(folder, top, staged, sealed):
            listing.write(file.line())
            tagmanifest.write(file.manifest_line())


def _tag_files(folder: Path, top: Path, staged: ManifestDigest, sealed: Sealed) -> Iterator[BagFile]:
    fields = seal_check(sealed.seal, staged)
    head = checkpoint_read(sealed.checkpoint, sealed.trusted)
    yield file_write(top, "bagit.txt", [DECLARATION])
    info = [
        ("Source-Organization", sealed.agency),
        ("External-Identifier", str(fields["/production/ref"])),
        ("External-Description", " ".join(filter(None, [sealed.banner, sealed.title]))),
        ("Bagging-Date", str(fields["/event/time"])[:10]),
        ("Payload-Oxum", f"{staged.octets}.{staged.files}"),
    ]
    if sealed.storage:
        info.append(("Daybook-Storage", sealed.storage))
    yield file_write(top, "bag-info.txt", [info_text(info)])
    yield file_describe(top, MANIFEST)
    outside = outside_text(head.size, len(sealed.anchors), sorted(_witnesses(sealed)))
    for name, text in bundle_texts(sealed.agency, sealed.title, sealed.banner, head.origin, outside):
        yield file_write(top, name, [text])
    yield file_write(top, SEAL, [seal_json(sealed.seal)])
    yield file_write(top, CHECKPOINT, [sealed.checkpoint])
    for n, token in enumerate(sealed.anchors, 1):
        yield file_write(top, anchor_path(n), [token])
    entry = sealed.seal.disclosed.entry.encode("ascii")
    for wanted in ([WantedProof(SEAL_PROOF, sealed.seal.event_id, entry)], wanted_proofs(folder)):
        for path, octets in proofs_write(wanted, sealed.prove, sealed.checkpoint, head):
            yield file_write(top, path, [octets])


def _witnesses(sealed: Sealed) -> set[str]:
    own = {(each.name, each.key_id) for each in sealed.trusted}
    signed = parse_note(sealed.checkpoint).signatures
    return {each.name for each in signed if (each.name, each.key_id) not in own}


def _members(folder: Path, top: Path) -> Iterator[Member]:
    """Yield the zip's members: what a person opens first, then proofs, then payload."""
    with (folder / TAG_LIST).open("rb") as tags:
        for file in chain(map(parse_line, tags), [file_describe(top, TAGMANIFEST)], staged_files(folder)):
            yield Member(f"{top.name}/{file.path}", file, partial(file_chunks, top / file.path))
