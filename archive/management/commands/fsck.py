"""`manage.py fsck`: hold everything that is stored against everything else that tells of it."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from archive.ledger.fsck import fsck
from archive.ledger.models import FsckRun

SHOWN = 200


class Command(BaseCommand):
    """Exit 0: nothing was found; 1: findings, each with its code; 2: it could not run."""

    help = "Check the log, its copies outside, and every record against it. Findings end it with exit code 1."

    def handle(self, *, verbosity: int, **options: object) -> None:
        """Run every check from the beginning, and say what was found."""
        run = FsckRun.objects.create(started_at=timezone.now())

        def tell(name: str, rows: int) -> None:
            if verbosity > 1:
                self.stderr.write(f"  {name}: {rows:,}")

        findings = fsck(run, now=timezone.now, tell=tell, cursor={})
        for one in run.found.order_by("pk")[:SHOWN]:
            self.stdout.write(f"{one.code}  {one.place}: expected {one.expected}, found {one.found}")
        if findings > SHOWN:
            self.stdout.write(f"… and {findings - SHOWN} more, all of them on the Integrity page.")
        looked = ", ".join(f"{rows:,} {name}" for name, rows in run.counts.items())
        self.stdout.write(f"{findings or 'No'} findings. Looked at: {looked}.")
        if findings:
            raise SystemExit(1)
