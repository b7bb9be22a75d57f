"""`manage.py ledger`: roll the log of a restored database forward (recover), compare notes of two people (compare)."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.ledger.errors import LedgerError
from archive.ledger.opening import log_outside, log_signer, sequencer_session
from archive.ledger.policy import views_compare
from archive.ledger.recovery import log_recover
from archive.ledger.selectors import verifier


class Command(BaseCommand):
    """Works on the log as the sequencer does; end the sequencer first, or it waits for it."""

    help = (
        "recover: put back the entries that a restored database lacks, from the published log; signs nothing."
        " compare NOTE...: tell whether signed notes that different people kept can be of one log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("do", choices=["recover", "compare"])
        parser.add_argument("notes", nargs="*", type=Path, metavar="NOTE", help="files of signed notes to compare")

    def handle(self, *, do: str, notes: list[Path], **options: object) -> None:
        """Do it; exit 1 with a sentence when the log cannot be rolled forward, or when two notes contradict."""
        if do == "compare":
            self._compare(notes)
            return
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

    def _compare(self, notes: list[Path]) -> None:
        try:
            split = views_compare([path.read_bytes() for path in notes], [verifier()])
        except LedgerError as error:
            raise CommandError(f"{error.code}: {error}", returncode=1) from error
        except OSError as error:
            raise CommandError(f"A note cannot be read: {error.strerror}.", returncode=2) from error
        for each in split:
            self.stdout.write(
                f"SPLIT VIEW: {notes[each.first]} and {notes[each.second]} are both signed, both of {each.size}"
                " entries, and have different roots. The log showed two histories; keep both files, they prove it."
            )
        if split:
            raise CommandError("The notes cannot be of one log.", returncode=1)
        self.stdout.write(f"{len(notes)} notes, none contradicts another of its size.")
