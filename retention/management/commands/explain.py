"""`manage explain RECORD`: why a record is still here, or under what authority it went."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from archive.records.models import Record
from retention.dispositions.explaining import explain


class Command(BaseCommand):
    """Exit 0 with the sentences, 2 when there is no such record."""

    help = "Say why a record stays, until when, and where it stands in a disposition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the argument."""
        parser.add_argument("record", type=UUID, help="the record's ref")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the explanation."""
        record = Record.objects.filter(ref=options["record"]).first()
        if record is None:
            raise CommandError(f"There is no record {options['record']}.", returncode=2)
        for sentence in explain(record).sentences:
            self.stdout.write(sentence)
