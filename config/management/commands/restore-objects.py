"""`manage restore-objects`: bring evidence objects back from the second place; a step of `./run restore`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.storage.contract import StoreError
from config.continuity.errors import ContinuityError
from config.continuity.objects_back import objects_restore
from config.continuity.place import place_of
from config.continuity.sealing import identity_read


class Command(BaseCommand):
    """Exit 0: every object that the database names is in the store; 1: some are not; 2: it could not be tried."""

    help = "Put back every evidence object that the database names and the store lacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the place and the key."""
        parser.add_argument("--from", dest="place", required=True)
        parser.add_argument("--identity", type=Path, required=True)

    def handle(self, *args: Any, place: str, identity: Path, **options: Any) -> None:
        """Put back, and say what is missing."""
        try:
            done = objects_restore(place_of(place), identity_read(identity.read_text()), told=self.stdout.write)
        except (ContinuityError, StoreError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{done.restored} evidence objects came back, {done.present} were there")
        for key in done.missing[:20]:
            self.stdout.write(f"Object {key} is lost: no copy at the second place opens to what was stored.")
        if done.missing:
            self.stdout.write(f"{len(done.missing)} evidence objects are lost.")
            sys.exit(1)
