"""One entry's proof as a file that stands alone: C2SP tlog-proof v1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.ledger.encoding import base64std, base64std_bytes
from archive.ledger.errors import ParseError
from archive.ledger.merkle import MAX_SIZE, check_inclusion, leaf_hash
from archive.ledger.note import MAX_NOTE, Checkpoint, Verifier, open_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
MAX_EXTRA = 64 * 1024
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, its inclusion path from the leaf's sibling up, and the checkpoint note it is proved under.

    `extra` is not authenticated by anything; Daybook writes none.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def render(self) -> bytes:
        """Return the bytes of the `.tlog-proof` file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64std(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [base64std(node) for node in self.path]
        return "\n".join([*lines, "", ""]).encode("ascii") + self.checkpoint


def parse_proof(octets: bytes) -> TlogProof:
    """Read a `.tlog-proof` file; raise ParseError for anything that `render` would not write."""
    if len(octets) > MAX_NOTE + 2 * MAX_EXTRA:
        raise ParseError("The proof file is too long.", code="ledger.parse.proof")
    head, blank, checkpoint = octets.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ParseError("A proof is ASCII up to its checkpoint.", code="ledger.parse.proof") from error
    if not blank or lines.pop(0) != HEADER:
        raise ParseError(f"A proof begins with {HEADER}.", code="ledger.parse.proof")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = base64std_bytes(lines.pop(0).removeprefix("extra "))
        if len(extra) > MAX_EXTRA:
            raise ParseError("The extra data of the proof is too long.", code="ledger.parse.proof")
    match = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if not match or int(match[1]) >= MAX_SIZE:
        raise ParseError("A proof names the index of its entry.", code="ledger.parse.proof")
    path = tuple(base64std_bytes(line) for line in lines)
    if len(path) > MAX_PATH or any(len(node) != 32 for node in path):
        raise ParseError(f"A proof has up to {MAX_PATH} hashes of 32 bytes.", code="ledger.parse.proof")
    return TlogProof(int(match[1]), path, checkpoint, extra)


def check_proof(octets: bytes, entry: bytes, trusted: Sequence[Verifier]) -> Checkpoint:
    """Return the checkpoint under which a proof file shows `entry` to be logged.

    Size and root come from the checkpoint alone, and that only after one of the trusted keys was found to have signed
    it. Raises ParseError, NoteError or ProofError.
    """
    proof = parse_proof(octets)
    checkpoint = open_checkpoint(proof.checkpoint, trusted)
    check_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint
