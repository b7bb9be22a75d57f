"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) with Ed25519, read strictly.

A note is trusted only through a key that the reader already has. What is not exactly of the published form is refused,
so that a note has one spelling.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from archive.ledger.encoding import base64std, base64std_bytes
from archive.ledger.errors import NoteError, ParseError
from archive.ledger.merkle import MAX_SIZE

ED25519 = 0x01
MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 64
_EM_DASH = "\u2014"
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile(_EM_DASH + r" (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the 4-byte id of an Ed25519 key: SHA-256(name || 0x0A || 0x01 || public key)[:4]."""
    return sha256(name.encode("utf-8") + b"\n" + bytes([ED25519]) + public_key).digest()[:4]


class Signature(NamedTuple):
    """One signature line of a note: key name, 4-byte key id, and the bytes that the key's algorithm made."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line without its newline."""
        return f"{_EM_DASH} {self.name} {base64std(self.key_id + self.signature)}"


class Note(NamedTuple):
    """A parsed note. Its text means nothing before `check_note` has verified a signature by a trusted key."""

    text: str
    signatures: tuple[Signature, ...]

    def render(self) -> str:
        """Return the note as it is published."""
        return f"{self.text}\n" + "".join(f"{signature.line()}\n" for signature in self.signatures)


class Verifier(NamedTuple):
    """A public key that someone decided to trust, under the name it signs with."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The 4-byte id that its signature lines carry."""
        return key_id(self.name, self.public_key)

    def vkey(self) -> str:
        """Return the key as text, `name+id+base64(0x01 || public key)`, as Go's note package writes it."""
        return f"{self.name}+{self.key_id.hex()}+{base64std(bytes([ED25519]) + self.public_key)}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` is this key's signature of the note text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode("utf-8"))
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key under the name it signs with; only the sequencer holds one."""

    def __init__(self, name: str, seed: bytes) -> None:
        """`name` is the log's origin, `seed` the 32-byte Ed25519 private key. Raises NoteError."""
        _check_name(name)
        if len(seed) != 32:
            raise NoteError("A log key is 32 bytes.", code="ledger.note.key")
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def verifier(self) -> Verifier:
        """Return the public half."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """Return the note of `text`, which ends in a newline, with this key's signature."""
        _check_text(text)
        return Note(text, (Signature(self.name, self.verifier().key_id, self._key.sign(text.encode("utf-8"))),))

    def __repr__(self) -> str:
        return f"<Signer {self.name}>"


def parse_vkey(text: str) -> Verifier:
    """Read a public note key; raise NoteError unless it is of type Ed25519, canonical, and has the id of its bytes."""
    name, _, rest = text.partition("+")
    _check_name(name)
    try:
        octets = base64std_bytes(rest.partition("+")[2])
    except ParseError as error:
        raise NoteError("Not a note key of the form name+id+key.", code="ledger.note.key") from error
    if len(octets) != 33 or octets[0] != ED25519:
        raise NoteError("Not an Ed25519 note key.", code="ledger.note.key")
    verifier = Verifier(name, octets[1:])
    if verifier.vkey() != text:
        raise NoteError("Not a note key: the id is not that of the key.", code="ledger.note.key")
    return verifier


def parse_note(octets: bytes) -> Note:
    """Read a note; raise NoteError for anything that `Note.render` would not write.

    That is: control characters (CRLF too), bad UTF-8, loose base64, no signature, or two of one key.
    """
    if len(octets) > MAX_NOTE:
        raise NoteError(f"A note of {len(octets)} bytes; the limit is {MAX_NOTE}.", code="ledger.note.size")
    try:
        whole = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("A note is UTF-8 text.", code="ledger.note.utf8") from error
    text, blank, rest = whole.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise NoteError("A note is text, an empty line and signature lines.", code="ledger.note.shape")
    text += "\n"
    _check_text(text)
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"More than {MAX_SIGNATURES} signatures.", code="ledger.note.size")
    signatures = tuple(_signature(line) for line in lines)
    if len({(each.name, each.key_id) for each in signatures}) != len(signatures):
        raise NoteError("Two signatures of one key.", code="ledger.note.duplicate")
    return Note(text, signatures)


def _signature(line: str) -> Signature:
    match = _SIGNATURE.fullmatch(line)
    if not match:
        raise NoteError("Not a signature line.", code="ledger.note.signature")
    _check_name(match["name"])
    try:
        octets = base64std_bytes(match["signature"])
    except ParseError as error:
        raise NoteError("A signature that is not canonical base64.", code="ledger.note.signature") from error
    if len(octets) <= 4:
        raise NoteError("A signature line without a signature.", code="ledger.note.signature")
    return Signature(match["name"], octets[:4], octets[4:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("The text of a note ends in a newline and has no control character.", code="ledger.note.text")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NoteError("A key name has no space and no plus sign, and is not empty.", code="ledger.note.name")


def check_note(note: Note, trusted: Iterable[Verifier]) -> tuple[Verifier, ...]:
    """Return the trusted keys that signed `note`.

    Signatures of unknown keys are passed over. Raises NoteError when no key is trusted at all, when a trusted key's
    line does not verify, and when no trusted key has signed.
    """
    keys = {(verifier.name, verifier.key_id): verifier for verifier in trusted}
    if not keys:
        raise NoteError("No key to trust was given.", code="ledger.note.untrusted")
    known = [(keys[each.name, each.key_id], each) for each in note.signatures if (each.name, each.key_id) in keys]
    for verifier, signature in known:
        if not verifier.accepts(note.text, signature.signature):
            raise NoteError(f"The signature of {verifier.name} is wrong.", code="ledger.note.forged")
    if not known:
        raise NoteError("No trusted key has signed this note.", code="ledger.note.untrusted")
    return tuple(verifier for verifier, _ in known)


class Checkpoint(NamedTuple):
    """What a log says about itself: the tree head of `size` entries. Daybook writes no extension lines."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text."""
        return f"{self.origin}\n{self.size}\n{base64std(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint note; extension lines are allowed and ignored. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("A checkpoint has an origin, a size and a root.", code="ledger.note.checkpoint")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]) or int(lines[1]) > MAX_SIZE:
        raise NoteError("The size of a checkpoint is a decimal number.", code="ledger.note.checkpoint")
    try:
        root = base64std_bytes(lines[2])
    except ParseError as error:
        raise NoteError("The root of a checkpoint is base64.", code="ledger.note.checkpoint") from error
    if len(root) != 32:
        raise NoteError("The root of a checkpoint is 32 bytes.", code="ledger.note.checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(octets: bytes, trusted: Sequence[Verifier]) -> Checkpoint:
    """Return the checkpoint of a note that one of the trusted keys signed under the checkpoint's own origin."""
    note = parse_note(octets)
    signers = check_note(note, trusted)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin not in {verifier.name for verifier in signers}:
        raise NoteError("The checkpoint is of another log than its signature.", code="ledger.note.origin")
    return checkpoint
