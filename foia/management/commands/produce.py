"""`manage produce PRODUCTION --out DIR`: finish a production and put its bundle into a folder."""

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from foia.production.build import production_rebuild
from foia.production.models import Production
from foia.production.producing import NotInTime, bundle_put, production_see_through
from retention.errors import Refused


class Command(BaseCommand):
    """Draws, scans, seals, proves and packs what is not finished yet, then copies the bundle."""

    help = "Finish a production and put its bundle into a folder. Exit code 0: done; 1: refused; 2: could not run."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the production, the folder, and how long to wait for the log."""
        parser.add_argument("production", metavar="PRODUCTION", help="its name, such as DEMO-000001-000042, or its ref")
        parser.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="an existing folder")
        parser.add_argument("--wait", type=int, default=300, metavar="SECONDS", help="how long to wait for the log")
        parser.add_argument(
            "--again", action="store_true", help="draw it again from the archive and compare with what was sealed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the path of the bundle."""
        out: Path = options["out"]
        production = _find(options["production"])
        if production is None:
            self._end(2, f"There is no production {options['production']}.")
        if not out.is_dir():
            self._end(2, f"{out} is no folder.")
        try:
            production_see_through(
                production, now=timezone.now, sleep=time.sleep, wait=timedelta(seconds=options["wait"])
            )
            path = (
                production_rebuild(production, out)
                if options["again"]
                else bundle_put(production, out, at=timezone.now())
            )
        except Refused as error:
            self._end(1, str(error))
        except NotInTime as error:
            self._end(2, str(error))
        self.stdout.write(str(path.absolute()))

    def _end(self, code: int, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(code)


def _find(text: str) -> Production | None:
    rows = Production.objects.select_related("collection__search_run", "approval")
    try:
        return rows.filter(ref=UUID(text)).first()
    except ValueError:
        return rows.filter(name=text).first()
