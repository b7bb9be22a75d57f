"""`manage sweep [--as-of DAY] [--dry-run]`: propose what is due, as frozen lists. Nothing is destroyed by it."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.access.actor import Actor
from archive.access.models import Department
from retention.dispositions.sweeping import sweep


class Command(BaseCommand):
    """Exit 0 when the sweep ran, 2 when it could not."""

    help = "Propose what is due for disposal, as one frozen list a series."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day it is due on")
        parser.add_argument("--dry-run", action="store_true", help="say what would be proposed and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and print what was found."""
        at = timezone.now()
        department = Department.objects.first()
        if department is None:
            raise CommandError("The department is not set up yet.", returncode=2)
        as_of = options["as_of"] or department.day(at)
        swept = sweep(as_of=as_of, actor=Actor(process="manage"), at=at, dry_run=options["dry_run"])
        verb = "would be proposed" if swept.dry_run else "proposed"
        for code, count in swept.proposed.items():
            self.stdout.write(f"{code}: {count} {verb}")
        for code, count in swept.refused.items():
            self.stdout.write(f"kept by a guard ({code}): {count}")
        self.stdout.write(f"as of {as_of}: {sum(swept.proposed.values())} {verb}, {swept.kept} held or requested,")
        self.stdout.write(f"{swept.other_action} for another action than destroying, {swept.unscheduled} unscheduled.")
