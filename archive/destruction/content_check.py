"""Events whose content is gone held against the tombstones: content leaves by the one door, or it is missing (fsck)."""

from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from archive.destruction.flags import flags_compare
from archive.ledger.fsck import Finding, Step
from archive.ledger.models import LOG
from archive.ledger.padding import LOST, PADDING
from archive.storage.contract import StoreError
from archive.storage.models import StoredCopy

FLAGS_AT_ONCE = 500


class GoneCheck:
    """Every event without content belongs to a destroyed record, or is padding, or came back without it."""

    name = "destroyed"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield events whose content is missing without a tombstone, and those that a restore lost."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.event_id, e.subject = %s FROM ledger_event e"
                " LEFT JOIN ledger_event_content c USING (event_id)"
                " WHERE e.log_id = %s AND c.event_id IS NULL AND e.subject <> %s AND NOT EXISTS"
                " (SELECT 1 FROM record r JOIN tombstone t ON t.record_id = r.id WHERE r.subject = e.subject)",
                [LOST, LOG, PADDING],
            )
            for event_id, lost in cursor:
                code = "content.lost" if lost else "content.missing"
                found = "lost with the database that a backup replaced" if lost else "no content and no tombstone"
                yield Finding(code, f"event {event_id}", "content, or a tombstone", found)
            cursor.execute("SELECT count(*) FROM tombstone")
            yield Step(cursor.fetchone()[0], 0)


class FlagCheck:
    """Every copy whose object something blocks shows the flag of a hold in its store, and no other copy does."""

    name = "flags"

    def run(self, after: int) -> Iterator[Finding | Step]:
        """Yield copies whose flag is not as it should be; a store that does not answer is a finding. Goes by copy."""
        place: int | None = after
        while place is not None:
            begun = place
            try:
                differences, place = flags_compare(after=begun, limit=FLAGS_AT_ONCE, at=timezone.now())
            except StoreError as error:
                yield Finding("flag.unasked", "a store", "an answer", error.code)
                return
            for one in differences:
                yield Finding(one.code, f"object {one.object_key} in {one.store}", str(one.expected), str(one.found))
            if place is not None:
                yield Step(StoredCopy.objects.filter(pk__gt=begun, pk__lte=place).count(), place)


GONE, FLAGS = GoneCheck(), FlagCheck()
