"""Getting a backup back with the paper's key and the second place only. Imports no Django: there is no database yet.

`python -m config.continuity.restoring --from PLACE --identity FILE --into FOLDER --programs BIN` writes `cluster/` (a
data folder of PostgreSQL), `state/` (secrets, about.json, settings.json) and `manifest.json`; `./run restore` calls it.
"""

import argparse
import io
import os
import shutil
import sys
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from archive.ledger.errors import LedgerError
from archive.ledger.note import Signer, Verifier, parse_note
from archive.storage.contract import StoreError
from config.continuity.cluster import combined
from config.continuity.errors import ContinuityError, NotOurs
from config.continuity.manifest import (
    Manifest,
    Part,
    checked_part,
    folder,
    manifest_names,
    manifest_read,
    signer_name,
    signing_seed,
)
from config.continuity.place import Place, place_of
from config.continuity.sealing import identity_read, unseal
from config.continuity.unpacking import unpack
from config.runner.console import complain, say

CANNOT_RUN = 2


def trusted_by(identity: Any, place: Place) -> list[Verifier]:
    """Return the keys that a sheet's key vouches for: one for each log whose backups lie at the place."""
    seed = signing_seed(str(identity))
    origins = set()
    for name in manifest_names(place):
        try:
            origins.add(parse_note(place.read(f"{folder(name)}/manifest")).text.splitlines()[1])
        except (LedgerError, IndexError, StoreError):  # no manifest of ours, and so judged when it is read as one
            continue
    return [Signer(signer_name(origin), seed).verifier() for origin in sorted(origins)]


def newest_manifest(place: Place, trusted: list[Verifier]) -> Manifest:
    """Return the newest backup that these keys signed and whose chain is whole. Raises NotOurs when there is none."""
    names = manifest_names(place)
    for name in reversed(names):
        try:
            manifest = manifest_read(place, name, trusted)
            chain_of(place, manifest, trusted)
        except NotOurs:
            continue
        return manifest
    raise NotOurs(
        f"None of the {len(names)} backups at the second place is sealed and signed for this key."
        if names
        else "There is no backup at this place."
    )


def chain_of(place: Place, manifest: Manifest, trusted: list[Verifier]) -> list[Manifest]:
    """Return the backup with those on which it hangs, the base first. Raises NotOurs when one is missing."""
    chain = [manifest]
    while chain[0].parent:
        chain.insert(0, manifest_read(place, chain[0].parent, trusted))
        if len(chain) > 10_000:
            raise NotOurs("The chain of increments has no base.")
    return chain


def cluster_fetch(
    place: Place, chain: list[Manifest], identity: Any, *, work: Path, into: Path, programs: Path
) -> None:
    """Make the data folder `into` of a chain; `work` is an empty folder on the same disk."""
    folders = []
    for number, manifest in enumerate(chain):
        target = work / f"{number:04}"
        target.mkdir(mode=0o700)
        _untar(_parts(place, manifest.cluster), identity, target)
        folders.append(target)
    combined(programs, folders, into)
    into.chmod(0o700)
    for left in folders:
        shutil.rmtree(left, ignore_errors=True)


def state_fetch(place: Place, manifest: Manifest, identity: Any, into: Path) -> None:
    """Write the secrets and the settings of a backup into the folder `into`."""
    out = io.BytesIO()
    unseal(_parts(place, manifest.state), identity, lambda chunk: _write(out, chunk))
    out.seek(0)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(fileobj=out) as tar:
        unpack(tar, into)


def _parts(place: Place, parts: Iterable[Part]) -> Iterator[bytes]:
    for part in parts:
        yield checked_part(place, part)


def _untar(sealed: Iterable[bytes], identity: Any, into: Path) -> None:
    """Open, inflate and unpack a stream; nothing lies on disk but the unpacked files."""
    inflating = zlib.decompressobj()
    read, write = os.pipe()
    with ThreadPoolExecutor(1) as beside:
        unpacking = beside.submit(_unpack, os.fdopen(read, "rb"), into)
        try:
            with os.fdopen(write, "wb") as sink:
                unseal(sealed, identity, lambda chunk: _write(sink, inflating.decompress(chunk)))
                sink.write(inflating.flush())
        except BrokenPipeError:
            unpacking.result()
            raise
        unpacking.result()


def _unpack(source: BinaryIO, into: Path) -> None:
    with source:
        try:
            with tarfile.open(fileobj=source, mode="r|") as tar:
                unpack(tar, into)
            while source.read(1 << 20):
                pass
        except tarfile.TarError as error:
            raise NotOurs(f"The stream of the database could not be unpacked: {error}") from error


def _write(out: BinaryIO, octets: bytes) -> None:
    out.write(octets)


def main() -> int:
    """Fetch a backup; say what it is."""
    parser = argparse.ArgumentParser(prog="python -m config.continuity.restoring")
    parser.add_argument("--from", dest="place", required=True)
    parser.add_argument("--identity", type=Path, required=True)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--backup", default="", help="the name of a backup; default: the newest")
    arguments = parser.parse_args()
    try:
        place = place_of(arguments.place)
        identity = identity_read(arguments.identity.read_text())
        trusted = trusted_by(identity, place)
        chosen = (
            manifest_read(place, arguments.backup, trusted) if arguments.backup else newest_manifest(place, trusted)
        )
        chain = chain_of(place, chosen, trusted)
        say(f"backup {chosen.name}, of {chosen.began}, on a chain of {len(chain)}")
        arguments.into.mkdir(mode=0o700, parents=True)
        work = arguments.into / "work"
        work.mkdir(mode=0o700)
        if chosen.cluster:
            into = arguments.into / "cluster"
            cluster_fetch(place, chain, identity, work=work, into=into, programs=arguments.programs)
        shutil.rmtree(work)
        state_fetch(place, chosen, identity, arguments.into / "state")
        (arguments.into / "manifest.json").write_bytes(chosen.octets())
    except (ContinuityError, StoreError, OSError) as error:
        complain(str(error))
        return CANNOT_RUN
    return 0


if __name__ == "__main__":
    sys.exit(main())
