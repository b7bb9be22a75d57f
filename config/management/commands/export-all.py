"""`manage export-all DIR --as USERNAME`: everything in open formats, as a bag that others can check and read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import User
from archive.access.policy import Denied
from archive.storage.contract import StoreError
from config.continuity.errors import ContinuityError
from config.continuity.export.everything import export_all


class Command(BaseCommand):
    """Exit 0: done; 1: refused; 2: it could not run. Called again with the same folder after a kill, it goes on."""

    help = "Write everything into a folder: tables as JSON lines, media as files, the log as static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where, and on whose authority."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--as", dest="username", required=True, help="who does this, with the capability export.all"
        )

        parser.add_argument(
            "--unsealed", action="store_true", help="do not seal it in the log: for a log that cannot sign now"
        )

    def handle(self, *args: Any, folder: Path, username: str, unsealed: bool, **options: Any) -> None:
        """Export, and say how much."""
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is nobody with the name {username}.")
        try:
            bag = export_all(
                folder, actor=Actor(user=user), at=timezone.now(), say=self.stdout.write, seal=not unsealed
            )
        except Denied as error:
            raise CommandError(str(error), returncode=1) from error
        except (ContinuityError, StoreError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{bag.files:,} files with {bag.octets:,} bytes in {folder}; begin with README.txt")
