"""`manage.py sequence`: the process that orders the log and alone holds the log key."""

import signal
from argparse import ArgumentParser
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.ledger.note import Checkpoint
from archive.ledger.opening import log_outside, log_signer, sequencer_session
from archive.ledger.sequencer import Sequencer, run_sequencer
from archive.ledger.services import CHECKPOINT_WANTED


class Command(BaseCommand):
    """Orders pending events and signs checkpoints until stopped; ends at the first error, to be started anew."""

    help = "Order the events of the log and sign its checkpoints, until stopped. Any error ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the beat of the checkpoints and how often the queue is looked at."""
        live = settings.DAYBOOK_STATE_KIND == "live"
        parser.add_argument("--interval", type=float, default=60.0 if live else 2.0, help="seconds between checkpoints")
        parser.add_argument("--poll", type=float, default=0.25, help="seconds between looks at an empty queue")
        parser.add_argument(
            "--padding", type=int, default=4 if live else 0, help="least entries of a checkpoint, filled up; 0: none"
        )
        parser.add_argument("--once", action="store_true", help="order what waits, sign, and end")

    def handle(self, *, interval: float, poll: float, padding: int, once: bool, **options: object) -> None:
        """Run; exit by exception only, except with --once."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # crash-only: being killed is the ordinary way to end
        with sequencer_session() as session:
            sequencer = Sequencer(session, log_signer(), log_outside(), padding=padding)
            if once:
                while sequencer.sequence_batch():
                    pass
                if checkpoint := sequencer.sign_checkpoint(timezone.now()):
                    self._say(checkpoint)
                return
            session.execute(f"LISTEN {CHECKPOINT_WANTED}")
            run_sequencer(
                sequencer,
                interval=timedelta(seconds=interval),
                clock=timezone.now,
                wait=lambda: bool(list(session.notifies(timeout=poll, stop_after=1))),
                signed=self._say,
            )

    def _say(self, checkpoint: Checkpoint) -> None:
        self.stdout.write(f"checkpoint {checkpoint.size} {checkpoint.root.hex()}")
