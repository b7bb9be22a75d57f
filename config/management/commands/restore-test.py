"""`manage restore-test --identity FILE`: restore the newest backup by the sheet's own key, prove it, forget it."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from archive.storage.contract import StoreError
from config.continuity.errors import ContinuityError
from config.continuity.place import place_of
from config.continuity.proving import RECORDS
from config.continuity.scratch import sheet_prove
from config.continuity.sealing import identity_read


class Command(BaseCommand):
    """Exit 0: proved; 1: something does not hold; 2: it could not be tried. Nothing of the restore or the key stays."""

    help = "Restore the newest backup with the key of a recovery sheet into a scratch place; prove records and objects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the key."""
        parser.add_argument("--identity", type=Path, required=True, help="a text file with the key from the sheet")
        parser.add_argument("--records", type=int, default=RECORDS)

    def handle(self, *args: Any, identity: Path, records: int, **options: Any) -> None:
        """Restore, prove, forget."""
        try:
            proof = sheet_prove(place_of(settings.BACKUP_URL), identity_read(identity.read_text()), records=records)
        except (ContinuityError, StoreError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            f"{proof.run.name}: {proof.records} records proved and {proof.objects_opened} objects opened in "
            f"{proof.seconds:.1f} s"
        )
        if not proof.held:
            self.stdout.write(proof.finding)
            sys.exit(1)
