"""The seal of an export: that of a production of no records, so that the program that checks bundles checks it too.

The log commits to the manifest, so that nothing in the folder can be changed, added or dropped unseen; proof and
checkpoint lie beside it. The rows themselves are proved by the log's entries, as README.txt of the export says.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from archive.ledger.commitment import disclose
from archive.ledger.proof import TlogProof
from archive.ledger.selectors import checkpoint_covering, event_fields, inclusion_proofs
from archive.ledger.services import EventDraft, append_events, want_checkpoint
from archive.packages.names import CHECKPOINT, SEAL, SEAL_PROOF
from archive.packages.records import ShownEvent
from archive.packages.seal import SEAL_KIND, SEAL_SCHEMA, SEAL_SHOWN, seal_fields, seal_json
from archive.packages.staging import ManifestDigest
from config.continuity.errors import ContinuityError

POLL = 2.0  #: seconds between two looks for the checkpoint
LOOKS = 150  #: five minutes, several beats of the log


def seal_commit(payload: ManifestDigest, *, storage: str, at: datetime) -> uuid.UUID:
    """Commit to the payload in the log; return the event."""
    draft = EventDraft(
        kind=SEAL_KIND,
        schema=SEAL_SCHEMA,
        subject=os.urandom(16),
        fields=seal_fields(uuid.uuid4(), payload, storage=storage),
        compartment="public",
        at=at,
    )
    with transaction.atomic():
        [event] = append_events([draft])
        want_checkpoint()
    return event.event_id


def seal_reference(event_id: uuid.UUID) -> str:
    """Return the name by which the seal knows the export."""
    return str(event_fields([event_id])[event_id].fields["/production/ref"])


def seal_files(event_id: uuid.UUID, *, wait: Callable[[float], object]) -> Iterator[tuple[str, bytes]]:
    """Wait until the log has signed for the seal; yield the names and bytes of the files that prove it.

    Raises ContinuityError when it does not sign within LOOKS: then the sequencer does not run.
    """
    for _ in range(LOOKS):
        head = checkpoint_covering([event_id])
        if head is not None:
            break
        wait(POLL)
    else:
        raise ContinuityError(
            "Everything is written, but the log has not signed for it: its sequencer does not run. Start Daybook, and "
            "call this again with the same folder; only the seal is left to do."
        )
    content = event_fields([event_id])[event_id]
    proof = inclusion_proofs([event_id], size=head.size)[event_id]
    shown = ShownEvent(event_id, disclose(content.schema, content.fields, content.key, SEAL_SHOWN))
    yield SEAL, seal_json(shown)
    yield CHECKPOINT, bytes(head.note)
    yield SEAL_PROOF, TlogProof(proof.index, proof.path, bytes(head.note)).render()
