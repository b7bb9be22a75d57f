"""The audit held against the log: every batch is what was committed to, and no entry is left out (fsck)."""

import hashlib
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from archive.access.audit import entry_digest
from archive.access.models import AuditBatch, AuditEntry, AuditPending
from archive.ledger.fsck import Finding, Step
from archive.ledger.selectors import event_fields

STRETCH = 100


class AuditCheck:
    """Every batch: its entries make the digest of its event. Every entry: it is in a batch, or waits for one."""

    name = "audit"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield batches that are not as their events say, and entries that no batch has. Goes by the id of batches."""
        while batches := list(AuditBatch.objects.filter(pk__gt=after).order_by("pk")[:STRETCH]):
            said = event_fields([batch.event_id for batch in batches])
            for batch in batches:
                entries = AuditEntry.objects.filter(auditbatchentry__batch=batch).order_by("auditbatchentry__place")
                found = list(entries)
                made = hashlib.sha256(b"".join(map(entry_digest, found))).hexdigest()
                told = said.get(batch.event_id)
                place = f"audit batch {batch.pk}"
                if told is None:
                    yield Finding("audit.event-missing", place, "its event and what it says", "none")
                elif (told.fields.get("/audit/count"), told.fields.get("/audit/sha256")) != (len(found), made):
                    yield Finding("audit.changed", place, str(told.fields.get("/audit/sha256")), made)
            after = batches[-1].pk
            yield Step(len(batches), after)
        waiting = AuditPending.objects.filter(entry_id=OuterRef("pk"))
        lost = AuditEntry.objects.filter(~Exists(waiting), auditbatchentry=None).order_by("pk")
        for pk in lost.values_list("pk", flat=True)[:1_000]:
            yield Finding("audit.unbatched", f"audit entry {pk}", "a batch, or the queue for one", "neither")


AUDIT = AuditCheck()
