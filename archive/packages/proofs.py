"""The proofs of a bundle: one C2SP tlog-proof for each event in it, all under one checkpoint."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from archive.ledger.errors import LedgerError
from archive.ledger.merkle import check_inclusion, leaf_hash
from archive.ledger.note import Checkpoint, Verifier, open_checkpoint
from archive.ledger.proof import TlogProof
from archive.packages.errors import BadProof
from archive.packages.staging import WantedProof

BATCH = 500

Prover = Callable[[Sequence[UUID]], Sequence[TlogProof]]
"""Returns these events' proofs, in their order, under the bundle's checkpoint; called with at most BATCH events."""


def checkpoint_read(note: bytes, trusted: Sequence[Verifier]) -> Checkpoint:
    """Return the checkpoint in a signed note; raise BadProof unless one of our keys has signed it."""
    try:
        return open_checkpoint(note, trusted)
    except LedgerError as error:
        raise BadProof(f"The checkpoint cannot be used: {error}") from error


def proofs_write(
    wanted: Iterable[WantedProof], prove: Prover, note: bytes, head: Checkpoint
) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each proof; raise BadProof for one that an outsider would refuse."""
    wanted = iter(wanted)
    while batch := list(islice(wanted, BATCH)):
        proofs = prove([each.event_id for each in batch])
        if len(proofs) != len(batch):
            raise BadProof(f"{len(batch)} proofs were asked for, {len(proofs)} came back.")
        for each, proof in zip(batch, proofs, strict=True):
            if proof.checkpoint != note or proof.extra is not None:
                raise BadProof(f"{each.path} is not under the bundle's checkpoint.")
            try:
                check_inclusion(leaf_hash(each.entry), proof.index, head.size, proof.path, head.root)
            except LedgerError as error:
                raise BadProof(f"{each.path}: {error}") from error
            yield each.path, proof.render()
