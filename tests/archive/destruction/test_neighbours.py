"""Destroying one of a hundred comments of one exchange leaves the other ninety-nine provable, and the log verifying."""

import hashlib

import pytest
from pytest_django import Settings

from archive.capture.models import Slice
from archive.destruction.services import destroy_record
from archive.ledger.commitment import check_disclosed, disclose
from archive.ledger.encoding import base64url
from archive.ledger.models import LedgerEvent
from archive.ledger.note import Signer, open_checkpoint
from archive.ledger.proof import TlogProof, check_proof
from archive.ledger.selectors import checkpoint_covering, event_fields, inclusion_proofs, latest_checkpoint, verifier
from archive.ledger.sequencer import Sequencer
from archive.records.models import Version
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT
from tests.committed import CommittedDatabase
from tests.outside import outside_of

ORIGIN = "test.daybook.invalid/ledger/1"
SIGNER = Signer(ORIGIN, bytes(range(32)))

pytestmark = pytest.mark.commits


def log(database: CommittedDatabase) -> None:
    """Let the sequencer order what waits, and sign a checkpoint."""
    with database.connect("sequencer") as session:
        sequencer = Sequencer(session, SIGNER, outside_of(session))
        while sequencer.sequence_batch():
            pass
        sequencer.sign_checkpoint(AT)


def provable(record: int) -> bool:
    """Whether the record's words and slice are proved by its event's disclosures and a proof under a checkpoint."""
    version = Version.objects.get(record_id=record)
    said = event_fields([version.event_id]).get(version.event_id)
    kept = Slice.objects.filter(version=version).first()
    if said is None or kept is None:
        return False
    disclosed = disclose(said.schema, said.fields, said.key, ["/content/0", "/raw/slice/sha256"])
    fields = check_disclosed(disclosed)
    assert disclosed.entry.encode() == said.entry
    assert fields["/raw/slice/sha256"] == base64url(hashlib.sha256(bytes(kept.raw)).digest())
    checkpoint = checkpoint_covering([version.event_id])
    assert checkpoint is not None
    proof = inclusion_proofs([version.event_id], size=checkpoint.size)[version.event_id]
    octets = TlogProof(proof.index, proof.path, bytes(checkpoint.note)).render()
    return check_proof(octets, said.entry, [verifier()]).size == checkpoint.size


def test_the_other_ninety_nine_stay_provable_before_and_after_the_next_checkpoint(
    committed_db: CommittedDatabase, settings: Settings
) -> None:
    settings.DESTRUCTION_GUARDS, settings.REQUIRED_GUARDS = ["tests.archive.destruction.scene.WILLING"], []
    settings.CAPTURE_LISTENERS = []
    settings.DAYBOOK_LOG_VKEY, settings.DAYBOOK_LOG_ORIGIN = SIGNER.verifier().vkey(), ORIGIN
    manager = scene.person("manager", "records-manager")
    records = scene.comments(scene.page(), {str(n): f"comment number {n}" for n in range(100)})
    log(committed_db)
    assert all(provable(record) for record in records)

    destroyed = records[41]
    destroy_record(record_id=destroyed, warrant=scene.order(destroyed), actor=manager, at=AT)
    assert [provable(record) for record in records].count(False) == 1
    assert not provable(destroyed)

    log(committed_db)
    assert [provable(record) for record in records].count(True) == 99
    latest = latest_checkpoint()
    assert latest is not None
    assert open_checkpoint(bytes(latest.note), [verifier()]).size == LedgerEvent.objects.count()
