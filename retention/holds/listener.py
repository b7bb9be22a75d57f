"""Standing holds reach what is captured after them, in the transaction that captures it."""

from archive.capture.listeners import CapturedBatch
from retention.holds.coverage import take_in_captured


class HoldListener:
    """Covers new records by the standing holds in force. Edits change nothing: their record is covered already."""

    def captured(self, batch: CapturedBatch) -> None:
        """Cover the new records of one batch."""
        if batch.new:
            take_in_captured(batch.account_id, [record.record_id for record in batch.new], batch.at)


LISTENER = HoldListener()
