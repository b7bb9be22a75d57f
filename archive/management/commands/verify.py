"""`manage verify BUNDLE`: check a released bundle, packed or unpacked."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive.packages.check import bundle_check


class Command(BaseCommand):
    """Runs the verifier that lies in every bundle; the exit code is the verifier's."""

    help = "Check a bundle. Exit code 0: it holds; 1: something is wrong; 2: not all could be checked."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bundle and the keys."""
        parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the zip, or the folder it was unpacked to")
        parser.add_argument(
            "--vkey", action="append", default=[], metavar="KEY", help="the log's public key, as published; repeatable"
        )

        parser.add_argument(
            "--witness", action="append", default=[], metavar="KEY", help="a witness's public key; repeatable"
        )
        parser.add_argument(
            "--tsa-root", action="append", default=[], metavar="FILE", help="a time stamp's certificate; repeatable"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report and end with the verdict's code."""
        verdict = bundle_check(
            options["bundle"], options["vkey"], witnesses=options["witness"], tsa_roots=options["tsa_root"]
        )
        self.stdout.write(verdict.report, ending="")
        self.stdout.flush()
        sys.exit(verdict.code)
