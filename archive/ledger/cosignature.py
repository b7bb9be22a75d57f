"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519 with a time), and asking for one (tlog-witness)."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from archive.ledger.encoding import base64std, base64std_bytes
from archive.ledger.errors import NoteError, ParseError
from archive.ledger.note import Signature

COSIGNATURE = 0x04
_LENGTH = 8 + 64


class Witness(NamedTuple):
    """The public key of a witness that someone decided to trust."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The 4-byte id that its signature lines carry: SHA-256(name || 0x0A || 0x04 || public key)[:4]."""
        return sha256(self.name.encode("utf-8") + b"\n" + bytes([COSIGNATURE]) + self.public_key).digest()[:4]

    def vkey(self) -> str:
        """Return the key as text."""
        return f"{self.name}+{self.key_id.hex()}+{base64std(bytes([COSIGNATURE]) + self.public_key)}"

    def time_of(self, text: str, signature: Signature) -> int:
        """Return when this witness saw the note text, in seconds since 1970; raise NoteError for a false line."""
        octets = signature.signature
        if (signature.name, signature.key_id) != (self.name, self.key_id) or len(octets) != _LENGTH:
            raise NoteError(f"Not a cosignature of {self.name}.", code="ledger.cosignature.form")
        seconds = int.from_bytes(octets[:8], "big")
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(octets[8:], message)
        except (InvalidSignature, ValueError) as error:
            raise NoteError(f"The cosignature of {self.name} is false.", code="ledger.cosignature.false") from error
        return seconds


def parse_witness(vkey: str) -> Witness:
    """Read a witness's key; raise NoteError unless it is of type 0x04, canonical, and has the id of its bytes."""
    name, _, rest = vkey.partition("+")
    try:
        octets = base64std_bytes(rest.partition("+")[2])
    except ParseError as error:
        raise NoteError("Not a witness key of the form name+id+key.", code="ledger.note.key") from error
    witness = Witness(name, octets[1:])
    if len(octets) != 33 or octets[0] != COSIGNATURE or not name or witness.vkey() != vkey:
        raise NoteError("Not an Ed25519 cosignature key, or its id is another's.", code="ledger.note.key")
    return witness


def witness_request(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Return the body of `add-checkpoint`: the size that the witness has, the consistency proof, the signed note."""
    lines = [f"old {old}", *(base64std(each) for each in proof), "", ""]
    return "\n".join(lines).encode("ascii") + note
