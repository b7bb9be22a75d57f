"""`manage backup`: make a backup now, or keep on making them; the process that alone streams the whole database."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.storage.contract import StoreError
from config.continuity.backups import backup_make
from config.continuity.errors import ContinuityError
from config.continuity.keeping import rounds_keep
from config.continuity.place import place_of
from config.continuity.pruning import backups_prune
from config.continuity.scratch import backup_prove


class Command(BaseCommand):
    """Exit 0: done; 1: it could not be made."""

    help = (
        "Back up the database, the secrets and new evidence objects to the second place, sealed to the recovery sheet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what kind of backup, or that it shall go on."""
        parser.add_argument("--base", action="store_true", help="the whole database, where an increment would do")
        parser.add_argument(
            "--prove", action="store_true", help="a whole backup, restored into a scratch place and proved at once"
        )
        parser.add_argument("--prune", action="store_true", help="only delete what has aged out")
        parser.add_argument("--keep-on", action="store_true", help="stay, and do each of these when it is due")

    def handle(self, *args: Any, base: bool, prove: bool, prune: bool, keep_on: bool, **options: Any) -> None:
        """Do what was asked."""
        if keep_on:
            rounds_keep(self.stdout.write, time.sleep)
        try:
            place = place_of(settings.BACKUP_URL)
            if prune:
                gone = backups_prune(place, at=timezone.now())
                self.stdout.write(f"{len(gone)} backups have aged out: {', '.join(gone) or 'none'}")
            elif prove:
                proof = backup_prove(place, at=timezone.now())
                self.stdout.write(
                    f"{proof.run.name}: restored into a scratch place; {proof.records} records proved in "
                    f"{proof.seconds:.1f} s" + (f"; {proof.finding}" if proof.finding else "")
                )
                if not proof.held:
                    sys.exit(1)
            else:
                run = backup_make(place, at=timezone.now(), base=base)
                self.stdout.write(
                    f"{run.name}: {run.octets:,} sealed bytes, {run.objects_copied} new objects, log of "
                    f"{run.log_size} entries" + (f"; {run.failure}" if run.failure else "")
                )
                backups_prune(place, at=timezone.now())
        except (ContinuityError, StoreError) as error:
            raise CommandError(str(error)) from error
