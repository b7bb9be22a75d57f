"""Proving that a database holds: records drawn by lot, each with its inclusion and its commitment, under a signed head.

The checkpoint comes from the backup's signed manifest, so a database that was changed after it was backed up is told.
"""

import uuid
from dataclasses import asdict, dataclass, field

from django.db import connection

from archive.ledger.commitment import commit
from archive.ledger.errors import LedgerError
from archive.ledger.merkle import check_inclusion, leaf_hash
from archive.ledger.note import open_checkpoint, parse_vkey
from archive.ledger.selectors import event_fields, inclusion_proofs, latest_checkpoint

RECORDS = 100


@dataclass(slots=True)
class Proved:
    """What was proved: `records` of `wanted`; `findings` say what does not hold, in sentences."""

    wanted: int
    records: int = 0
    size: int = 0
    findings: list[str] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        """Return the same as JSON values."""
        return asdict(self)


def records_prove(*, records: int, note: bytes | None, vkey: str) -> Proved:
    """Prove up to `records` records, drawn by lot, against the signed checkpoint `note` (default: the newest stored).

    A database without any record proves its checkpoint alone. What does not hold is a finding, never an exception.
    """
    proved = Proved(wanted=records)
    try:
        head = note
        if head is None:
            stored = latest_checkpoint()
            if stored is None:
                return proved
            head = bytes(stored.note)
        checkpoint = open_checkpoint(head, [parse_vkey(vkey)])
    except LedgerError as error:
        proved.findings.append(f"The checkpoint does not hold: {error}")
        return proved
    proved.size = checkpoint.size
    drawn = _draw(records, checkpoint.size)
    try:
        proofs = inclusion_proofs(drawn, size=checkpoint.size)
        said = event_fields(drawn)
    except (LedgerError, KeyError) as error:
        proved.findings.append(f"The proofs could not be built: {error}")
        return proved
    for event_id in drawn:
        try:
            content, proof = said[event_id], proofs[event_id]
            if commit(content.schema, content.fields, content.key).entry != content.entry:
                proved.findings.append(f"Event {event_id} does not say what was committed to.")
                continue
            check_inclusion(leaf_hash(content.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
        except (LedgerError, KeyError) as error:
            proved.findings.append(f"Event {event_id} is not proved: {error}")
            continue
        proved.records += 1
    return proved


def _draw(records: int, size: int) -> list[uuid.UUID]:
    """Draw versions that are in the first `size` entries and whose content was not destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.event_id FROM version v JOIN ledger_seq s USING (event_id)"
            " JOIN ledger_event_content c USING (event_id) WHERE s.seq < %s ORDER BY random() LIMIT %s",
            [size, records],
        )
        return [event_id for (event_id,) in cursor.fetchall()]
