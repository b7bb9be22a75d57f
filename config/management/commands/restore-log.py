"""`manage restore-log`: publish the log again from a restored database; a step of `./run restore`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.ledger.errors import LedgerError
from archive.ledger.opening import log_publication
from archive.storage.contract import StoreError
from config.continuity.log_back import log_republish


class Command(BaseCommand):
    """Exit 0: all is published; 1: what is published already says something else."""

    help = "Publish tiles and checkpoints that the published log lacks; signs nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, and say how much."""
        try:
            made, notes = log_republish(log_publication())
        except (LedgerError, StoreError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} files of the log and {notes} of its checkpoints were published again")
