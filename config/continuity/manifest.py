"""What a backup consists of, signed: the one page by which a restore knows what to fetch and that it is whole.

`NAME/manifest.json` says it in clear (names, sizes, digests of sealed files: nothing of what was said). `NAME/manifest`
is a signed note (C2SP) over its digest, written last: a backup without it never became one. The signing key is derived
from the key on the sheet, so the paper alone tells ours from a forgery; see docs/decisions/0007-backup.md.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.ledger.errors import LedgerError
from archive.ledger.note import Signer, Verifier, check_note, parse_note
from archive.storage.contract import Missing
from config.continuity.errors import NotOurs
from config.continuity.place import Place

SCHEMA = "daybook.backup/1"
_INFO = b"daybook backup manifest signing key 1"
_HEAD = "Daybook backup"


@dataclass(frozen=True, slots=True)
class Part:
    """One file at the second place: its name below the place, its size in bytes and its SHA-256 (hex), as sealed."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup. `began` is the moment (UTC) up to which nothing is missing; `parent` and `base` are names, or empty.

    `cluster` holds the parts of the sealed, deflated tar of the database; empty where its operator backs it up. `state`
    holds those of the secrets and the configuration. `checkpoint` is the newest signed note of the log at `began`.
    """

    name: str
    kind: str
    began: str
    origin: str
    sheet: int
    recipient: str
    engine: str
    parent: str
    base: str
    cluster: tuple[Part, ...]
    state: tuple[Part, ...]
    checkpoint: str
    log_size: int
    log_root: str
    vkey: str
    objects: int  #: evidence objects that lie under objects/SHEET/ for this backup
    horizon_days: int
    schema: str = SCHEMA

    @property
    def began_at(self) -> datetime:
        """The moment up to which nothing is missing."""
        return datetime.fromisoformat(self.began)

    def octets(self) -> bytes:
        """Return the manifest as it is stored."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n"


def signer_of(identity_text: str, origin: str) -> Signer:
    """Return the signer that belongs to a sheet's key: HKDF-SHA256 of the key, from which the key does not follow."""
    return Signer(signer_name(origin), signing_seed(identity_text))


def signing_seed(identity_text: str) -> bytes:
    """Return the 32 bytes that stay on the machine when the sheet is printed."""
    return HKDF(SHA256(), 32, salt=None, info=_INFO).derive(identity_text.strip().upper().encode("ascii"))


def signer_name(origin: str) -> str:
    """Return the name under which a log's backups are signed."""
    return f"{origin}/backup"


def manifest_put(place: Place, manifest: Manifest, signer: Signer) -> bytes:
    """Write the manifest and, last, the note that makes it a backup; return the manifest's SHA-256."""
    octets = manifest.octets()
    digest = sha256(octets).digest()
    place.put(f"{folder(manifest.name)}/manifest.json", octets)
    text = f"{_HEAD}\n{manifest.origin}\n{manifest.name}\n{digest.hex()}\n"
    place.put(f"{folder(manifest.name)}/manifest", signer.sign(text).render().encode("utf-8"))
    return digest


def manifest_read(place: Place, name: str, trusted: list[Verifier]) -> Manifest:
    """Return a backup's manifest. Raises NotOurs when it is not signed by a trusted key, damaged, or not there."""
    try:
        octets, note = place.read(f"{folder(name)}/manifest.json"), parse_note(place.read(f"{folder(name)}/manifest"))
        check_note(note, trusted)
        head, origin, named, digest = note.text.splitlines()
        told = orjson.loads(octets)
    except (LedgerError, ValueError, Missing) as error:
        raise NotOurs(f"The manifest of {name} is missing, damaged, or not signed by this sheet's key.") from error
    if (head, named, digest) != (_HEAD, name, sha256(octets).hexdigest()) or told.get("schema") != SCHEMA:
        raise NotOurs(f"The manifest of {name} is not the one that was signed.")
    manifest = _manifest(told)
    if manifest.name != name or manifest.origin != origin:
        raise NotOurs(f"The manifest of {name} speaks of another backup.")
    return manifest


def folder(name: str) -> str:
    """Return where a backup's files lie below the place."""
    return f"backups/{name}"


def manifest_names(place: Place) -> list[str]:
    """Return the names of finished backups, oldest first: names begin with their time."""
    return sorted(name.split("/")[1] for name in place.names("backups/") if name.endswith("/manifest"))


def checked_part(place: Place, part: Part) -> bytes:
    """Return a part, its size and digest checked. Raises NotOurs, Missing or Unavailable."""
    octets = place.read(part.name)
    if len(octets) != part.size or sha256(octets).hexdigest() != part.sha256:
        raise NotOurs(f"{part.name} at the second place is not what was put there.")
    return octets


def _manifest(told: dict[str, Any]) -> Manifest:
    try:
        parts = {field: tuple(Part(**part) for part in told[field]) for field in ("cluster", "state")}
        manifest = Manifest(**{**told, **parts})
        if manifest.began_at.astimezone(UTC) != manifest.began_at:
            raise NotOurs("The manifest's time is not UTC.")
    except (TypeError, KeyError, ValueError) as error:
        raise NotOurs("The manifest has not the fields of a manifest.") from error
    return manifest
