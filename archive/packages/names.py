"""The names of a bundle's files. They are plain, so that every system unpacks the same bag from the zip."""

import re

from archive.packages.errors import BadName

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?"
_PATH = re.compile(rf"(?:{_PART}/){{0,7}}{_PART}")
_BATES = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,63}")
_DEVICE = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)", re.IGNORECASE)

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
CHECKPOINT = "proofs/checkpoint"
SEAL = "seal.json"
SEAL_PROOF = "proofs/seal.tlog-proof"
INDEX = "data/index.csv"


def check_path(path: str) -> str:
    """Return `path` if a bundle may have a file of that name; raise BadName.

    Relative, at most eight parts of at most a hundred letters, digits, `.`, `_` and `-`, none hidden, none that climbs,
    and none that Windows takes for a device.
    """
    if not _PATH.fullmatch(path) or _DEVICE.search(path):
        raise BadName(f"{path!r} is no name for a file of a bundle.")
    return path


def check_bates(bates: str) -> str:
    """Return `bates` if a record may bear it: capitals, digits, `_`, `-`, and no dot, which numbers its proofs."""
    if not _BATES.fullmatch(bates):
        raise BadName(f"{bates!r} is no Bates number for a file.")
    return bates


def anchor_path(n: int) -> str:
    """Return where the n-th outside time stamp of the checkpoint lies; n counts from 1 and ends at 99."""
    if not 1 <= n <= 99:
        raise BadName(f"A bundle has no place for a time stamp number {n}.")
    return f"proofs/checkpoint{f'.{n}' if n > 1 else ''}.tsr"


def record_path(bates: str) -> str:
    """Return where a record's proven fields lie."""
    return check_path(f"data/records/{check_bates(bates)}.json")


def proof_path(bates: str, n: int) -> str:
    """Return where the proof of a record's event lies: n is 0 for the version itself, 1, 2, … for its history."""
    return check_path(f"proofs/{check_bates(bates)}{f'.{n}' if n else ''}.tlog-proof")
