"""`manage.py ledger recover`: roll the log of a restored database forward to what was signed."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.ledger.errors import LedgerError
from archive.ledger.opening import log_outside, log_signer, sequencer_session
from archive.ledger.recovery import log_recover


class Command(BaseCommand):
    """Works on the log as the sequencer does; end the sequencer first, or it waits for it."""

    help = "recover: put back the entries that a restored database lacks, from the published log. Signs nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("do", choices=["recover"])

    def handle(self, *, do: str, **options: object) -> None:
        """Recover; exit 1 with a sentence when the log cannot be rolled forward."""
        try:
            with sequencer_session() as session:
                done = log_recover(session, log_signer(), log_outside(), at=timezone.now())
        except LedgerError as error:
            raise CommandError(f"{error.code}: {error}", returncode=1) from error
        if done.after == done.before:
            self.stdout.write(f"The log has {done.before} entries, as many as were signed for. Nothing was changed.")
            return
        self.stdout.write(
            f"{done.after - done.before} entries came back from the published log, which now has {done.after}."
            f" Of {done.lost} of them this database does not hold what they say: they were written after the backup."
            " Start the sequencer; the next checkpoint goes on from the last one that was signed."
        )
