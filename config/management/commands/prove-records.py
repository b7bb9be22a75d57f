"""`manage prove-records`: prove records, drawn by lot, against a signed checkpoint; what a restore does at its end."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.continuity.proving import RECORDS, records_prove


class Command(BaseCommand):
    """Exit 0: all that was drawn holds; 1: something does not."""

    help = "Prove records, drawn by lot: each is in the log, and says what was committed to."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many, and against which checkpoint."""
        parser.add_argument("--records", type=int, default=RECORDS)
        parser.add_argument("--checkpoint", type=Path, help="a signed note (default: the newest that is stored)")
        parser.add_argument("--vkey", default="", help="the log's public key (default: this state's)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove, and say it."""
        note = options["checkpoint"].read_bytes() if options["checkpoint"] else None
        proved = records_prove(records=options["records"], note=note, vkey=options["vkey"] or settings.DAYBOOK_LOG_VKEY)
        if options["json"]:
            self.stdout.write(json.dumps(proved.told()))
        else:
            for finding in proved.findings:
                self.stdout.write(finding)
            self.stdout.write(f"{proved.records} records proved against the checkpoint of {proved.size} entries")
        if proved.findings:
            sys.exit(1)
