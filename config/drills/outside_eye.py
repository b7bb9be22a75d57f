"""The published log as a stranger reads it: by RFC 6962, C2SP tlog-tiles and signed notes, with no code of the product.

The drills judge the log with it, so it imports nothing of ours. It computes whole trees anew; it is slow and plain.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BUNDLE = 256


class Head(NamedTuple):
    """A signed size and root."""

    size: int
    root: bytes


def head_read(note: bytes, vkey: str) -> Head:
    """Return what a signed note says. Raises ValueError or InvalidSignature when the key did not sign it."""
    text, _, signatures = note.decode("utf-8").partition("\n\n")
    name, short, key = vkey.split("+", 2)
    origin, size, root = text.split("\n")
    if origin != name:
        raise ValueError(f"The note is of {origin}.")
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        octets = base64.b64decode(encoded)
        if (dash, signer, octets[:4].hex()) == ("—", name, short):
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
            public.verify(octets[4:], f"{text}\n".encode())
            return Head(int(size), base64.b64decode(root))
    raise ValueError("The note has no signature of this key.")


def entries_read(log: Path, size: int) -> list[bytes]:
    """Return the first `size` entries of the published files. Raises OSError or ValueError when some are missing."""
    found: list[bytes] = []
    for n in range(-(-size // BUNDLE)):
        digits = f"{n:03d}" if n < 1000 else f"x{n // 1000:03d}/{n % 1000:03d}"
        path = log / "tile" / "entries" / digits
        if not path.is_file():
            path = path.with_name(f"{path.name}.p") / str(size - n * BUNDLE)
        octets = path.read_bytes()
        while octets:
            length = int.from_bytes(octets[:2], "big")
            found.append(octets[2 : 2 + length])
            octets = octets[2 + length :]
    if len(found) < size:
        raise ValueError(f"The published log has {len(found)} entries, not {size}.")
    return found[:size]


def tree_root(entries: Sequence[bytes]) -> bytes:
    """Return the root of a tree of these entries (RFC 6962, 2.1)."""
    if len(entries) < 2:
        return hashlib.sha256(b"\x00" + entries[0] if entries else b"").digest()
    left = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(entries[:left]) + tree_root(entries[left:])).digest()


def history_judged(log: Path, vkey: str, notes: Sequence[bytes]) -> list[Head]:
    """Return the heads of `notes`, each signed, each over the first entries of the one log that is published.

    Raises ValueError, OSError or InvalidSignature otherwise.
    """
    heads = [head_read(note, vkey) for note in notes]
    entries = entries_read(log, max(head.size for head in heads))
    for head in heads:
        if tree_root(entries[: head.size]) != head.root:
            raise ValueError(f"The checkpoint of {head.size} entries is not over the entries that are published now.")
    return heads
